"""Repairs of DANE, proved: the printed TLSA records go into a zone that is really signed, and a Postfix elsewhere that
heeds DANE sends after every single step; no step keeps mail away that came before it.
"""  # noqa: D205 - one sentence

import asyncio
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from fumimori.model import Assessment, DomainScope, Hosting, Repair, Scope, Severity, SnippetKind
from servers.dane_sender import Delivery, Sender
from servers.machine import DOMAIN, HOST, SECOND, STS, Machine
from servers.proving import SCOPE, seen
from servers.repaired import PROVED, faults, new_faults, printed, published
from servers.signed_zones import Names, SignedZones
from servers.unproved import told

pytestmark = pytest.mark.usefixtures("own_network")
RELOAD = "systemctl reload postfix"
THIRD, OTHER = "mail.unsigned.jp", "example2.jp"
ADDRESS = "127.9.87.1"
LOOKS = ("mx", "mail_ports", "dnssec", "dane", "mta_sts", "tls_rpt")
SOUND = "postconf -e 'tls_medium_cipherlist = ECDHE+AESGCM' 'tls_preempt_cipherlist = yes' 'max_use = 1'"
"""Nothing here is about suites, and no process with old settings waits for a connection."""
BESIDE = {"mta_sts.absent_beside_dane"}
"""What the absence of MTA-STS comes to once DANE is there; `mta_sts.absent` is worse."""


def tlsa(host: str, *records: str) -> Names:
    return {f"_25._tcp.{host}": {"TLSA": records}}


def mail(*hosts: str, domain: str = DOMAIN) -> Names:
    return {domain: {"MX": [f"{10 + place} {host}." for place, host in enumerate(hosts)]}} | {
        host: {"A": [ADDRESS]} for host in hosts
    }


def shown(*names: str) -> str:
    """Lines that give Postfix these certificates."""
    files = ", ".join(f"$MACHINE/{name}/{file}" for name in names for file in ("privkey.pem", "fullchain.pem"))
    return f'postconf -e "smtpd_tls_chain_files = {files}"\n{RELOAD}'


