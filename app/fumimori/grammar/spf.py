"""The grammar of an SPF record (RFC 7208 sections 4.6, 5, 6, 7 and 12)."""

import re
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from fumimori.model import Record

TERMS_MOST = 500
"""Terms that are read; a TXT record of 64 KiB could hold thousands."""


class Qualifier(StrEnum):
    """What a matching mechanism says about the sender (RFC 7208 section 4.6.2)."""

    PASS = "+"  # noqa: S105 - no password
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"


class Directive(Record):
    """A mechanism with its qualifier, such as `~all` or `a:mail.example.jp/24`."""

    text: str
    qualifier: Qualifier
    mechanism: str
    """`all include a mx ptr ip4 ip6 exists`."""
    target: str = ""
    """The domain-spec, or the network of ip4 and ip6; empty means the domain of the record."""
    ip4_prefix: int = 32
    ip6_prefix: int = 128


class SpfFault(Record):
    """A term that makes the whole record invalid (permerror), and why."""

    term: str
    code: str
    """`unknown_mechanism`, `bad_domain`, `bad_network`, `bad_prefix`, `unexpected_value`, `missing_value`,
    `bad_macro`, `repeated_modifier`, `bad_term`."""


class SpfRecord(Record):
    """What one record says; with `faults` a receiver treats it as permerror."""

    directives: tuple[Directive, ...] = ()
    redirect: str | None = None
    exp: str | None = None
    other_modifiers: tuple[str, ...] = ()
    faults: tuple[SpfFault, ...] = ()

    @property
    def ending(self) -> Qualifier | None:
        """The qualifier of the first `all`; None without one."""
        return next((directive.qualifier for directive in self.directives if directive.mechanism == "all"), None)

    @property
    def effective(self) -> tuple[Directive, ...]:
        """The directives that a receiver can reach: everything up to the first `all`."""
        reached = []
        for directive in self.directives:
            reached.append(directive)
            if directive.mechanism == "all":
                break
        return tuple(reached)


def is_spf(txt: str) -> bool:
    """Whether a TXT record is an SPF record: `v=spf1` in any case, then a space or the end (section 4.5)."""
    return txt[:6].lower() == "v=spf1" and txt[6:7] in ("", " ")


def looks_like_spf(txt: str) -> bool:
    """Whether somebody meant an SPF record that receivers will not take for one."""
    start = txt.strip().strip('"').lower()
    return not is_spf(txt) and start.startswith(("v=spf", "spf1", "spf2.0/", "v = spf1"))


def has_macro(target: str) -> bool:
    """Whether the name depends on the single mail, so that nobody can look it up beforehand."""
    return "%" in target


def parse_spf(txt: str) -> SpfRecord:
    """What `txt`, for which `is_spf` holds, says; every fault is named, none raised."""
    directives: list[Directive] = []
    faults: list[SpfFault] = []
    modifiers: dict[str, str] = {}
    others: list[str] = []
    for term in [part for part in txt[6:].split(" ") if part][:TERMS_MOST]:
        modifier = _MODIFIER.match(term)
        if modifier:
            name, value = modifier["name"].lower(), modifier["value"]
            if name in ("redirect", "exp"):
                if name in modifiers:
                    faults.append(SpfFault(term=term, code="repeated_modifier"))
                elif not _is_domain_spec(value):
                    faults.append(SpfFault(term=term, code="bad_domain" if value else "missing_value"))
                modifiers.setdefault(name, value)
            elif not _is_macro_string(value, _ANY_MACRO):
                faults.append(SpfFault(term=term, code="bad_macro"))
            else:
                others.append(term)
            continue
        read = _directive(term)
        if isinstance(read, SpfFault):
            faults.append(read)
        else:
            directives.append(read)
    return SpfRecord(
        directives=tuple(directives),
        redirect=modifiers.get("redirect"),
        exp=modifiers.get("exp"),
        other_modifiers=tuple(others),
        faults=tuple(faults),
    )


