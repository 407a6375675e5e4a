"""Whether public blocklists name the sending addresses (RFC 5782); only when somebody switched it on."""
