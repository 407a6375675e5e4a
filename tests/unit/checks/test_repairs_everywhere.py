"""Every repair for every kind of hosting: it fits whoever runs the server, and takes nothing away that is there."""

import re
from collections.abc import Iterator

import msgspec
import pytest

from fumimori import resources
from fumimori.__main__ import repair, rules
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.remediation.context import PLACEHOLDER
from fumimori.model import Assessment, Basis, Finding, Hosting, Note, Repair, SnippetKind
from fumimori.network.mail import MailService
from fumimori.texts import Texts, languages
from unit.checks.test_repair_coverage import DOMAIN, HOST, SUBJECTS, VALUES, faults, kept, server, told

KINDS = (None, *Hosting)
TYPED = (SnippetKind.COMMAND, SnippetKind.SETTING)
POLICIES = ("none", "quarantine", "reject")
PRODUCT_COMMANDS = {
    "postconf": ("Postfix",),
    "newaliases": ("Postfix", "Sendmail", "Exim"),
    "sendmail.mc": ("Sendmail",),
    "Get-ReceiveConnector": ("Microsoft Exchange",),
    "Set-Mailbox": ("Microsoft Exchange",),
    "SCHANNEL": ("Microsoft Exchange",),
}
"""A word of a command, and the products whose servers know it."""
OF_HOSTS = ("mail_behaviour.", "open_relay.", "defaults.default_name", "mail_ports.implicit_missing")
"""Findings about a host, which is its port 25; the others are about a port."""
GREETINGS = {
    "Postfix": "mail.example.jp ESMTP Postfix",
    "Microsoft Exchange": "mail.example.jp Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026 10:00:00 +0900",
    "Exim": "mail.example.jp ESMTP Exim 4.96",
    "Sendmail": "mail.example.jp ESMTP Sendmail 8.17.1",
}


def finding_of(code: str, subject: str, values) -> Finding:
    rule = rules().outcomes[code]
    return Finding(
        code=code, subject=subject, control=rule.control, severity=rule.severity, basis=Basis.MEASURED, values=values
    )


def hosted(of: Assessment, hosting: Hosting | None) -> Assessment:
    domains = tuple(msgspec.structs.replace(one, hosting=hosting) for one in of.scope.domains)
    return msgspec.structs.replace(of, scope=msgspec.structs.replace(of.scope, domains=domains))


def cases() -> Iterator[tuple[Finding, Assessment]]:
    """What the judges say of the zones of their own tests, and every other code on a server that has everything."""
    have = set()
    for outcome, of in told():
        if outcome.code in faults():
            have.add(outcome.code)
            yield finding_of(outcome.code, outcome.subject, outcome.values), of
    here = server()
    for code in sorted(faults() - have):
        for subject in SUBJECTS:
            yield finding_of(code, subject, VALUES), here


@pytest.fixture(scope="module")
def made() -> list[tuple[Finding, Hosting | None, Repair]]:
    every = list(cases())
    return [(finding, kind, repair(finding, hosted(of, kind))) for finding, of in every for kind in KINDS]


def test_nobody_is_told_to_type_at_a_server_of_somebody_else(made):
    """A server of one's own may be administered by ssh besides mail at Google; that alone is nobody else's."""
    wrong = {
        (finding.code, str(kind))
        for finding, kind, one in made
        if kind is not None and not kind.own_server and not finding.code.startswith(OWN)
        if any(snippet.kind in TYPED for snippet in one.snippets)
    }
    assert wrong == set()


OWN = ("ssh.", "ssh_config.", "webmail.", "mta_sts.", "dkim.", "admin_pages.")
"""Hosts that somebody named as their own, or whose web site is."""


def notes(one: Repair) -> Iterator[Note]:
    yield from (*one.before, *one.after, *one.risks, *one.back)
    yield from (snippet.note for snippet in one.snippets if snippet.note is not None)
    if one.ask is not None:
        yield one.ask


@pytest.mark.parametrize("language", sorted(languages(resources.root())))
def test_every_sentence_of_a_repair_is_filled_in(made, language):
    texts = Texts(resources.root(), language)
    for note in {note for _, _, one in made for note in notes(one)}:
        said = texts(f"repairs.note.{note.key}", **dict(note.values))
        assert said.strip(), note
        assert not re.search(r"\{[a-z_]{1,30}\}", said), said
        assert not any(str(value) == "" for _, value in note.values), note


