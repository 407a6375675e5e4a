"""What the sample company handed over: documents of the world's real programs, its registers and its evidence.

People appear by what they do, never by a name. `@accounting` stands for that word of `words.sample`, so that the sample
speaks every language. Days are counted from the day of the recording.
"""

import gzip
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path

from fumimori import resources
from fumimori.engine.evidence import take
from fumimori.model import About, Evidence, RegisterRow
from loopback.daemons import environment
from loopback.domains import subtle_key
from loopback.signed_mail import Authority, dkim_signed, smime_signed
from loopback.world import World

DOMAIN = "subtle.example"
MAIL, MX = f"mail.{DOMAIN}", f"mx1.{DOMAIN}"
SIGNER = f"president@{DOMAIN}"
OF_THE_WORLD = (
    "_directory",
    "data_restrictions",
    "default_transport",
    "local_transport",
    "maillog",
    "mynetworks",
    "smtpd_timeout",
)
"""Settings by which the world keeps its Postfix from delivering anything; no server has them."""
FILTER = "smtpd_milters = inet:127.0.0.1:11332\n"
"""The company says that incoming messages are filtered; the world has no filter that could run."""
REPORTED_DAYS = 4
NEWSLETTER = "198.51.100.25"


def settings_of(world: World) -> Mapping[str, tuple[str, bytes]]:
    """What `sshd -T` and `postconf -n` print on the world's server, by name, each with its host.

    With PAM, as Debian has it; the world leaves it out so that nobody can log in.
    """
    folder = world.folder / "subtle"

    def printed(*command: str | Path) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment()).stdout

    ssh = printed("/usr/sbin/sshd", "-T", "-o", "UsePAM=yes", "-f", folder / "sshd" / "sshd_config")
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(folder / "postfix", place, dirs_exist_ok=True, ignore=lambda *_: {"queue", "state"})
        with Path(place, "main.cf").open("a") as main:
            main.write(FILTER)
        mail = printed("/usr/sbin/postconf", "-c", place, "-n")
    kept = [line for line in mail.splitlines() if not any(part in line.partition("=")[0] for part in OF_THE_WORLD)]
    return {
        "sshd-T.txt": (MAIL, ssh.encode()),
        "postconf-n.txt": (MX, ("\n".join(kept) + "\n").encode()),
    }


def signed_message(world: World, authority: Authority, now: datetime) -> bytes:
    """A message as a partner received it: S/MIME by OpenSSL's command, DKIM by dkimpy, and what its server found."""
    start, end = now - timedelta(days=320), now + timedelta(days=45)
    signed = smime_signed(authority.folder, authority.signer(SIGNER, start=start, end=end), sender=SIGNER)
    day = format_datetime(now - timedelta(days=3))
    signed = signed.replace(b"Tue, 24 Nov 2026 19:00:00 +0900", day.encode()).replace(b"example.jp", DOMAIN.encode())
    head = (
        f"Return-Path: <{SIGNER}>\r\nAuthentication-Results: mx.partner.example;\r\n"
        f"\tspf=permerror smtp.mailfrom={SIGNER};\r\n\tdkim=pass header.d={DOMAIN} header.s=default;\r\n"
        f"\tdmarc=pass header.from={DOMAIN}\r\n"
        f"Received: from {MX} ({MX} [{world.at['subtle']}]) by mx.partner.example (Postfix) with ESMTPS\r\n"
        f"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384) id 4Z1; {day}\r\n"
    )
    return head.encode() + dkim_signed(signed, selector="default", domain=DOMAIN, key=subtle_key())


def reports(world: World, now: datetime) -> dict[str, bytes]:
    """Aggregate reports (RFC 9990) of a partner's server: our own server, and a newsletter that nobody told it of."""
    made = {}
    for number in range(REPORTED_DAYS):
        day = (now - timedelta(days=REPORTED_DAYS - number)).replace(hour=0, minute=0, second=0)
        begin = int(day.timestamp())
        own = _row(
            world.at["subtle"], 31 + 7 * number, "pass", f"<domain>{DOMAIN}</domain><selector>default</selector>"
        )
        news = "<domain>newsletter.example</domain><selector>n1</selector>"
        rows = own + (_row(NEWSLETTER, 120, "fail", news) if number % 2 else "")
        report = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">'
            "<report_metadata><org_name>partner.example</org_name><email>postmaster@partner.example</email>"
            f"<report_id>{begin}</report_id><date_range><begin>{begin}</begin><end>{begin + 86399}</end></date_range>"
            f"</report_metadata><policy_published><domain>{DOMAIN}</domain><adkim>r</adkim><aspf>r</aspf><p>reject</p>"
            f"<sp>none</sp></policy_published>{rows}</feedback>\n"
        )
        name = f"partner.example!{DOMAIN}!{begin}!{begin + 86399}.xml.gz"
        made[name] = gzip.compress(report.encode(), mtime=begin)
    return made


