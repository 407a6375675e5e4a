"""A server of one's own as its owner hands it over: the collector run over prepared settings, and files beside it.

The collector runs with the machine's real programs in a mount namespace of its own; of programs that are not installed
here (fail2ban, nftables) the text stands as they print it.
"""

import gzip
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from fumimori import resources
from fumimori.model import RegisterRow
from loopback.daemons import environment
from loopback.world import World
from unit.checks import test_dmarc_reports as dmarc
from unit.checks import test_tls_reports as tls

DOMAIN = "good.example"
HOST = "mx.good.example"
PEOPLE = ("sato", "suzuki")
SCRIPT = resources.path("collect") / "collect.sh"


def folder_of(world: World, folder: Path, now: datetime) -> Path:
    """Everything that the owner of good.example drops into the window, in one folder."""
    place = folder / "handed"
    place.mkdir()
    (place / "collected.txt").write_bytes(collected(world, folder))
    (place / "accounts.csv").write_text(accounts(now), encoding="utf-8")
    for number, content in enumerate(reports(now)):
        (place / f"report{number}.xml.gz").write_bytes(gzip.compress(content))
    (place / "tls.json").write_bytes(tls.report(domain=DOMAIN))
    (place / "firewall.txt").write_text(NFTABLES)
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


def accounts(now: datetime) -> str:
    """What a mail server's panel exports."""
    day = (now - timedelta(days=3)).strftime("%Y-%m-%d")
    heads = "email address,last login,mfa,forwarding address\n"
    return heads + "".join(f"{name}@{DOMAIN},{day},yes,\n" for name in ("tanaka", "ito", "info"))


def reports(now: datetime) -> list[bytes]:
    """Aggregate reports of two receivers over five weeks: all of the own server, all signed."""
    made = []
    for week in range(6):
        for by in ("google.com", "yahoo.com"):
            start = int((now - timedelta(days=36 - 7 * week)).timestamp())
            rows = dmarc.row("127.10.10.1", 40, auth=dmarc.signed(DOMAIN))
            text = dmarc.report(rows, name=f"{week}", by=by, domain=DOMAIN, policy="reject").decode()
            old = dmarc.BEGIN
            text = text.replace(f"<begin>{old}<", f"<begin>{start}<").replace(
                f"<end>{old + 86399}<", f"<end>{start + 86399}<"
            )
            made.append(text.encode())
    return made


def collected(world: World, folder: Path) -> bytes:
    """The collector's file of the server whose settings are those of the good domain's real programs."""
    root = folder / "root"
    root.mkdir()
    made = prepared(root)
    places = {root / name: Path(place) for name, place in made.items()}
    base = world.folder / "good"
    places |= {
        base / "postfix/main.cf": Path("/etc/postfix/main.cf"),
        base / "postfix/master.cf": Path("/etc/postfix/master.cf"),
        base / "dovecot/dovecot.conf": Path("/etc/dovecot/dovecot.conf"),
    }
    mounts = "".join(f"mount --bind {source} {place}\n" for source, place in places.items())
    target = folder / "collected.txt"
    script = f"set -e\n{mounts}exec sh {SCRIPT} {target}\n"
    subprocess.run(
        ["unshare", "--mount", "--uts", "sh", "-c", f"hostname {HOST}\n{script}"],
        check=True,
        capture_output=True,
        env=environment(),
    )
    return target.read_bytes()


def prepared(root: Path) -> Mapping[str, str]:
    """Files as they lie on the server, and where."""
    passwd = Path("/etc/passwd").read_text().splitlines()
    shadow = Path("/etc/shadow").read_text().splitlines()
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
    ssh = "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
    files = {"passwd": passwd, "shadow": shadow, "group": group, "sshd_config": [ssh]}
    for name, lines in files.items():
        (root / name).write_text("\n".join(lines) + "\n")
    return {
        "passwd": "/etc/passwd",
        "shadow": "/etc/shadow",
        "group": "/etc/group",
        "sshd_config": "/etc/ssh/sshd_config",
    }


def registers(now: datetime) -> tuple[RegisterRow, ...]:
    """What the owner writes down, most of it copied from what was read."""
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
            {"account": "sato", "holder": "Sato", "kind": "admin", "mfa": "yes"},
            {"account": "suzuki", "holder": "Suzuki", "kind": "admin", "mfa": "yes"},
            {"account": f"tanaka@{DOMAIN}", "holder": "Tanaka", "kind": "user", "mfa": "yes"},
            {"account": f"mori@{DOMAIN}", "holder": "Mori", "kind": "user", "mfa": "yes", "closed": past(100)},
            {"account": "copier", "holder": "Suzuki", "kind": "service"},
        ],
        "access": [
            {"who": "Ueda Maintenance", "what": "SSH", "kind": "ssh_key", "until": future(60), "approved_by": "Sato"}
        ],
        "devices": [{"device": "Router", "kind": "router", "model": "RTX", "support_ends": future(900)}],
        "credentials": [
            {"device": "Router", "changed": "yes", "changed_on": past(400), "changed_by": "Suzuki"},
        ],
        "senders": [{"service": "Own server", "domain": DOMAIN, "spf": "mx", "selector": "default"}],
        "training": [
            {"everyone": "yes", "held": past(20), "subject": "Phishing", "click_rate": "4"},
            {"everyone": "yes", "held": past(110), "subject": "Passwords"},
            {"everyone": "yes", "held": past(200), "subject": "Reporting"},
            {"everyone": "yes", "held": past(290), "subject": "Passwords"},
        ],
        "certificates": [
            {"subject": "Sato", "kind": "smime", "holder": "Sato", "ends": future(200), "responsible": "Suzuki"}
        ],
    }
    return tuple(
        RegisterRow(id=f"{register}{number}", register=register, cells=cells)
        for register, rows in tables.items()
        for number, cells in enumerate(rows)
    )
