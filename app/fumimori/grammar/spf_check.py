"""What a receiver answers for one sender: `check_host()` of RFC 7208 section 4, asking through a given look-up."""

from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from fumimori.grammar.spf import Directive, Qualifier, SpfRecord, parse_spf
from fumimori.grammar.spf_macros import BadMacroError, MacroValues, can_be_asked, expanded, query_name, reverse_name
from fumimori.grammar.spf_walk import spf_texts
from fumimori.model import Record
from fumimori.network import NotObserved
from fumimori.network.dns import DnsAnswer, DnsStatus

Ask = Callable[[str, str], Awaitable[DnsAnswer]]
"""Name and type → the answer; NotObserved when none came, which makes the result `temperror`."""

LOOKUPS_MOST = 10
VOIDS_MOST = 2
NAMES_MOST = 10
"""Names behind one `mx`, and of one address behind `ptr` (section 4.6.4)."""

RESULTS = {
    Qualifier.PASS: "pass",
    Qualifier.FAIL: "fail",
    Qualifier.SOFTFAIL: "softfail",
    Qualifier.NEUTRAL: "neutral",
}


class SpfVerdict(Record):
    """The answer for one sender (section 2.6)."""

    result: str
    """`none`, `neutral`, `pass`, `fail`, `softfail`, `temperror`, `permerror`."""
    term: str = ""
    """The term of the domain's own record that decided; empty when none did."""
    explanation: str = ""
    """The domain's own words for a `fail`; empty without any, or where they cannot be read."""
    reason: str = ""
    """For errors: `syntax`, `several`, `lookups`, `voids`, `names`, `target`, `macro`, or why nothing came."""


class Client(Record):
    """Who hands over the mail, and in whose name."""

    address: str
    sender: str
    """MAIL FROM; empty for a bounce, which counts as `postmaster` at the HELO name."""
    helo: str
    receiver: str = "unknown"
    timestamp: int = 0


async def check_host(client: Client, ask: Ask) -> SpfVerdict:
    """What a receiver makes of `client`, by the domain of its sender; never raises for what DNS says."""
    local, _, domain = (client.sender or f"@{client.helo}").rpartition("@")
    address = ip_address(client.address)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    check = _Check(
        values=MacroValues(
            sender=f"{local or 'postmaster'}@{domain}",
            domain=domain,
            address=str(address),
            helo=client.helo,
            receiver=client.receiver,
            timestamp=client.timestamp,
        ),
        address=address,
        ask=ask,
    )
    try:
        return await check.of(domain, explain=True)
    except _Broken as broken:
        return SpfVerdict(result=broken.result, reason=broken.reason)


class _Broken(Exception):  # noqa: N818 - it is a result of the standard, not a fault of the program
    """The check ends here with an error, however deep in the tree it is."""

    def __init__(self, result: str, reason: str) -> None:
        super().__init__(reason)
        self.result = result
        self.reason = reason


