"""DANE: TLSA records of the mail servers, proved by DNSSEC and held against their certificates (RFC 7672, 7671)."""
