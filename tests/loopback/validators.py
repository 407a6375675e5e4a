"""The reference validators: what Unbound and BIND make of an answer, with the trust anchors in a folder."""

import re
import subprocess
from pathlib import Path

from loopback.daemons import environment


def unbound_verdict(folder: Path, name: str, rdtype: str) -> str:
    """`secure`, `insecure` or `bogus` by libunbound with `host.conf`, or what else was printed."""
    said = _printed(["/usr/bin/unbound-host", "-C", str(folder / "host.conf"), "-v", "-t", rdtype, name])
    verdicts = re.findall(r"\((secure|insecure|BOGUS[^)]*|error)\)", said)
    return verdicts[-1].split()[0].lower() if verdicts else said


def delv_verdict(folder: Path, port: int, name: str, rdtype: str) -> str:
    """The same by BIND's validator with `delv.anchor`, asking the resolver at this port of the machine itself."""
    line = ["/usr/bin/delv", "@127.0.0.1", "-p", str(port), "-a", str(folder / "delv.anchor")]
    said = _printed([*line, "+root=.", "+cdflag", name, rdtype])
    if "resolution failed" in said and "ncache" not in said:
        return "bogus"
    if "unsigned answer" in said:
        return "insecure"
    return "secure" if "fully validated" in said else said


def _printed(line: list[str]) -> str:
    run = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=60, check=False)
    return run.stdout + run.stderr
