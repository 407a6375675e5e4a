"""The header that a message of Outlook (.msg, MS-OXMSG) carries as it came over the Internet.

Outlook keeps the fields of the header in one property and rebuilds the body, so that the header is what
proves something, and the body is not.
"""

import io

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How compound files begin (MS-CFB section 2.2)."""
PROPERTIES = "__substg1.0_".encode("utf-16-le")
HEADER_STREAMS = (("__substg1.0_007D001F", "utf-16-le"), ("__substg1.0_007D001E", "cp1252"))
"""PidTagTransportMessageHeaders, as Unicode and in the code page of old versions."""
HEADER_MOST = 1 << 20


def is_outlook(octets: bytes) -> bool:
    """Whether this is a compound file with the properties of a message."""
    return octets.startswith(MAGIC) and PROPERTIES in octets


def transport_header(octets: bytes) -> bytes:
    """The header with an empty line behind it, as UTF-8; empty where the message never travelled, and for what is
    none.
    """  # noqa: D205 - one sentence
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(octets)) as file:
            for name, charset in HEADER_STREAMS:
                if file.exists(name):
                    read: bytes = file.openstream(name).read(HEADER_MOST)
                    text = read.decode(charset, "replace").strip("\0\r\n ")
                    return text.encode("utf-8", "replace") + b"\r\n\r\n" if text else b""
    except (OSError, ValueError, TypeError, IndexError, OverflowError, RecursionError):
        return b""
    return b""
