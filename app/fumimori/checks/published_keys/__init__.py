"""Published keys of addresses: SMIMEA (RFC 8162), OPENPGPKEY (RFC 7929) and Web Key Directory (WKD)."""
