#!/usr/bin/env python3
"""Records the sample company anew: the test world's subtle domain is measured for real, then renamed.

Run as root on Debian (the world starts real servers on loopback): `.venv/bin/python packaging/record_sample.py`.
"""

import asyncio
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import sample_handed  # noqa: E402 - beside this file

from fumimori.__main__ import toolkit  # noqa: E402
from fumimori.engine import confirmed, measure  # noqa: E402
from fumimori.engine.reading import document_of, read_documents  # noqa: E402
from fumimori.model import (  # noqa: E402
    Answer,
    Assessment,
    Confidence,
    Consent,
    ConsentLevel,
    DomainScope,
    Hosting,
    Organisation,
    Scope,
)
from loopback import readings  # noqa: E402 - the test world lives with the tests
from loopback.signed_mail import Authority  # noqa: E402
from loopback.world import World, running  # noqa: E402

DOMAIN = "mihon.example"
"""Mihon is Japanese for sample; `.example` can never be anybody's (RFC 2606)."""

SAID = {
    "defaults.admin_passwords": "yes",
    "defaults.password_keeping": "yes",
    "mta_sts.dns_owner": "yes",
    "protocols.inventory": "pc phone copier",
    "protocols.client_settings": "yes",
    "protocols.certificate_expiry": "partly",
    "protocols.device_sending": None,
    "sender_auth.domains": "yes",
    "sender_auth.dkim": "yes",
    "sender_auth.senders_known": "partly",
    "sender_auth.incoming_checks": "yes",
    "updates.responsible": "contractor",
    "updates.supported": "yes",
    "updates.fix_delay": "yes",
    "updates.firmware": None,
    "firewall.open_ports": "yes",
    "firewall.admin_sources": "partly",
    "firewall.open_relay": "yes",
    "firewall.send_limit": "no",
    "firewall.filter": "yes",
    "access.admin_list": "yes",
    "access.admin_mfa": "partly",
    "access.leavers": "late",
    "access.domain_registration": "yes",
    "access.least_privilege": "yes",
    "ssh.used": "yes",
    "ssh.own_keys": "no_passphrase",
    "ssh.rdp": "not_used",
    "people.training": "partly",
    "people.user_mfa": "partly",
    "people.passwords": "yes",
    "people.payment_changes": "yes",
    "signing.confidential_mail": "yes",
    "signing.file_protection": "ppap",
    "surroundings.mail_at_rest": "yes",
    "surroundings.staff_networks": "yes",
    "surroundings.physical_protection": "yes",
    "surroundings.provider_protects": "yes",
}
"""What the sample company said in the quick assessment; None is *I do not know*."""


async def measured(world: World, assessment: Assessment) -> Assessment:
    """The assessment with everything that the probes see of the subtle domain."""
    settings = world.settings(from_outside=True)
    tools = toolkit()
    network = tools.open_network(settings)
    try:
        return (await measure(tools, assessment, network, settings)).added_to(assessment)
    finally:
        await network.close()


def read(world: World, assessment: Assessment, now: datetime) -> Assessment:
    """The assessment with what the company dropped into the window, each document a reading of its own."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        tools = readings.tools(authority.roots)
        message = sample_handed.signed_message(world, authority, now)
        handed = [(sample_handed.reports(world, now), "", "@partner")]
        handed += [
            ({name: text}, host, "@maintenance") for name, (host, text) in sample_handed.settings_of(world).items()
        ]
        handed.append(({"signed.eml": message}, "", "@partner"))
        for minute, (files, host, whom) in enumerate(handed, 1):
            at = now + timedelta(minutes=minute)
            documents = [document_of(name, content, at, whom) for name, content in files.items()]
            result = read_documents(tools, assessment, documents, at, about=host)
            unread = [one.name for one in result.documents if one.problem] + [one.subject for one in result.others]
            if unread:
                raise SystemExit(f"not read: {unread}")
            assessment = result.vouched().added_to(assessment)
    return assessment


def renamed(assessment: Assessment, block: int) -> Assessment:
    """The assessment under the sample's name, with addresses that are kept for documentation (RFC 5737)."""
    text = msgspec.json.encode(assessment).decode()
    # A record longer than 255 octets is cut into strings, wherever that falls.
    cut = r'(?:\\" \\")?'
    text = re.sub(cut.join(re.escape(letter) for letter in "subtle.example"), DOMAIN, text)
    text = text.replace("Toy Trust", "Sample Trust").replace("Toy ", "Sample ").replace("Test S/MIME", "Sample S/MIME")
    text = re.sub(
        rf"(?<!\d)127\.{block}\.(\d+)\.(\d+)\b", lambda found: f"192.0.2.{(int(found[1]) + int(found[2])) % 250}", text
    )
    text = re.sub(
        rf"(?<!\d)(\d+)\.(\d+)\.{block}\.127\.in-addr",
        lambda found: f"{(int(found[1]) + int(found[2])) % 250}.2.0.192.in-addr",
        text,
    )
    text = text.replace("127.0.0.1", "198.51.100.7")
    return msgspec.json.decode(text, type=Assessment)


def main() -> None:
    """Write `resources/sample/sample.json`."""
    now = datetime.now(UTC).replace(microsecond=0)
    answers = []
    for place, (question, value) in enumerate(SAID.items()):
        inventory = question == "protocols.inventory"
        answers.append(
            Answer(
                question=question,
                value="yes" if inventory else value,
                items=tuple(value.split()) if inventory and value else (),
                at=now + timedelta(minutes=1 + place),
                confidence=Confidence.CONFIRMED if place % 3 == 0 else Confidence.STATED,
            )
        )
    assessment = Assessment(
        id="00000000-0000-4000-8000-000000000001",
        created=now,
        organisation=Organisation(name="@organisation", size="11-50"),
        scope=Scope(
            domains=(DomainScope(name="subtle.example", hosting=Hosting.VPS, hosting_confirmed=True),),
            mail_hosts=("mail.subtle.example",),
            ssh_hosts=("mail.subtle.example",),
            own_hosts=("mx1.subtle.example", "mx2.subtle.example"),
        ),
        consent=Consent(level=ConsentLevel.AUTHORISED, name="@person", role="@role"),
        document_number="MIHON-2026-01",
        answers=tuple(answers),
    )
    assessment = msgspec.structs.replace(assessment, consent=confirmed(assessment, now))
    with running() as world:
        seen = read(world, asyncio.run(measured(world, assessment)), now)
        pieces, octets = sample_handed.evidence(world, now)
        whole = msgspec.structs.replace(
            seen, registers=sample_handed.registers(now), evidence=pieces, evidence_numbers=len(pieces)
        )
        recorded = renamed(whole, world.block)
    target = ROOT / "resources/sample/sample.json"
    for name, content in octets.items():
        (target.parent / name).write_bytes(content)
    lines = msgspec.json.format(msgspec.json.encode(recorded), indent=1).splitlines()
    target.write_bytes(b"".join(line.lstrip() + b"\n" for line in lines))
    print(f"{target.relative_to(ROOT)}: {len(recorded.attempts)} attempts, {len(recorded.answers)} answers")


if __name__ == "__main__":
    main()
