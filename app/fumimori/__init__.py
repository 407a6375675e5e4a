"""Fumimori: a mail server's security, measured, asked and printed."""

__version__ = "0.1.0"
