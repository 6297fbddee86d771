"""Evidence: what an auditor takes away for a period, computed from the log alone. Only `collect` reads a database."""
