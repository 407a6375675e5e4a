"""What nobody needs to hand over: private keys, and files of password hashes (shadow(5))."""

from fumimori.grammar.lines import lines_of

_KEY_MARKS = ("PRIVATE KEY-----", "PuTTY-User-Key-File-", "PRIVATE KEY BLOCK-----")
_HASHES = ("$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "{CRYPT}", "{SHA", "{SSHA", "{BLF-CRYPT}")
_LINES = 2000


def private_key_in(text: str) -> bool:
    """Whether a private key of OpenSSH, PEM, PuTTY or OpenPGP begins in `text`."""
    return any(mark in text for mark in _KEY_MARKS)


def password_hash_in(text: str) -> bool:
    """Whether a line of `text` has the hash of a password behind a name and a colon."""
    for line in lines_of(text, _LINES):
        name, colon, rest = line.strip().partition(":")
        if colon and name and " " not in name and rest.startswith(_HASHES):
            return True
    return False