_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9._-]*)=(?P<value>.*)", re.DOTALL)
_MECHANISM = re.compile(r"(?P<qualifier>[+\-~?]?)(?P<name>[A-Za-z][A-Za-z0-9._-]*)(?P<rest>.*)", re.DOTALL)
_MACRO = re.compile(r"%\{[slodiphv](?:0*[1-9][0-9]*)?r?[.\-+,/_=]*\}|%%|%_|%-", re.IGNORECASE)
_ANY_MACRO = re.compile(r"%\{[slodiphvcrt](?:0*[1-9][0-9]*)?r?[.\-+,/_=]*\}|%%|%_|%-", re.IGNORECASE)
_TOP_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def _directive(term: str) -> Directive | SpfFault:
    match = _MECHANISM.fullmatch(term)
    if match is None:
        return SpfFault(term=term, code="bad_term")
    qualifier = Qualifier(match["qualifier"] or "+")
    name, rest = match["name"].lower(), match["rest"]
    match name:
        case "all":
            return _checked(term, qualifier, name, None if rest else "", "unexpected_value")
        case "include" | "exists" | "ptr":
            return _domain_directive(term, qualifier, name, rest)
        case "a" | "mx":
            return _address_directive(term, qualifier, name, rest)
        case "ip4" | "ip6":
            return _network_directive(term, qualifier, name, rest)
        case _:
            return SpfFault(term=term, code="unknown_mechanism")


def _domain_directive(term: str, qualifier: Qualifier, name: str, rest: str) -> Directive | SpfFault:
    if not rest and name == "ptr":
        return _checked(term, qualifier, name, "", "")
    target = rest[1:] if rest.startswith(":") else ""
    good = _is_domain_spec(target)
    return _checked(term, qualifier, name, target if good else None, "bad_domain" if target else "missing_value")


def _checked(term: str, qualifier: Qualifier, mechanism: str, target: str | None, code: str) -> Directive | SpfFault:
    if target is None:
        return SpfFault(term=term, code=code)
    return Directive(text=term, qualifier=qualifier, mechanism=mechanism, target=target)


def _address_directive(term: str, qualifier: Qualifier, name: str, rest: str) -> Directive | SpfFault:
    target, six_digits = _cut(rest, "//")
    target, four_digits = _cut(target, "/")
    four, six = _prefix(four_digits, 32), _prefix(six_digits, 128)
    if four is None or six is None:
        return SpfFault(term=term, code="bad_prefix")
    if target and (not target.startswith(":") or not _is_domain_spec(target[1:])):
        return SpfFault(term=term, code="bad_domain")
    return Directive(text=term, qualifier=qualifier, mechanism=name, target=target[1:], ip4_prefix=four, ip6_prefix=six)


def _network_directive(term: str, qualifier: Qualifier, name: str, rest: str) -> Directive | SpfFault:
    address, slash, digits = rest[1:].partition("/")
    if not rest.startswith(":") or not address:
        return SpfFault(term=term, code="missing_value")
    longest = 32 if name == "ip4" else 128
    prefix = _prefix(digits, longest) if slash else longest
    if prefix is None:
        return SpfFault(term=term, code="bad_prefix")
    try:
        network = str(IPv4Address(address) if name == "ip4" else IPv6Address(address))
    except AddressValueError:
        return SpfFault(term=term, code="bad_network")
    if "%" in network:
        return SpfFault(term=term, code="bad_network")
    return Directive(
        text=term,
        qualifier=qualifier,
        mechanism=name,
        target=network,
        ip4_prefix=prefix if name == "ip4" else 32,
        ip6_prefix=prefix if name == "ip6" else 128,
    )


def _cut(text: str, mark: str) -> tuple[str, str | None]:
    """`text` without a prefix length behind `mark`, and its digits; None for them when there are none."""
    head, found, digits = text.rpartition(mark)
    return (head, digits) if found and digits.isascii() and digits.isdecimal() else (text, None)


def _prefix(digits: str | None, longest: int) -> int | None:
    """The prefix length; None for one that the grammar does not know (leading zeros, too long)."""
    if digits is None:
        return longest
    if not re.fullmatch(r"0|[1-9][0-9]{0,2}", digits):
        return None
    return int(digits) if int(digits) <= longest else None


def _is_macro_string(text: str, macros: re.Pattern[str] = _MACRO) -> bool:
    rest = macros.sub("", text)
    return "%" not in rest and all(0x21 <= ord(sign) <= 0x7E for sign in rest)


def _is_domain_spec(text: str) -> bool:
    """Section 7.1: a macro-string that ends in a macro or in a top label."""
    if not text or not _is_macro_string(text):
        return False
    last = text.rfind("%{")
    if last != -1 and _MACRO.fullmatch(text, last):
        return True
    _, dot, label = text.removesuffix(".").rpartition(".")
    return bool(dot) and not label.isdecimal() and _TOP_LABEL.fullmatch(label) is not None