def _row(address: str, count: int, dkim: str, signer: str) -> str:
    return (
        f"<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated><disposition>"
        f"{'none' if dkim == 'pass' else 'reject'}</disposition><dkim>{dkim}</dkim><spf>fail</spf></policy_evaluated>"
        f"</row><identifiers><header_from>{DOMAIN}</header_from></identifiers><auth_results><dkim>{signer}"
        f"<result>pass</result></dkim><spf><domain>{DOMAIN}</domain><scope>mfrom</scope><result>permerror</result></spf>"
        "</auth_results></record>"
    )


def registers(now: datetime) -> tuple[RegisterRow, ...]:
    """What the company wrote down; it agrees with what it said and with what was measured."""

    def day(days: int) -> str:
        return (now.date() + timedelta(days=days)).isoformat()

    staff = {
        "person": ("officer", -5400, 0),
        "general_affairs": ("employee", -3100, 0),
        "accounting": ("employee", -2200, 0),
        "sales_a": ("employee", -1900, 0),
        "sales_b": ("employee", -760, 0),
        "sales_c": ("employee", -65, 0),
        "works": ("employee", -2900, 0),
        "office": ("part_time", -420, 0),
        "it": ("employee", -1500, 0),
        "sales_left": ("employee", -2600, -120),
    }
    tables: dict[str, list[dict[str, str]]] = {
        "staff": [
            {"name": f"@{who}", "kind": kind, "joined": day(joined)} | ({"left": day(left)} if left else {})
            for who, (kind, joined, left) in staff.items()
        ],
        "accounts": [
            {
                "account": "root",
                "holder": "@maintenance",
                "service": "@mail_server",
                "kind": "admin",
                "mfa": "no",
            },
            {
                "account": f"admin@{DOMAIN}",
                "holder": "@it",
                "service": "@panel",
                "kind": "admin",
                "mfa": "yes",
            },
            {"account": SIGNER, "holder": "@person", "kind": "user", "mfa": "yes"},
            {"account": f"keiri@{DOMAIN}", "holder": "@accounting", "kind": "user", "mfa": "yes"},
            {"account": f"eigyo1@{DOMAIN}", "holder": "@sales_a", "kind": "user", "mfa": "no"},
            {"account": f"eigyo2@{DOMAIN}", "holder": "@sales_b", "kind": "user", "mfa": "no"},
            {"account": f"info@{DOMAIN}", "holder": "@general_affairs", "kind": "shared", "mfa": "no"},
            {
                "account": f"eigyo0@{DOMAIN}",
                "holder": "@sales_left",
                "kind": "user",
                "mfa": "no",
                "closed": day(-98),
            },
            {
                "account": f"copier@{DOMAIN}",
                "holder": "@general_affairs",
                "service": "@copier",
                "kind": "service",
            },
        ],
        "access": [
            {
                "who": "@maintenance",
                "what": f"SSH {MAIL}",
                "kind": "ssh_key",
                "why": "@upkeep",
                "since": day(-1400),
                "approved_by": "@person",
            },
            {
                "who": "@it",
                "what": "VPN",
                "kind": "remote",
                "why": "@upkeep",
                "since": day(-200),
                "until": day(165),
                "approved_by": "@person",
            },
        ],
        "devices": [
            {"device": MAIL, "kind": "server", "model": "Debian", "firmware": "12", "checked": day(-14)},
            {"device": "@router", "kind": "router", "checked": day(-30), "support_ends": day(1000)},
            {
                "device": "@nas",
                "kind": "nas",
                "checked": day(-30),
                "support_ends": day(-75),
                "place": "@office_room",
            },
        ],
        "credentials": [
            {
                "device": "@router",
                "changed": "yes",
                "changed_on": day(-900),
                "changed_by": "@maintenance",
            },
            {"device": "@nas", "changed": "yes", "changed_on": day(-640), "changed_by": "@it"},
            {"device": MAIL, "changed": "yes", "changed_on": day(-1390), "changed_by": "@maintenance"},
            {"device": "@copier", "changed": "yes", "changed_on": day(-410), "changed_by": "@it"},
        ],
        "senders": [
            {
                "service": "@mail_server",
                "domain": DOMAIN,
                "purpose": "@daily",
                "owner": "@it",
                "selector": "default",
            },
            {
                "service": "@newsletter",
                "domain": DOMAIN,
                "purpose": "@campaign",
                "owner": "@sales_a",
            },
        ],
        "training": [
            {"everyone": "yes", "topic": "phishing", "subject": "@suspicious_mail", "held": day(-190)},
            {"who": "@accounting", "topic": "payments", "subject": "@payment_fraud", "held": day(-85)},
        ],
        "contracts": [
            {
                "service": service,
                "company": "registrar.example",
                "person": "@general_affairs",
                "reach": "support@registrar.example",
                "ends": day(290),
                "renewal": "automatic",
            }
            for service in ("dns", "website")
        ]
        + [
            {
                "service": "maintenance",
                "company": "@maintenance",
                "person": "@it",
                "reach": "help@upkeep.example",
                "updates": "yes",
                "ends": day(125),
                "renewal": "manual",
            }
        ],
        "reviews": [
            {"kind": "restore_test", "held": day(-210), "by": "@maintenance", "result": "good"},
            {"kind": "access_review", "held": day(-430), "by": "@it", "result": "corrected"},
            {"kind": "incident_page", "held": day(-40), "by": "@general_affairs", "result": "corrected"},
        ],
        "certificates": [
            {"subject": MAIL, "kind": "server", "ends": day(5), "renewal": "manual", "responsible": "@it"},
            {"subject": SIGNER, "kind": "smime", "ends": day(45), "renewal": "manual", "responsible": "@it"},
        ],
    }
    return tuple(
        RegisterRow(id=f"{register}-{number}", register=register, cells=cells)
        for register, rows in tables.items()
        for number, cells in enumerate(rows, 1)
    )


