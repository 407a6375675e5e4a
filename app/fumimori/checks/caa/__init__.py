"""CAA: which certification authorities may issue certificates for the names of mail (RFC 8659, 8657, 9495)."""
