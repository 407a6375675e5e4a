"""BIMI: the logo that mail services may show next to a domain's mail, and the certificate of the mark behind it."""