def evidence(world: World, now: datetime) -> tuple[tuple[Evidence, ...], dict[str, bytes]]:
    """Three pieces, and their octets by the names that they get in `resources/sample`."""
    timers = take(_screen(_timers(now)), boxes=[HIDDEN])
    chain = take(_seen_by_openssl(world))
    present = take(f"date,present,absent\n{(now.date() - timedelta(days=190)).isoformat()},8,0\n".encode())
    made = (
        (
            "timers.png",
            timers,
            About.QUESTION,
            "protocols.certificate_expiry",
            "@shows_timers",
            "@maintenance",
        ),
        (
            "s_client.txt",
            chain,
            About.FINDING,
            f"mail_ports.certificate_incomplete {MAIL}:993",
            "@shows_chain",
            "@it",
        ),
        (
            "attendance.csv",
            present,
            About.REGISTER,
            "training-1",
            "@shows_attendance",
            "@general_affairs",
        ),
    )
    pieces = tuple(
        Evidence(
            number=number,
            kind=taken.kind,
            name=name,
            sha256=taken.sha256,
            size=len(taken.octets),
            added=now + timedelta(minutes=5 + number),
            about=about,
            subject=subject,
            shows=shows,
            source=source,
            original_sha256=taken.original_sha256,
            thumbnail=taken.thumbnail,
            covered=taken.covered,
        )
        for number, (name, taken, about, subject, shows, source) in enumerate(made, 1)
    )
    return pieces, {name: taken.octets for name, taken, *_ in made}


def _timers(now: datetime) -> tuple[str, ...]:
    """A terminal that shows why the certificate of the sending ports ends: the renewal knows the other one alone."""
    night = f"{now + timedelta(days=1):%a %Y-%m-%d} 03:12:00 JST  {now:%a %Y-%m-%d} 03:04:11 JST"
    return (
        "$ systemctl list-timers certbot.timer",
        "NEXT                         LAST                         UNIT           ACTIVATES",
        f"{night}  certbot.timer  certbot.service",
        "",
        "$ certbot certificates | grep -A1 Name:",
        "  Certificate Name: mx1.mihon.example",
        "    Domains: mx1.mihon.example",
        "$ whoami",
        "hosyu-0123",
    )


HIDDEN = (10, 177, 130, 200)
"""The name of a login, on the picture's last line."""


def _screen(lines: tuple[str, ...]) -> bytes:
    """A picture of a terminal."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(resources.path("fonts") / "NotoSansMono-Regular.ttf", 13)
    picture = Image.new("RGB", (720, 210), "#f6f6f4")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((12, 8 + 21 * number), line, "#222222", font=font)
    octets = BytesIO()
    picture.quantize(16).save(octets, "PNG", optimize=True)
    return octets.getvalue()


def _seen_by_openssl(world: World) -> bytes:
    """What OpenSSL's command says of the chain at 993, up to the certificate; under the sample's names."""
    address = f"{world.at['subtle']}:993"
    command = ["openssl", "s_client", "-connect", address, "-servername", MAIL, "-CAfile", str(world.ca_file)]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if line.startswith(("depth", "verify"))]
    words = "\n".join((f"$ openssl s_client -connect {MAIL}:993 -servername {MAIL}", *told)) + "\n"
    return words.replace(DOMAIN, "mihon.example").replace("Toy", "Sample").encode()
