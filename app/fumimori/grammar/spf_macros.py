"""Macros in SPF records: names and explanations that depend on the single mail (RFC 7208 section 7)."""

import re
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address
from urllib.parse import quote

from fumimori.model import Record

NAME_LONGEST = 253

_MACRO = re.compile(r"%\{([slodiphvcrt])([0-9]*)(r?)([.\-+,/_=]*)\}|%(.)|%$", re.IGNORECASE | re.DOTALL)
_WRITTEN = {"%": "%", "_": " ", "-": "%20"}


class BadMacroError(ValueError):
    """A macro string that the grammar does not know."""


class MacroValues(Record):
    """What the letters stand for in one check (section 7.2)."""

    sender: str
    domain: str
    address: str
    """The client's IP address in its usual form."""
    helo: str
    receiver: str = "unknown"
    timestamp: int = 0

    def of(self, letter: str) -> str:
        """The value of a letter other than `p`."""
        local, _, sender_domain = self.sender.rpartition("@")
        v4 = ":" not in self.address
        return {
            "s": self.sender,
            "l": local,
            "o": sender_domain,
            "d": self.domain,
            "i": self.address if v4 else nibbles(self.address),
            "h": self.helo,
            "v": "in-addr" if v4 else "ip6",
            "c": self.address,
            "r": self.receiver,
            "t": str(self.timestamp),
        }[letter]


def nibbles(address: str) -> str:
    """An IPv6 address as 32 hexadecimal digits with dots between them."""
    from ipaddress import IPv6Address

    return ".".join(IPv6Address(address).exploded.replace(":", "").upper())


def reverse_name(address: str) -> str:
    """The name at which the PTR records of an address stand (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    if ":" not in address:
        return IPv4Address(address).reverse_pointer
    return ".".join(reversed(nibbles(address).lower().split("."))) + ".ip6.arpa"


async def expanded(
    text: str, values: MacroValues, validated: Callable[[], Awaitable[str]], *, explaining: bool = False
) -> str:
    """`text` with every macro replaced; `validated` is asked for the value of `p` only where it occurs.

    The letters c, r and t are known in explanations only. BadMacroError for what the grammar does not know.
    """
    parts: list[str] = []
    end = 0
    for match in _MACRO.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        letter, digits, turned, delimiters, escaped = match.groups()
        if letter is None:
            if escaped is None or escaped not in _WRITTEN:
                raise BadMacroError(match[0])
            parts.append(_WRITTEN[escaped])
            continue
        low = letter.lower()
        if (low in "crt" and not explaining) or (digits and not digits.strip("0")):
            raise BadMacroError(match[0])
        value = await validated() if low == "p" else values.of(low)
        value = _transformed(value, digits, delimiters or ".", backwards=bool(turned))
        parts.append(quote(value, safe="-._~") if letter.isupper() else value)
    return "".join((*parts, text[end:]))


def query_name(name: str) -> str:
    """An expanded name as it is asked for: without the final dot, cut on the left to what DNS can carry."""
    bare = name.removesuffix(".")
    while len(bare) > NAME_LONGEST and "." in bare:
        bare = bare.partition(".")[2]
    return bare


def can_be_asked(name: str) -> bool:
    """Whether DNS can carry a question for `name`: no empty label, none longer than 63 octets."""
    return len(name) <= NAME_LONGEST and all(0 < len(label.encode()) <= 63 for label in name.split("."))


def _transformed(value: str, digits: str, delimiters: str, *, backwards: bool) -> str:
    parts = re.split(f"[{re.escape(delimiters)}]", value)
    if backwards:
        parts.reverse()
    if digits:
        parts = parts[-min(int(digits[:9]), len(parts)) :]
    return ".".join(parts)