class _Check:
    """One check, with the counts that hold for the whole tree."""

    def __init__(self, values: MacroValues, address: IPv4Address | IPv6Address, ask: Ask) -> None:
        self.values = values
        self.address = address
        self._ask = ask
        self.lookups = 0
        self.voids = 0

    async def of(self, domain: str, *, explain: bool) -> SpfVerdict:
        """The verdict by the record of `domain`; `none` when it has none or is no name that has one."""
        name = domain.removesuffix(".")
        if "." not in name or not can_be_asked(name) or name.startswith("["):
            return SpfVerdict(result="none")
        texts = spf_texts(await self.answer(name, "TXT", counted=False))
        if len(texts) != 1:
            if texts:
                raise _Broken("permerror", "several")
            return SpfVerdict(result="none")
        record = parse_spf(texts[0])
        if record.faults:
            raise _Broken("permerror", "syntax")
        for directive in record.directives:
            if await self.matches(directive, name):
                result = RESULTS[directive.qualifier]
                words = await self.explanation(record, name) if explain and result == "fail" else ""
                return SpfVerdict(result=result, term=directive.text, explanation=words)
        if record.redirect is not None:
            self.count()
            verdict = await self.of(await self.target(record.redirect, name), explain=explain)
            if verdict.result == "none":
                raise _Broken("permerror", "target")
            return SpfVerdict(
                result=verdict.result, term=f"redirect={record.redirect}", explanation=verdict.explanation
            )
        return SpfVerdict(result="neutral")

    async def matches(self, directive: Directive, domain: str) -> bool:
        """Whether `directive` of the record at `domain` says something about this client (section 5)."""
        match directive.mechanism:
            case "all":
                return True
            case "ip4":
                return self.inside(directive.target, directive.ip4_prefix)
            case "ip6":
                return self.inside(directive.target, directive.ip6_prefix)
            case _:
                self.count()
                target = await self.target(directive.target, domain) if directive.target else domain
                return await self.matches_by_asking(directive, target)

    async def matches_by_asking(self, directive: Directive, target: str) -> bool:
        match directive.mechanism:
            case "include":
                result = (await self.of(target, explain=False)).result
                if result == "none":
                    raise _Broken("permerror", "target")
                return result == "pass"
            case "a":
                return await self.has_address(target, directive, counted=True)
            case "mx":
                return await self.is_exchanger(target, directive)
            case "exists":
                return bool((await self.answer(target, "A", counted=True)).records)
            case _:
                return any(_below(name, target) for name in await self.validated_names())

    async def is_exchanger(self, target: str, directive: Directive) -> bool:
        answer = await self.answer(target, "MX", counted=True)
        hosts = [record.split()[-1].removesuffix(".") for record in answer.records if record.split()]
        if len(hosts) > NAMES_MOST:
            raise _Broken("permerror", "names")
        for host in hosts:
            if host and await self.has_address(host, directive, counted=False):
                return True
        return False

    async def has_address(self, name: str, directive: Directive, *, counted: bool) -> bool:
        v4 = self.address.version == 4
        answer = await self.answer(name, "A" if v4 else "AAAA", counted=counted)
        prefix = directive.ip4_prefix if v4 else directive.ip6_prefix
        return any(self.inside(address, prefix) for address in answer.records)

    def inside(self, network: str, prefix: int) -> bool:
        try:
            return self.address in ip_network(f"{network}/{prefix}", strict=False)
        except ValueError:
            return False

    async def validated_names(self) -> list[str]:
        """The names of the client's address that lead back to it (section 5.5); errors make it have none."""
        try:
            answer = await self._ask(reverse_name(str(self.address)), "PTR")
        except NotObserved:
            return []
        self.note(answer)
        names = []
        for record in answer.records[:NAMES_MOST]:
            name = record.removesuffix(".")
            try:
                back = await self._ask(name, "A" if self.address.version == 4 else "AAAA")
            except NotObserved:
                continue
            if any(self.inside(address, self.address.max_prefixlen) for address in back.records):
                names.append(name)
        return names

    async def validated_name(self) -> str:
        """The value of the macro `p`: the domain itself before a name below it before any other (section 7.3)."""
        names = await self.validated_names()
        domain = self.values.domain.lower()
        ranked = sorted(names, key=lambda name: (name.lower() != domain, not _below(name, domain)))
        return ranked[0] if ranked else "unknown"

    async def target(self, text: str, domain: str) -> str:
        values = MacroValues(**{name: getattr(self.values, name) for name in _KEPT}, domain=domain)
        try:
            return query_name(await expanded(text, values, self.validated_name))
        except BadMacroError:
            raise _Broken("permerror", "macro") from None

    async def explanation(self, record: SpfRecord, domain: str) -> str:
        """The domain's words for a refusal; empty where they cannot be had (section 6.2)."""
        if not record.exp:
            return ""
        values = MacroValues(**{name: getattr(self.values, name) for name in _KEPT}, domain=domain)
        try:
            name = query_name(await expanded(record.exp, values, self.validated_name))
            if not can_be_asked(name):
                return ""
            answer = await self._ask(name, "TXT")
            if len(answer.records) != 1 or not answer.records[0].isascii():
                return ""
            return await expanded(answer.records[0], values, self.validated_name, explaining=True)
        except (NotObserved, BadMacroError):
            return ""

    async def answer(self, name: str, rdtype: str, *, counted: bool) -> DnsAnswer:
        """The answer; a name that DNS cannot carry has none. `counted` answers that are empty are void look-ups."""
        if not can_be_asked(name):
            return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NXDOMAIN)
        try:
            answer = await self._ask(name, rdtype)
        except NotObserved as not_observed:
            raise _Broken("temperror", not_observed.reason) from not_observed
        if counted:
            self.note(answer)
        return answer

    def note(self, answer: DnsAnswer) -> None:
        if answer.status is not DnsStatus.ANSWER:
            self.voids += 1
            if self.voids > VOIDS_MOST:
                raise _Broken("permerror", "voids")

    def count(self) -> None:
        self.lookups += 1
        if self.lookups > LOOKUPS_MOST:
            raise _Broken("permerror", "lookups")


_KEPT = ("sender", "address", "helo", "receiver", "timestamp")


def _below(name: str, domain: str) -> bool:
    low, above = name.lower(), domain.lower()
    return low == above or low.endswith("." + above)
