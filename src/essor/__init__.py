"""Essor — the open platform of a territory's social economy."""

__version__ = "0.1.0"
