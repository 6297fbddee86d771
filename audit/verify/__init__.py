"""Checking a pack of evidence anywhere: no settings, no database, no network. `python -m audit.verify FILE.zip`."""
