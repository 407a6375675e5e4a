"""Whose report it is."""

from fumimori.model.base import Record


class Brand(Record):
    """Whose report it is."""

    logo: bytes = b""
    logo_type: str = ""
    """`png` or `svg`; empty without a logo."""
    colour: str = ""
    """#RRGGBB; empty for the program's own."""
    sender: str = ""
    contact: str = ""
    confidentiality: str = ""
    """`internal` (社外秘), `named` (関係者外秘) or empty for the default of the mode."""
