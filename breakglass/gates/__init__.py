"""One thin adapter for each protocol that gates speak; all of them call `actions.deciding.decide`."""
