"""Telling people and machines out of band. Nothing about an act waits for it, and nothing is approved through it."""
