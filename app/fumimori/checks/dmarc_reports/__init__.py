"""Aggregate reports of DMARC: who sends in the organisation's name (RFC 9990)."""
