"""A server of one's own as its owner hands it over: the collector run over prepared settings, and files beside it.

The collector runs with the machine's real programs in a mount namespace of its own; of programs that are not installed
here (fail2ban, nftables) the text stands as they print it.
"""

import gzip
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from fumimori import resources
from fumimori.assess.register_reviews import MONTHLY, QUARTERLY, YEARLY
from fumimori.model import RegisterRow
from loopback.daemons import environment
from loopback.signed_mail import Authority, smime_signed
from loopback.world import World
from unit.checks import test_dmarc_reports as dmarc
from unit.checks import test_tls_reports as tls

DOMAIN = "good.example"
HOST = "mx.good.example"
PEOPLE = ("sato", "suzuki")
SCRIPT = resources.path("collect") / "collect.sh"


def folder_of(world: World, folder: Path, now: datetime, authority: Authority) -> Path:
    """Everything that the owner of good.example drops into the window, in one folder."""
    place = folder / "handed"
    place.mkdir()
    (place / "collected.txt").write_bytes(collected(world, folder, now))
    (place / "accounts.csv").write_text(accounts(now), encoding="utf-8")
    for number, content in enumerate(reports(now)):
        (place / f"report{number}.xml.gz").write_bytes(gzip.compress(content))
    (place / "tls.json").write_bytes(tls.report(domain=DOMAIN))
    (place / "firewall.txt").write_text(NFTABLES)
    (place / "fail2ban.txt").write_text(JAILS)
    for name, message in messages(authority, now).items():
        (place / name).write_bytes(message)
    (place / "listeners.txt").write_text(LISTENERS)
    (place / "mailboxes.txt").write_text("".join(f"{name}@{DOMAIN}\n" for name in ("tanaka", "ito", "info")))
    return place


NFTABLES = """table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif "lo" accept
		tcp dport { 25, 80, 443, 465, 587, 993 } accept
		ip saddr 192.0.2.0/24 tcp dport 22 accept
	}
	chain forward {
		type filter hook forward priority filter; policy accept;
		tcp dport 25 drop
	}
}
"""

JAILS = "Status\n|- Number of jail:\t3\n`- Jail list:\tdovecot, postfix-sasl, sshd\n"
PORTS = {
    25: "master",
    80: "nginx",
    143: "dovecot",
    443: "nginx",
    465: "master",
    587: "master",
    993: "dovecot",
    22: "sshd",
}
LISTENERS = "State Recv-Q Send-Q Local Address:Port\n" + "".join(
    f'LISTEN 0 100 0.0.0.0:{port} 0.0.0.0:* users:(("{program}",pid=1,fd=3))\n' for port, program in PORTS.items()
)


def messages(authority: Authority, now: datetime, domain: str = DOMAIN, host: str = HOST) -> Mapping[str, bytes]:
    """One message that came in and was checked, one that a director signed, and the certificate behind it."""
    incoming = (
        f"Authentication-Results: {host}; spf=pass smtp.mailfrom=a@other.example; dkim=pass header.d=other.example;\r\n"
        f" dmarc=pass header.from=other.example\r\nReceived: from mail.other.example by {host} with ESMTPS;\r\n"
        f"\t{format_datetime(now)}\r\nFrom: a@other.example\r\nTo: tanaka@{domain}\r\nSubject: Hello\r\n"
        f"Date: {format_datetime(now)}\r\nMessage-ID: <9@other.example>\r\n\r\nHello\r\n"
    )
    address = f"tanaka@{domain}"
    signer = authority.signer(address, start=now - timedelta(days=100), end=now + timedelta(days=200))
    return {
        "incoming.eml": incoming.encode(),
        "signed.eml": smime_signed(authority.folder, signer, sender=address),
        "tanaka.pem": signer[0].read_bytes(),
    }


def accounts(now: datetime) -> str:
    """What a mail server's panel exports."""
    day = (now - timedelta(days=3)).strftime("%Y-%m-%d")
    heads = "email address,last login,mfa,forwarding address\n"
    return heads + "".join(f"{name}@{DOMAIN},{day},yes,\n" for name in ("tanaka", "ito", "info"))


def reports(now: datetime, domain: str = DOMAIN, address: str = "127.10.10.1") -> list[bytes]:
    """Aggregate reports of two receivers over five weeks: all of the own server, all signed."""
    made = []
    for week in range(6):
        for by in ("google.com", "yahoo.com"):
            start = int((now - timedelta(days=36 - 7 * week)).timestamp())
            rows = dmarc.row(address, 40, auth=dmarc.signed(domain))
            text = dmarc.report(rows, name=f"{week}", by=by, domain=domain, policy="reject").decode()
            old = dmarc.BEGIN
            text = text.replace(f"<begin>{old}<", f"<begin>{start}<").replace(
                f"<end>{old + 86399}<", f"<end>{start + 86399}<"
            )
            made.append(text.encode())
    return made


