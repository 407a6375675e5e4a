"""Whose report it is, and which versions of it there were."""

from datetime import date

import msgspec

from fumimori.model.base import Record

SEALS_MOST = 4
"""Boxes that fit next to each other below the plan."""
RECIPIENTS_MOST = 5
VERSIONS_MOST = 5
"""Of the version history, the newest, that the cover has room for."""
USUAL_NUMBERING = "FM-[date]-[id]"


class Brand(Record):
    """Whose report it is. The first part is the sender's and is used again for the next client; the rest is not."""

    logo: bytes = b""
    """The sender's logo."""
    logo_type: str = ""
    """`png` or `svg`; empty without a logo."""
    colour: str = ""
    """#RRGGBB; empty for the program's own."""
    sender: str = ""
    contact: str = ""
    confidentiality: str = ""
    """`internal` (社外秘), `named` (関係者外秘) or empty for the default of the mode."""
    legal: str = ""
    """Terms or a disclaimer, at the foot of the cover."""
    footer: str = ""
    """A line at the foot of every page."""
    seals: tuple[str, ...] | None = None
    """Titles of the boxes for seals or signatures, none to four; None for the usual ones of the language."""
    numbering: str = ""
    """How document numbers are made, with `[date]`, `[year]`, `[month]`, `[day]`, `[id]`; empty for the usual way."""

    client_logo: bytes = b""
    """The logo of the organisation that is assessed."""
    client_logo_type: str = ""
    recipients: tuple[str, ...] = ()
    """Who receives a copy."""

    @property
    def of_sender(self) -> "Brand":
        """The part that is used again for the next client."""
        return msgspec.structs.replace(self, client_logo=b"", client_logo_type="", recipients=())

    def with_sender(self, sender: "Brand") -> "Brand":
        """The sender's part of `sender` with the client's part of this one."""
        return msgspec.structs.replace(
            sender,
            client_logo=self.client_logo,
            client_logo_type=self.client_logo_type,
            recipients=self.recipients,
        )

    def number(self, given: str, identity: str, issued: date) -> str:
        """The document number: the one that was `given`, else by the numbering; unknown words stay."""
        if given:
            return given
        number = self.numbering or USUAL_NUMBERING
        for name, value in (
            ("date", f"{issued:%Y%m%d}"),
            ("year", f"{issued:%Y}"),
            ("month", f"{issued:%m}"),
            ("day", f"{issued:%d}"),
            ("id", identity[:6].upper()),
        ):
            number = number.replace(f"[{name}]", value)
        return number


class BrandProfile(Record):
    """A sender's brand under a name, kept for the next client."""

    name: str
    brand: Brand


class ReportVersion(Record):
    """A version of the report that was handed out."""

    number: str
    """Such as 0.9 or 1.0."""
    day: str
    """When it was handed out, as it was typed."""
    changed: str
    """What changed since the version before."""
