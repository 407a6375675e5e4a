"""Certificates as files: whose they are, what they are for, who issued them, and when they expire (RFC 5280)."""
