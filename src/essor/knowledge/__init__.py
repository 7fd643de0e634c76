"""Reads the knowledge kept as data in ``definitions/`` (YAML, bilingual, dated, sourced) and refuses what is malformed."""
