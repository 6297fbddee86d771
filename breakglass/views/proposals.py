"""A change that takes two: its page, and the three forms on it."""
