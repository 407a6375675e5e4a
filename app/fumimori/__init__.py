"""Fumimori: a mail server's security, measured, asked and printed."""

__version__ = "0.1.0"
VERSION_LINE = f"Fumimori {__version__}"
"""What `--version` says."""