def test_who_has_to_fill_in_a_value_is_told_which(made):
    """Somewhere in the repair stands what belongs in the place of REPLACE; a key's own command prints its value."""
    texts = Texts(resources.root(), "en")
    silent = set()
    for finding, _, one in made:
        if any(PLACEHOLDER in snippet.content for snippet in one.snippets):
            said = " ".join(texts(f"repairs.note.{note.key}", **dict(note.values)) for note in notes(one))
            if not re.search(r"REPLACE|Fill in|in place of", said):
                silent.add(finding.code)
    assert silent == set()


def addresses(text: str) -> set[str]:
    return {found.lower() for found in re.findall(r"mailto:([^\s,;!]{1,254})", text)}


def test_no_mailbox_is_renamed_and_none_is_lost(made):
    """Reports go on to where they go now, but for a place that cannot take them."""
    lost = set()
    for finding, _, one in made:
        for snippet in one.snippets:
            deaf = finding.code == "dmarc.report_host_missing" and PLACEHOLDER in snippet.content
            if snippet.kind is SnippetKind.DNS_RECORD and snippet.content and snippet.current and not deaf:
                gone = addresses(snippet.current) - addresses(snippet.content)
                lost |= {
                    (finding.code, snippet.current, snippet.content, address)
                    for address in gone
                    if address.rpartition("@")[2] == DOMAIN
                }
    assert lost == set()


def test_no_policy_gets_softer(made):
    softer = set()
    for finding, _, one in made:
        for snippet in one.snippets:
            for tag in ("p", "sp", "np"):
                old, new = (policy(text, tag) for text in (snippet.current, snippet.content))
                if snippet.content and old >= 0 and new < old and not (tag != "p" and new == -1):
                    softer.add((finding.code, snippet.current, snippet.content))
    assert softer == set()


def policy(text: str, tag: str) -> int:
    found = re.search(rf"(?:^|;)\s{{0,9}}{tag}\s{{0,9}}=\s{{0,9}}([a-z]{{1,20}})", text.lower())
    known = text.lower().lstrip().startswith("v=dmarc1") and found is not None and found[1] in POLICIES
    return POLICIES.index(found[1]) if known and found is not None else -1


def test_commands_are_for_the_product_that_answers():
    """Where a server names itself, nothing is printed for another one."""
    wrong = set()
    for name, greeting in GREETINGS.items():
        of = server()
        port = mail_ports.Facts(
            service=MailService(
                host=HOST, address="192.0.2.25", port=25, protocol="smtp", open=True, untrusted_greeting=greeting
            )
        )
        attempts = [one for one in of.attempts if one.probe != "mail_ports"]
        attempts.append(kept("mail_ports", f"{HOST}:25", port))
        here = msgspec.structs.replace(of, runs=(msgspec.structs.replace(of.runs[0], attempts=tuple(attempts)),))
        for code in sorted(faults()):
            if code.startswith(("mail_ports.", "mail_behaviour.", "open_relay.", "defaults.", "tls_active.")):
                for subject in (HOST,) if code.startswith(OF_HOSTS) else (f"{HOST}:25",):
                    for snippet in repair(finding_of(code, subject, VALUES), here).snippets:
                        said = f"{snippet.place} {snippet.content}"
                        if any(word in said and name not in them for word, them in PRODUCT_COMMANDS.items()):
                            wrong.add((name, code, snippet.place))
    assert wrong == set()


def test_no_advice_against_what_was_measured(made):
    """No line of a record is printed as new that is there word for word, and none is deleted that stays."""
    for finding, _, one in made:
        records = [snippet for snippet in one.snippets if snippet.kind is SnippetKind.DNS_RECORD]
        assert all(snippet.content != snippet.current for snippet in records), finding
        kept_ones = {(snippet.place, snippet.content) for snippet in records if snippet.content}
        gone = {(snippet.place, snippet.current) for snippet in records if not snippet.content}
        assert not kept_ones & gone, finding
