"""DMARC: the record that counts after the walk up the tree, its policies and its reports (RFC 9989, RFC 9990)."""
