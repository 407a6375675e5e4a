"""Rows that several checks fill together: mail servers and ports."""
