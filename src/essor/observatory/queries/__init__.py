"""Reads: bases in words and as definitions, live figures, memberships with reasons, editions and their folders."""
