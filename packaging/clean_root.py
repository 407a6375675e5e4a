#!/usr/bin/env python3
"""Proves both commands of the README on a clean Debian 12, in a fresh root; needs root and debootstrap.

python3 packaging/clean_root.py [--keep] [--give PATH]… [--set NAME=VALUE]… [--only run|test] FOLDER

FOLDER is made anew and removed at the end. `--give` copies a file or folder of this machine to the same place in the
new root, `--set` sets a variable there, such as the certificates of a network that inspects TLS and where they lie.
"""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITE = "bookworm"
INSIDE = "fumimori"


def main() -> int:
    """Make the root, run the commands in it; the exit code says whether both held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--give", action="append", default=[], type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--only", choices=["run", "test"])
    options = parser.parse_args()
    folder = options.folder.resolve()
    started = time.monotonic()
    try:
        make_root(folder, options.give)
        say(started, "the root is made")
        for command in readme_commands():
            kind = command.split()[-1]
            if options.only in (None, kind):
                code = proved(folder, command, kind, options.set)
                say(started, f"{command}: exit code {code}")
                if code:
                    return 1
        return 0
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def make_root(folder: Path, give: list[Path]) -> None:
    """A minimal Debian in `folder` with Python, and the committed state of this checkout in its home."""
    if folder.exists():
        sys.exit(f"{folder} is already there")
    packages = "python3,python3-venv,ca-certificates"
    subprocess.check_call(
        ["debootstrap", "--variant=minbase", f"--include={packages}", SUITE, str(folder)], stdout=subprocess.DEVNULL
    )
    for path in (Path("/etc/resolv.conf"), *give):
        target = folder / path.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.check_call(["cp", "-RLT", "--remove-destination", str(path), str(target)])
    home = folder / "srv" / INSIDE
    home.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-x", "-C", str(home)], input=archive, check=True)


def readme_commands() -> list[str]:
    """The lines of the README that start the set-up script, in their order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^python3 packaging/dev\.py (?:run|test)$", text, re.MULTILINE)


def proved(folder: Path, command: str, kind: str, settings: list[str]) -> int:
    """Run one command in the root; a window that is still open after its time is what `run` promises."""
    if kind == "test":
        return inside(folder, f"CI=true {command}", settings)
    code = inside(folder, f"{command} sample --out /tmp/sample && test -s /tmp/sample/report-ja.pdf", settings)
    if code:
        return code
    code = inside(folder, f"QT_QPA_PLATFORM=offscreen timeout 15 {command}", settings)
    return 0 if code == 124 else code or 1


def inside(folder: Path, line: str, settings: list[str]) -> int:
    """The exit code of a shell line in the new root, with namespaces of its own and no environment but `settings`."""
    kept = ["HOME=/srv", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=dumb", *settings]
    mounts = f"mount -t proc proc {folder}/proc && mount --rbind /dev {folder}/dev"
    enter = ["env", "-i", *kept, "chroot", str(folder), "sh", "-c", f"cd /srv/{INSIDE} && {line}"]
    return subprocess.call(
        ["unshare", "--mount", "--pid", "--fork", "sh", "-c", f"{mounts} && exec {shlex.join(enter)}"]
    )


def say(started: float, what: str) -> None:
    """One line with the seconds since the start."""
    print(f"[{time.monotonic() - started:5.0f} s] {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
