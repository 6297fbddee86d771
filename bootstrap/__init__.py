"""What `make` runs before the portal can: it finds a Python, makes `.venv` from the hashed locks and starts the tools.

Runs on any Python from 3.9 with the standard library alone, and knows nothing of the portal but its commands.
"""
