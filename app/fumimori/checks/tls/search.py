"""What a service agrees to, found with few connections: the worst is offered first, so that one answer tells most.

A modern service is known after the full handshake and three or four hellos: one for TLS 1.2 that puts the worst of
today's suites first and shows order, key exchange, second certificate, compression and renegotiation together, one
for everything older, one that offers only what would be bad, one for finite fields. Only an answer that is not good
leads to another hello.

Finite-field suites stand apart or last: a server without parameters chooses them and then breaks off. A hello that
ends so (closed, internal_error) is no refusal, unless the server says no to the impossible in just that way.
"""

from dataclasses import dataclass, field

import msgspec

from fumimori.checks.tls.facts import TlsSupport, class_ranks, group_classes, group_named, is_old_group, suite_classes
from fumimori.model import Rules
from fumimori.network import Network
from fumimori.network.tls import VERSIONS, CertificateChain, Handshake, HelloAnswer, HelloOffer

FALLBACK_SCSV = 0x5600
IMPOSSIBLE = (0x0A0A, 0x1A1A)
"""Values that no server may know (RFC 8701): how a server refuses them is how it refuses."""
INAPPROPRIATE_FALLBACK = 86
PROTOCOL_VERSION = 70
"""The alert that refuses a version whatever the suites are (RFC 5246 section 7.2.2)."""
SUITES_MOST = 64
LISTED_MOST = 100
"""Hellos of a thorough list."""

RSA_SCHEMES = (0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201)
EC_SCHEMES = (0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0203)
TLS13_GROUPS = (0x11EC, 0x11EB, 0x11ED, 0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x0100, 0x0101)
"""Post-quantum hybrids first: a server that supports one and follows the client takes it."""

_OFFERS = {"ssl3": "old", "tls1.0": "old", "tls1.1": "old", "tls1.2": "modern", "tls1.3": "tls13"}
"""Which rows of the suite table go with which version."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Where hellos go."""

    host: str
    address: str
    port: int
    starttls: str = ""
    """`smtp`, `imap`, `pop3` or `sieve` where TLS has to be asked for first."""


class SilenceError(Exception):
    """A hello found neither a choice nor a refusal: the service is not asked again."""


def suites(rules: Rules, word: str) -> tuple[int, ...]:
    """The codes of the suites that the table marks with `word`: `tls13`, `modern`, `old` or `bad`."""
    rows = rules.tables["tls_ciphers"].dicts()
    return tuple(int(row["code"], 16) for row in rows if word in row["hello"].split())