@dataclass
class Place:
    """The machine, its zones, and somebody elsewhere who sends to it."""

    machine: Machine
    zones: SignedZones
    sender: Sender
    old_program: Sender
    """It knows RSA certificates alone."""
    scope: Scope = SCOPE
    names: Names = field(default_factory=dict)

    def begin(self, names: Names, fault: str = "", plain: Sequence[str] = (), domains: Sequence[str] = ()) -> None:
        """These zones, of which the `plain` ones are not signed, and this fault."""
        self.machine.restore(fault)
        self.scope = msgspec.structs.replace(
            SCOPE, domains=(*SCOPE.domains, *(msgspec.structs.replace(SCOPE.domains[0], name=one) for one in domains))
        )
        self.zones.plain = plain
        self.publish(names)
        self.zones.forget()

    def publish(self, names: Names) -> None:
        self.names = names
        self.zones.publish(names)

    def measured(self) -> Assessment:
        """What the program says of port 25, by signatures that it follows itself."""
        zones = self.zones
        return asyncio.run(seen(self.machine, zones.resolver, LOOKS, scope=self.scope, anchors=zones.anchor, port=25))

    def key(self, name: str) -> str:
        """SHA-256 of the public key of one of the machine's certificates."""
        leaf = load_pem_x509_certificate(self.machine.pem(name)[1].read_bytes())
        return hashlib.sha256(
            leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest()

    def walk(self, made: Repair, recipient: str, sender: Sender) -> list[Delivery]:
        """What becomes of mail after each printed step, with what resolvers still keep, and once that is over."""
        found, value = [sender.sent(recipient)], ""
        for snippet in made.snippets:
            if snippet.kind is SnippetKind.DNS_RECORD:
                self.publish(published(self.names, (snippet,), value))
                found.append(sender.sent(recipient))
                self.zones.forget()
            elif snippet.note is not None and snippet.note.key == "tlsa_value":
                value = self.machine.run(snippet.content.replace("REPLACE", str(self.machine.folder / "good"))).strip()
            else:
                self.machine.apply((snippet,))
            found.append(sender.sent(recipient))
        self.machine.still_works()
        return found


@pytest.fixture(scope="module")
def place(machine: Machine) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="fumimori-dane-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("zones", "sender", "old"):
            (folder / part).mkdir()
        zones = SignedZones(folder / "zones", "127.9.88", (DOMAIN, OTHER, "unsigned.jp"))
        started: list[SignedZones | Sender] = [zones]
        try:
            zones.start()
            machine.run(f"{SOUND}\n{RELOAD}")
            machine.keep()
            by, rsa = folder / "zones/resolv.conf", {"smtp_tls_mandatory_protocols": "TLSv1.2"}
            rsa["smtp_tls_mandatory_exclude_ciphers"] = "aECDSA"
            started.append(sender := Sender(folder / "sender", "127.9.88.3", by))
            started.append(old := Sender(folder / "old", "127.9.88.4", by, rsa))
            yield Place(machine, zones, sender, old)
        finally:
            for one in reversed(started):
                one.stop()


def prove(
    place: Place,
    code: str,
    subject: str,
    *,
    recipient: str = f"root@{DOMAIN}",
    then: str = "",
    sender: Sender | None = None,
) -> list[Delivery]:
    """The printed steps end the finding and bring no other but `then`.

    The answer: how mail came, before the steps and after each of them.
    """
    before = place.measured()
    found = faults(before, Severity.INFO)
    assert (code, subject) in found, sorted(found)
    made = printed(found[code, subject], before)
    assert made.snippets
    came = place.walk(made, recipient, sender or place.sender)
    assert came == sorted(came, key=list(Delivery).index), f"{came} after {made.snippets}"
    now = place.measured()
    assert (code, subject) not in faults(now, Severity.INFO)
    assert new_faults(found, faults(now), frozenset((then, *BESIDE))) == set()
    PROVED.add(code)
    return came


WRONG = "ab" * 32


@pytest.mark.parametrize("old", [(f"3 1 1 {WRONG}",), (f"3 0 1 {WRONG}", f"2 1 1 {WRONG}")], ids=["one", "two"])
def test_records_of_another_key_are_replaced(place, old):
    place.begin(mail(HOST) | tlsa(HOST, *old))
    came = prove(place, "dane.mismatch", HOST)
    assert (came[0], came[-1]) == (Delivery.REFUSED, Delivery.VERIFIED)


def test_records_that_mail_cannot_use_are_replaced(place):
    place.begin(mail(HOST) | tlsa(HOST, f"1 1 1 {place.key('expired')}"))
    came = prove(place, "dane.unusable", HOST)
    assert (came[0], came[-1]) == (Delivery.ENCRYPTED, Delivery.VERIFIED)


def test_where_everything_is_signed_the_records_are_published(place):
    place.begin(mail(HOST))
    came = prove(place, "dane.possible", DOMAIN)
    assert (came[0], came[-1]) == (Delivery.ENCRYPTED, Delivery.VERIFIED)


def test_the_other_server_gets_its_record_too(place):
    place.begin(mail(HOST, SECOND) | tlsa(HOST, f"3 1 1 {place.key('expired')}"))
    came = prove(place, "dane.partial", DOMAIN, recipient=f"root@{SECOND}")
    assert (came[0], came[-1]) == (Delivery.ENCRYPTED, Delivery.VERIFIED)


def test_a_server_in_a_zone_without_signatures_gets_none(place):
    place.begin(mail(HOST, SECOND, THIRD) | tlsa(HOST, f"3 1 1 {place.key('expired')}"), plain=["unsigned.jp"])
    before = place.measured()
    found = faults(before, Severity.INFO)
    made = printed(found["dane.partial", DOMAIN], before)
    assert [one.place for one in made.snippets] == [f"_25._tcp.{SECOND} TLSA"]
    place.publish(published(place.names, made.snippets))
    place.zones.forget()
    assert new_faults(found, faults(place.measured()), frozenset(BESIDE)) == set()
    assert place.sender.sent(f"root@{SECOND}") is Delivery.VERIFIED


@pytest.mark.parametrize("hosting", [Hosting.RENTAL, Hosting.VPS])
def test_what_stands_in_the_zone_of_a_provider_is_asked_for(place, hosting):
    place.begin(mail(THIRD) | tlsa(THIRD, f"3 1 1 {WRONG}"))
    place.scope = Scope(domains=(DomainScope(name=DOMAIN, hosting=hosting, hosting_confirmed=True),))
    before = place.measured()
    made = printed(faults(before)["dane.mismatch", THIRD], before)
    notes = {one.key for one in made.before} | ({made.ask.key} if made.ask is not None else set())
    assert ({"tlsa_at_provider", "ask_tlsa"} <= notes) is (hosting is Hosting.RENTAL)
    assert place.walk(made, f"root@{DOMAIN}", place.sender)[-1] is Delivery.VERIFIED


def test_the_second_certificate_gets_its_record(place):
    place.begin(
        mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('good')}"),
        shown("good", "rsa"),
    )
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.VERIFIED
    came = prove(place, "dane.second_mismatch", HOST, sender=place.old_program)
    assert (came[0], came[-1]) == (Delivery.REFUSED, Delivery.VERIFIED)
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.VERIFIED


def test_without_encryption_the_record_goes_until_there_is_one(place):
    place.begin(
        mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('expired')}"),
        f"postconf -e 'smtpd_tls_security_level = none'\n{RELOAD}",
    )
    before = place.measured()
    found = faults(before)
    assert (
        printed(found["mail_ports.starttls_missing", f"{HOST}:25"], before).snippets
        == printed(found["dane.no_tls", HOST], before).snippets
    )
    came = prove(place, "dane.no_tls", HOST, then="dane.possible")
    assert (came[0], came[-1]) == (Delivery.REFUSED, Delivery.ENCRYPTED)
    # the record for the certificate that is shown now is what the next measurement prints
    came = prove(place, "dane.possible", DOMAIN)
    assert came[-1] is Delivery.VERIFIED