def collected(world: World, folder: Path, now: datetime) -> bytes:
    """The collector's file of a server with the settings of the good domain's real programs, and a filter behind them.

    What differs from this machine is in layers over its file system that nobody else sees.
    """
    root, target = folder / "root", folder / "collected.txt"
    prepared(world, root, now)
    mounts = ""
    for place in ("etc", "var/lib", "var/log"):
        upper, work = root / place, folder / "work" / place
        upper.mkdir(parents=True, exist_ok=True)
        work.mkdir(parents=True)
        mounts += f"mount -t overlay overlay -o lowerdir=/{place},upperdir={upper},workdir={work} /{place}\n"
    script = f"""set -e
{mounts}hostname {HOST}
git -C /etc init -q && git -C /etc add -A
git -C /etc -c user.name=etckeeper -c user.email=root@localhost commit -q -m "daily autocommit"
exec sh {SCRIPT} {target}
"""
    command = ["unshare", "--mount", "--uts", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target.read_bytes()


def prepared(world: World, root: Path, now: datetime) -> None:
    """Files as they are on the server."""
    base = world.folder / "good"
    passwd = Path("/etc/passwd").read_text().splitlines()
    shadow = ["root:!:20000:0:99999:7:::", *Path("/etc/shadow").read_text().splitlines()[1:]]
    group = [line for line in Path("/etc/group").read_text().splitlines() if not line.startswith("sudo:")]
    group.append(f"sudo:x:27:{','.join(PEOPLE)}")
    for number, name in enumerate(PEOPLE):
        passwd.append(f"{name}:x:{1000 + number}:{1000 + number}::{root}/home/{name}:/bin/bash")
        shadow.append(f"{name}:!:20000:0:99999:7:::")
        keys = root / "home" / name / ".ssh"
        keys.mkdir(parents=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@desk", "-f", keys / "id"], check=True
        )
        shutil.copy(keys / "id.pub", keys / "authorized_keys")
    main, master = ((base / "postfix" / name).read_text() for name in ("main.cf", "master.cf"))
    for port, name in ((25, "smtp"), (587, "submission"), (465, "submissions")):
        master = master.replace(f"{world.at['good']}:{port} ", f"{name} ", 1)
    main += (
        "smtpd_milters = inet:127.0.0.1:11332\nmynetworks = 127.0.0.0/8\nsmtpd_client_message_rate_limit = 100\n"
        "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n"
        "mime_header_checks = regexp:/etc/postfix/attachments\n"
    )
    days = {"mail.log": range(0, 120, 7), "auth.log": range(0, 120, 7)}
    files = {
        "etc/hosts": f"127.0.0.1 localhost\n127.0.0.1 {HOST} mx\n",
        "etc/passwd": "\n".join(passwd) + "\n",
        "etc/shadow": "\n".join(shadow) + "\n",
        "etc/group": "\n".join(group) + "\n",
        "etc/ssh/sshd_config": "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n",
        "etc/postfix/main.cf": main,
        "etc/postfix/master.cf": master,
        "etc/postfix/attachments": "/name=.*\\.(exe|js|vbs|scr|iso|lnk|docm|xlsm)/ REJECT not here\n",
        "etc/dovecot/dovecot.conf": (base / "dovecot/dovecot.conf").read_text(),
        "etc/apt/apt.conf.d/20auto-upgrades": 'APT::Periodic::Update-Package-Lists "1";\n'
        'APT::Periodic::Unattended-Upgrade "1";\n',
        "var/lib/clamav/daily.cld": "ClamAV-VDB",
        "var/lib/apt/lists/packages.example_InRelease": "Origin: Debian",
        **{f"var/log/{name}.{number}": "a line\n" for name, ages in days.items() for number, _ in enumerate(ages)},
    }
    lists = root / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    os.setxattr(lists, "trusted.overlay.opaque", b"y")  # a server on which nothing waits
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for name, ages in days.items():
        for number, age in enumerate(ages):
            moment = (now - timedelta(days=age)).timestamp()
            os.utime(root / f"var/log/{name}.{number}", (moment, moment))


MONTHS = [(kind, days) for kind in MONTHLY for days in (20, 50)]
"""What is looked at every month, and how long ago it was."""


def registers(
    now: datetime, domain: str = DOMAIN, selector: str = "default", admins: tuple[str, str] = PEOPLE
) -> tuple[RegisterRow, ...]:
    """What the owner records, most of it copied from what was read."""
    day = now.date()

    def past(days: int) -> str:
        return (day - timedelta(days=days)).isoformat()

    def future(days: int) -> str:
        return (day + timedelta(days=days)).isoformat()

    tables: dict[str, list[dict[str, str]]] = {
        "staff": [
            {"name": "Sato", "kind": "officer", "joined": past(3000)},
            {"name": "Suzuki", "kind": "employee", "joined": past(900)},
            {"name": "Mori", "kind": "employee", "joined": past(2000), "left": past(100)},
        ],
        "accounts": [
            {"account": admins[0], "holder": "Sato", "kind": "admin", "mfa": "yes"},
            {"account": admins[1], "holder": "Suzuki", "kind": "admin", "mfa": "yes"},
            {"account": f"tanaka@{domain}", "holder": "Tanaka", "kind": "user", "mfa": "yes"},
            {"account": f"mori@{domain}", "holder": "Mori", "kind": "user", "mfa": "yes", "closed": past(100)},
            {"account": f"sato@{domain}", "holder": "Sato", "kind": "user", "mfa": "yes"},
            {"account": f"suzuki@{domain}", "holder": "Suzuki", "kind": "user", "mfa": "yes"},
            {"account": f"info@{domain}", "holder": "Suzuki", "kind": "shared", "mfa": "yes", "own_login": "yes"},
            {"account": "copier", "holder": "Suzuki", "kind": "service", "ends": future(300)},
        ],
        "access": [
            {
                "who": "Ueda Maintenance",
                "what": "SSH",
                "kind": "ssh_key",
                "contractor": "yes",
                "enabled": "for_work",
                "until": future(60),
                "approved_by": "Sato",
            }
        ],
        "devices": [
            {
                "device": "Router",
                "kind": "router",
                "model": "RTX",
                "updates": "manual",
                "updated_by": "Suzuki",
                "next_update": future(30),
                "support_ends": future(900),
            },
            {"device": "Mail server", "kind": "server", "updates": "automatic", "support_ends": future(900)},
            {
                "device": "Laptops",
                "kind": "computer",
                "updates": "automatic",
                "encrypted": "yes",
                "support_ends": future(700),
            },
            {
                "device": "Phones",
                "kind": "phone",
                "updates": "automatic",
                "encrypted": "yes",
                "support_ends": future(500),
            },
        ],
        "credentials": [
            {"device": "Router", "changed": "yes", "changed_on": past(400), "changed_by": "Suzuki"},
            {"device": "Mail server", "changed": "yes", "changed_on": past(400), "changed_by": "Suzuki"},
        ],
        "contracts": [
            {
                "service": "registration",
                "company": "Registrar",
                "in_our_name": "yes",
                "logins": "Sato, Suzuki",
                "renewal": "automatic",
            },
            {"service": "dns", "company": "Registrar", "person": "Support", "reach": "support@registrar.example"},
            {"service": "website", "company": "Web Design", "person": "Mori", "reach": "mori@web.example"},
            {"service": "maintenance", "company": "Ueda Maintenance", "updates": "yes", "ends": future(200)},
        ],
        "senders": [{"service": "Own server", "domain": domain, "spf": "mx", "selector": selector}],
        "training": [
            {"everyone": "yes", "held": past(20), "subject": "Phishing", "click_rate": "4"},
            {"everyone": "yes", "held": past(110), "subject": "Passwords", "topic": "passwords"},
            {"everyone": "yes", "held": past(200), "subject": "Reporting", "topic": "reporting"},
            {"everyone": "yes", "held": past(200), "subject": "Signatures", "topic": "signatures"},
            {"everyone": "yes", "held": past(290), "subject": "Passwords", "topic": "passwords"},
            {"who": "Sato", "held": past(60), "subject": "Payments and urgent calls"},
        ],
        "reviews": [
            {"kind": kind, "held": past(days), "by": "Suzuki", "result": "good"}
            for kind, days in [*((kind, 90) for kind in (*YEARLY, *QUARTERLY)), *MONTHS]
        ],
        "certificates": [
            {"subject": host, "kind": "server", "ends": future(60), "renewal": "automatic", "watched": "yes"}
            for host in (f"mx.{domain}", f"mta-sts.{domain}")
        ]
        + [
            {"subject": key, "kind": "ssh_key", "holder": key, "passphrase": "yes", "kept": "own_device"}
            for key in ("Sato", "Suzuki")
        ]
        + [{"subject": "Sato", "kind": "smime", "holder": "Sato", "ends": future(200), "responsible": "Suzuki"}],
    }
    return tuple(
        RegisterRow(id=f"{register}{number}", register=register, cells=cells)
        for register, rows in tables.items()
        for number, cells in enumerate(rows)
    )