@dataclass(kw_only=True)
class Search:
    """The hellos sent to one service and the results so far."""

    network: Network
    rules: Rules
    service: Service
    chain: CertificateChain | None
    thorough: bool
    support: TlsSupport = field(default_factory=TlsSupport)
    answers: int = 0
    refusal: HelloAnswer | None = None
    """The answer to a hello that no server can accept; None until that was worth a connection."""
    close_means_refusal: bool = False
    """Closing the connection was taken for a refusal."""

    def __post_init__(self) -> None:
        self.classes = suite_classes(self.rules)
        self.ranks = class_ranks(self.rules)
        rows = self.rules.tables["tls_cipher_classes"].dicts()
        self.good = {row["class"] for row in rows if row["rating"] == "good"}

    async def run(self, agreed: Handshake | None) -> bool:
        """Send every hello that is worth a connection; whether there is more to list in a thorough run."""
        await self._versions(agreed)
        if not set(self.support.accepted) - {"tls1.3"}:
            await self._confirm_refusals()
            refused = "tls1.2" in self.support.refused
            self.learn(bad_suites_known=refused, dh_known=refused)
            await self._second_chain()
            await self._oldest()
            return False
        await self._bad_suites()
        await self._finite_fields()
        await self._key_exchange()
        await self._second_certificate()
        await self._oldest()
        await self._weak_groups()
        await self._fallback()
        await self._confirm_refusals()
        return True

    def result(self) -> TlsSupport:
        """What is known, versions in order."""
        order = ("ssl2", *VERSIONS)
        return msgspec.structs.replace(
            self.support,
            accepted=tuple(sorted(set(self.support.accepted), key=order.index)),
            refused=tuple(sorted(set(self.support.refused) - set(self.support.accepted), key=order.index)),
        )

    def learn(self, **changes: object) -> None:
        """Note what an answer showed."""
        self.support = msgspec.structs.replace(self.support, **changes)

    def rank(self, code: int) -> int:
        """The place of a suite's class, worst first; suites that nobody knows are good."""
        kind = self.classes.get(code, ("tls13", ""))[0]
        return self.ranks[kind]

    def is_good(self, code: int) -> bool:
        """Whether the suite is one that all profiles take."""
        return self.classes.get(code, ("", ""))[0] in self.good

    def is_finite(self, code: int) -> bool:
        """Whether the suite's keys come from a finite field, with parameters that the server needs to have."""
        return self.classes.get(code, ("", ""))[1].startswith(("TLS_DHE_", "TLS_DH_"))

    async def hello(self, offer: HelloOffer, *, may_be_silent: bool = False) -> HelloAnswer:
        """The answer to one hello, its facts noted; SilenceError when nothing came but silence or another protocol."""
        at = self.service
        answer = await self.network.hello(at.host, at.address, at.port, offer, starttls=at.starttls)
        if not (answer.version or answer.refused or answer.broken_off or may_be_silent):
            raise SilenceError
        self.answers += 1
        if answer.version and answer.version != "ssl2":
            self._note(answer)
        return answer

    async def refuses(self, answer: HelloAnswer) -> bool:
        """Whether `answer` is a refusal: an alert, or the close with which this server refuses the impossible."""
        if answer.version or not answer.broken_off:
            return answer.refused
        if self.refusal is None:
            self.refusal = await self.hello(HelloOffer(highest="tls1.2", suites=IMPOSSIBLE), may_be_silent=True)
        same = (self.refusal.alert, self.refusal.error) == (answer.alert, answer.error)
        self.close_means_refusal = self.close_means_refusal or same
        return same

    async def _confirm_refusals(self) -> None:
        """Where closing counted as refusal: a hello that was answered before is answered again, else all is unknown."""
        version = next((each for each in reversed(self.support.accepted) if each in VERSIONS), "")
        if not self.close_means_refusal:
            return
        if not version or not (await self.hello(self._offer(version), may_be_silent=True)).version:
            unknown = {"bad_suites_known": False, "dh_known": False, "weak_groups_known": False}
            self.learn(refused=(), fallback_protected=None, **unknown)

    def _note(self, answer: HelloAnswer) -> None:
        known = self.support
        self.learn(suites=_with(known.suites, answer.suite))
        if answer.group:
            self.learn(groups=_with(known.groups, answer.group))
        if answer.dh_bits and (not known.dh_bits or answer.dh_bits < known.dh_bits):
            self.learn(dh_bits=answer.dh_bits, dh_prime_sha256=answer.dh_prime_sha256)
        if answer.signature and not known.signature:
            self.learn(signature=answer.signature)
        for name in ("compression", "secure_renegotiation", "extended_master_secret"):
            if getattr(known, name) is None:
                self.learn(**{name: getattr(answer, name)})
        leaf = _leaf(answer.chain)
        if leaf and self.chain is None:
            self.chain = answer.chain
        elif leaf and leaf != _leaf(self.chain):
            self.learn(other_chain=answer.chain, other_chain_known=True)

    async def _versions(self, agreed: Handshake | None) -> None:
        """Downwards: below TLS 1.3 a hello's highest version allows every older one, so one refusal settles all."""
        asked = len(VERSIONS) - 1
        if agreed is not None and agreed.version in VERSIONS:
            self._agreed(agreed)
            # The hello for TLS 1.2 shows more than its version, so it is never left out.
            asked = min(VERSIONS.index(agreed.version), VERSIONS.index("tls1.2"))
        while asked >= 0:
            version = VERSIONS[asked]
            answer = await self._version(version)
            if answer.version in VERSIONS[: asked + 1]:
                found = VERSIONS.index(answer.version)
                self._note_versions(accepted=(answer.version,), refused=VERSIONS[found + 1 : asked + 1])
                asked = found - 1
            elif not await self.refuses(answer):  # it broke off, so this version stays unknown
                asked -= 1
            elif version == "tls1.3":  # asked for in a form of its own, so its refusal says nothing of older ones
                self._note_versions(refused=(version,))
                asked -= 1
            else:
                self._note_versions(refused=VERSIONS[: asked + 1])
                break
        if agreed is None and "tls1.3" in self.support.accepted:
            names = group_classes(self.rules)
            kinds = [names.get(group, ("", ""))[0] for group in self.support.groups]
            self.learn(post_quantum="post_quantum" in kinds)

    async def _version(self, version: str) -> HelloAnswer:
        """The answer to a version's hello; without finite fields once more where those may have been the obstacle."""
        offer = self._offer(version)
        answer = await self.hello(offer)
        others = tuple(code for code in offer.suites if not self.is_finite(code))
        if answer.version or answer.alert == PROTOCOL_VERSION or others == offer.suites:
            return answer
        again = await self.hello(msgspec.structs.replace(offer, suites=others))
        return answer if answer.broken_off and not again.version else again

    def _agreed(self, agreed: Handshake) -> None:
        highest = VERSIONS.index(agreed.version)
        self._note_versions(accepted=(agreed.version,), refused=VERSIONS[highest + 1 :])
        group = group_named(self.rules, agreed.group)
        if group:
            self.learn(groups=_with(self.support.groups, group))
            if agreed.version == "tls1.3":
                self.learn(post_quantum=group_classes(self.rules)[group][0] == "post_quantum")

    def _offer(self, version: str) -> HelloOffer:
        codes = suites(self.rules, _OFFERS[version])
        if version == "tls1.3":
            return HelloOffer(highest=version, suites=codes, groups=TLS13_GROUPS)
        if version == "tls1.2":
            ordered = sorted(
                codes, key=lambda code: (self.is_finite(code), self.rank(code), not self._needs_other_certificate(code))
            )
            return HelloOffer(highest=version, suites=tuple(ordered), compression=True, whole_flight=True)
        return HelloOffer(highest=version, suites=tuple(sorted(codes, key=self.is_finite)), compression=True)

    async def _bad_suites(self) -> None:
        """What is agreed to when nothing good is offered, then when only worse is offered, down to the worst."""
        bad = [code for code in suites(self.rules, "bad") if not self.is_finite(code)]
        found = [code for code in self.support.suites if code in bad][:1]
        known = await self._worst_accepted(bad, found)
        self.learn(bad_suites=tuple(found), bad_suites_known=known)

    async def _finite_fields(self) -> None:
        """The same among finite-field suites; the good ones stand behind the bad, to show the length of the prime."""
        bad = [code for code in suites(self.rules, "bad") if self.is_finite(code)]
        offered = {*suites(self.rules, "modern"), *suites(self.rules, "old")}
        good = tuple(code for code in self.classes if self.is_finite(code) and code in offered and code not in bad)
        found: list[int] = []
        known = await self._worst_accepted(bad, found, behind=() if self.support.dh_bits else good)
        worst_first = sorted((*self.support.bad_suites, *found), key=self.rank, reverse=True)
        self.learn(bad_suites=tuple(worst_first), dh_known=known)

    async def _worst_accepted(self, bad: list[int], found: list[int], *, behind: tuple[int, ...] = ()) -> bool:
        """Add to `found` what is chosen out of `bad`, worse each time; False when the service broke off early."""
        ordered = sorted(bad, key=self.rank)
        highest = "tls1.2" if "tls1.2" in self.support.accepted else self.support.accepted[-1]
        while True:
            worse = [code for code in ordered if not found or self.rank(code) < self.rank(found[-1])]
            offered = (*worse, *behind)[:SUITES_MOST]
            if not offered:
                return True
            answer = await self.hello(
                HelloOffer(highest=highest, suites=offered, whole_flight=True), may_be_silent=True
            )
            if answer.version and answer.suite in worse:
                found.append(answer.suite)
                behind = () if answer.dh_bits else behind
            elif answer.version and answer.suite in behind:
                behind = ()
            elif answer.version or await self.refuses(answer):
                return bool(not answer.version)
            elif answer.broken_off:
                return False
            else:
                self.learn(bad_suites=(*self.support.bad_suites, *found))
                raise SilenceError

    async def _key_exchange(self) -> None:
        """Whether a good suite is taken when a worse one stands first, and what its key exchange looks like."""
        if "tls1.2" not in self.support.accepted:
            return
        first = self.support.suites[0] if self.support.suites else 0
        tls12 = [code for code in self.support.suites if code >> 8 != 0x13]
        first = tls12[0] if tls12 else first
        if self.is_good(first):
            self.learn(prefers_good=True)
            return
        codes = [code for code in suites(self.rules, "modern") if self.is_good(code)]
        codes.sort(key=lambda code: not self._needs_other_certificate(code))
        answer = await self.hello(HelloOffer(highest="tls1.2", suites=tuple(codes), whole_flight=True))
        if answer.version:
            self.learn(prefers_good=False)

    async def _second_certificate(self) -> None:
        """Only where a server with two certificates would have shown the younger kind so far, or when thorough."""
        leaf = self.chain.certificates[0] if self.chain is not None and self.chain.certificates else None
        wanted = leaf is not None and (leaf.key == "ec" or self.thorough)
        if not wanted or self.support.other_chain is not None or "tls1.2" not in self.support.accepted:
            return
        modern = suites(self.rules, "modern")
        codes = [code for code in modern if self._needs_other_certificate(code) and not self.is_finite(code)]
        schemes = RSA_SCHEMES if leaf is not None and leaf.key != "rsa" else EC_SCHEMES
        offer = HelloOffer(highest="tls1.2", suites=tuple(codes), signatures=schemes, whole_flight=True)
        answer = await self.hello(offer)
        if answer.version or await self.refuses(answer):
            self.learn(other_chain_known=True)

    async def _second_chain(self) -> None:
        """The same where only TLS 1.3 is spoken, which hides certificates from hellos."""
        leaf = self.chain.certificates[0] if self.chain is not None and self.chain.certificates else None
        if leaf is None or leaf.key not in ("ec", "rsa") or not (leaf.key == "ec" or self.thorough):
            return
        at, other = self.service, "rsa" if leaf.key == "ec" else "ec"
        found = await self.network.chain(at.host, at.address, at.port, other, starttls=at.starttls)
        self.learn(other_chain=found if _leaf(found) not in ("", leaf.sha256) else None, other_chain_known=True)

    async def _oldest(self) -> None:
        """SSL 2.0, where something as old or nothing at all was accepted, or in a thorough run."""
        old = {"ssl3", "tls1.0"} & set(self.support.accepted)
        if not (old or not self.support.accepted or self.thorough):
            return
        answer = await self.hello(HelloOffer(highest="ssl2", suites=()), may_be_silent=True)
        if answer.version == "ssl2":
            self._note_versions(accepted=("ssl2",))
        # A server with SSL 2.0 answers it; one that refuses every hello says nothing about it.
        elif answer.refused or answer.error == "not_tls" or (answer.broken_off and self.support.accepted):
            self._note_versions(refused=("ssl2",))

    async def _weak_groups(self) -> None:
        """Curves that should not be used; TLS 1.3 servers have newer lists, so only a thorough run asks them."""
        if "tls1.3" in self.support.accepted and not self.thorough:
            return
        weak = tuple(
            code for code, (kind, _) in group_classes(self.rules).items() if kind == "weak" or is_old_group(kind)
        )
        codes = tuple(code for code in suites(self.rules, "modern") if "ECDHE" in self.classes[code][1])
        old = tuple(code for code in suites(self.rules, "old") if "ECDHE" in self.classes[code][1])
        highest = "tls1.2" if "tls1.2" in self.support.accepted else self.support.accepted[-1]
        offered = codes if highest == "tls1.2" else old
        if highest == "ssl3":
            return
        answer = await self.hello(HelloOffer(highest=highest, suites=offered, groups=weak, whole_flight=True))
        if answer.version or await self.refuses(answer):
            self.learn(weak_groups=(answer.group,) if answer.group in weak else (), weak_groups_known=True)

    async def _fallback(self) -> None:
        """A hello with TLS_FALLBACK_SCSV must be refused by a server with a higher version (RFC 7507)."""
        steps = [version for version in VERSIONS if version in self.support.accepted and version != "tls1.3"]
        if len(steps) < 2:
            return
        codes = [code for code in suites(self.rules, _OFFERS[steps[-2]]) if not self.is_finite(code)]
        answer = await self.hello(HelloOffer(highest=steps[-2], suites=(*codes[:63], FALLBACK_SCSV)))
        if answer.version or answer.alert == INAPPROPRIATE_FALLBACK or await self.refuses(answer):
            self.learn(fallback_protected=not answer.version)

    def _note_versions(self, *, accepted: tuple[str, ...] = (), refused: tuple[str, ...] = ()) -> None:
        self.learn(accepted=(*self.support.accepted, *accepted), refused=(*self.support.refused, *refused))
        order = ("ssl2", *VERSIONS)
        self.learn(accepted=tuple(sorted(set(self.support.accepted), key=order.index)))

    def _needs_other_certificate(self, code: int) -> bool:
        """Whether the suite needs a certificate of the kind that the handshake did not show."""
        leaf = self.chain.certificates[0] if self.chain is not None and self.chain.certificates else None
        ecdsa = "_ECDSA_" in self.classes[code][1]
        return ecdsa if leaf is None or leaf.key == "rsa" else not ecdsa


def _leaf(chain: CertificateChain | None) -> str:
    return chain.certificates[0].sha256 if chain is not None and chain.certificates else ""


def _with(codes: tuple[int, ...], code: int) -> tuple[int, ...]:
    return codes if code in codes else (*codes, code)
