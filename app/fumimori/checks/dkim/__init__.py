"""DKIM: keys at known and guessed selectors (RFC 6376, RFC 8301); guessing never proves that there is none."""
