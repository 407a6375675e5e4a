"""BIMI: the logo that mail services may show beside a domain's mail, and the certificate of the mark behind it."""
