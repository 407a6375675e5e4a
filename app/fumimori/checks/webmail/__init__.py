"""Webmail: passwords typed into a browser travel encrypted only (RFC 6797)."""
