"""What is broken open, how often and for how long: read from the records, drills left out."""
