"""One message that a person saved: who signed it, which way it went, and what it shows of the inside."""