def test_records_without_signatures_go_or_get_some(place):
    names = mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('expired')}")
    place.begin(names, plain=[DOMAIN])
    assert set(prove(place, "dane.insecure", HOST)) == {Delivery.ENCRYPTED}
    place.begin(names)
    assert ("dane.insecure", HOST) not in faults(place.measured())
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.VERIFIED


def test_records_stand_at_the_end_of_an_alias(place):
    names = {DOMAIN: {"MX": [f"10 {SECOND}."]}, SECOND: {"CNAME": [f"{HOST}."]}, HOST: {"A": [ADDRESS]}}
    place.begin(names | tlsa(HOST, f"3 1 1 {WRONG}"))
    came = prove(place, "dane.mismatch", SECOND)
    assert (came[0], came[-1]) == (Delivery.REFUSED, Delivery.VERIFIED)


def test_a_server_of_two_domains_has_its_records_replaced_once(place):
    place.begin(mail(HOST) | mail(HOST, domain=OTHER) | tlsa(HOST, f"3 1 1 {WRONG}"), domains=[OTHER])
    came = prove(place, "dane.mismatch", HOST, recipient=f"root@{OTHER}")
    assert (came[0], came[-1]) == (Delivery.REFUSED, Delivery.VERIFIED)


def test_a_new_key_is_in_the_dns_before_it_is_shown(place):
    place.begin(mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('expired')}", f"3 0 1 {WRONG}"))
    came = prove(place, "mail_ports.certificate_expired_mx", f"{HOST}:25")
    assert set(came) == {Delivery.VERIFIED}
    # the record of the old key is gone; one that was of no certificate is not this repair's
    assert place.names[f"_25._tcp.{HOST}"]["TLSA"] == [f"3 0 1 {WRONG}", f"3 1 1 {place.key('good')}"]


def test_the_way_back_from_a_new_key_keeps_mail_coming_too(place):
    old = f"3 1 1 {place.key('expired')}"
    place.begin(mail(HOST) | tlsa(HOST, old))
    before = place.measured()
    made = printed(faults(before)["mail_ports.certificate_expired_mx", f"{HOST}:25"], before)
    assert [one.key for one in made.back] == ["back_tlsa", "back_file"]
    place.walk(made, f"root@{DOMAIN}", place.sender)
    file = dict(made.back[1].values)
    place.publish(mail(HOST) | tlsa(HOST, *place.names[f"_25._tcp.{HOST}"]["TLSA"], old))
    place.zones.forget()
    place.machine.run(f"sudo cp -p {file['copy']} {file['file']} && {file['reload']}")
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.VERIFIED


def test_without_the_wait_mail_would_have_stayed_away(place):
    place.begin(mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('expired')}"))
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.VERIFIED
    place.publish(mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('expired')}", f"3 1 1 {place.key('good')}"))
    place.machine.run(shown("good"))
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.REFUSED
    place.zones.forget()
    assert place.sender.sent(f"root@{DOMAIN}") is Delivery.VERIFIED


@pytest.mark.parametrize("order", [1, -1], ids=["certificate first", "record first"])
def test_a_certificate_that_ended_and_matches_nothing_is_repaired_in_either_order(place, order):
    place.begin(mail(HOST) | tlsa(HOST, f"3 1 1 {WRONG}"))
    before = place.measured()
    found = faults(before, Severity.INFO)
    both = [("mail_ports.certificate_expired_mx", f"{HOST}:25"), ("dane.mismatch", HOST)]
    made = Repair.joined(printed(found[one], before) for one in both[::order])
    came = place.walk(made, f"root@{DOMAIN}", place.sender)
    assert came == sorted(came, key=list(Delivery).index)
    assert came[-1] is Delivery.VERIFIED
    left = faults(place.measured(), Severity.INFO)
    assert not set(both) & left.keys()
    assert new_faults(found, left, frozenset((*BESIDE, "dane.single"))) == set()


def test_a_policy_beside_dane_leaves_dane_as_it_is(place):
    """The steps before the lines give the site its address and its certificate, and ask for reports."""
    names = mail(HOST) | tlsa(HOST, f"3 1 1 {place.key('good')}") | {STS: {"A": [ADDRESS]}}
    names |= {f"_smtp._tls.{DOMAIN}": {"TXT": [f"v=TLSRPTv1; rua=mailto:tls@{DOMAIN}"]}}
    place.begin(names, shown("good"))
    assert set(prove(place, "mta_sts.absent_beside_dane", DOMAIN, then="mta_sts.mode_testing")) == {Delivery.VERIFIED}


def test_how_many_codes_of_dane_were_proved(capsys):
    told("dane", capsys)
