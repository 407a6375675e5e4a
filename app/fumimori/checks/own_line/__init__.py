"""Outbound port 25 of the measuring network: can an office computer send mail directly."""
