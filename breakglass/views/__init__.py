"""The pages. A view finds the object, reads its input, calls one action and answers; it never writes by itself."""
