#!/usr/bin/env python3
"""Sets up Fumimori in `.venv` and runs it, its tests or its checks; standard library only.

python3 packaging/dev.py run [ARGUMENTS…]     set up and start the program (the window without arguments)
python3 packaging/dev.py test [ARGUMENTS…]    set up, run every check and every test (arguments go to pytest)
python3 packaging/dev.py check                set up and run the checks alone: ruff, mypy, import-linter, vulture
python3 packaging/dev.py lock                 write the lock files anew from pyproject.toml
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
UV = "uv==0.13.9"
"""What installs everything else; its hashes for every platform are in `packaging/requirements-uv.lock`."""

APT_PATIENCE = 300
"""Seconds to wait for somebody else who is installing packages."""
PROCESSES = 4
"""How many processes share the tests at most; one more than processors, since what opens sockets mostly waits."""
COLLECT = ("-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider")
"""Compiles every module of tests while the checks run, once instead of in each process that shares the tests."""
UPDATES_MOST = 8
"""How often the lists of packages are asked for while somebody else holds them."""

WINDOW_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Shared libraries that Qt loads, and the Debian packages that bring them."""

TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "pdftoppm": "poppler-utils",
    "certutil": "libnss3-tools",
    "qpdf": "qpdf",
    "postfix": "postfix",
    "dovecot": "dovecot-imapd dovecot-pop3d",
    "sshd": "openssh-server",
    "nginx": "nginx-light",
    "apache2": "apache2",
    "ufw": "ufw",
    "ip": "iproute2",
    "nft": "nftables",
    "iptables-save": "iptables",
    "nsd": "nsd",
    "unbound": "unbound",
    "unbound-host": "unbound-host",
    "delv": "bind9-dnsutils",
    "ldns-signzone": "ldnsutils",
    "openssl": "openssl",
}
"""Programs that the tests start, and the Debian packages that bring them."""


def main() -> int:
    """Carry out the command line; the exit code is that of the last program run."""
    command, *arguments = sys.argv[1:] or ["help"]
    if command == "run":
        need_packages(missing_libraries())
        python = set_up("requirements.lock")
        return subprocess.call([python, "-m", "fumimori", *arguments], cwd=Path.cwd())
    if command == "test":
        need_packages(missing_libraries() + missing_programs())
        python = set_up("requirements-dev.lock")
        silent = subprocess.DEVNULL
        with subprocess.Popen([python, *COLLECT], cwd=ROOT, env=environment_of_tests(), stdout=silent, stderr=silent):
            checked = check(python)
        return checked or test(python, arguments)
    if command == "check":
        return check(set_up("requirements-dev.lock"))
    if command == "lock":
        return lock(set_up("requirements-dev.lock"))
    print(__doc__)
    return 2


def set_up(lock_name: str) -> str:
    """Make `.venv` hold what the lock file says (with hashes) and know `app/`; returns its Python."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = VENV / ".stamp"
    wanted = hashlib.sha256((ROOT / "packaging" / lock_name).read_bytes()).hexdigest() + sys.version
    known = stamp.read_text(encoding="utf-8").splitlines() if stamp.exists() else []
    if wanted in known and python.exists():
        return str(python)
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        sys.exit(f"Fumimori needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.")
    if not python.exists():
        need_packages([] if importable("ensurepip") else ["python3-venv"])
        print(f"Making {VENV} …")
        subprocess.check_call([sys.executable, "-m", "venv", str(VENV)])
    print(f"Installing packaging/{lock_name} …")
    lock_file = str(ROOT / "packaging" / lock_name)
    uv = VENV / ("Scripts/uv.exe" if os.name == "nt" else "bin/uv")
    quietly = ["pip", "install", "-q", "--require-hashes", "--disable-pip-version-check"]
    uv_lock = str(ROOT / "packaging/requirements-uv.lock")
    with_uv = subprocess.call([str(python), "-m", *quietly, "-r", uv_lock]) == 0
    install = ["pip", "install", "-q", "--require-hashes", "-r", lock_file]
    if not with_uv or subprocess.call([str(uv), *install, "--python", str(python)]):
        subprocess.check_call([str(python), "-m", *install])
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([str(python), "-c", where], text=True)
    (Path(packages.strip()) / "fumimori.pth").write_text(str(ROOT / "app") + "\n", encoding="utf-8")
    stamp.write_text("\n".join([wanted, *(line for line in known if line.endswith(sys.version))]), encoding="utf-8")
    return str(python)


def check(python: str) -> int:
    """Run ruff, mypy, import-linter and vulture; the first that fails decides."""
    tools = Path(python).parent
    for line in ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "vulture"):
        print("$", line, flush=True)
        tool, *arguments = line.split()
        code = subprocess.call([str(tools / tool), *arguments], cwd=ROOT)
        if code:
            return code
    return 0


def test(python: str, arguments: list[str]) -> int:
    """Run the tests, a few at a time; on CI a skipped test is a failure. With `--cov` coverage is measured."""
    started = time.monotonic()
    at_once = ["-n", str(min(PROCESSES, (os.cpu_count() or 1) + 1)), "--dist", "loadgroup", "--no-loadscope-reorder"]
    line = [python, "-m", "pytest", *at_once, *arguments]
    code = subprocess.call(line, cwd=ROOT, env=environment_of_tests())
    print(f"tests took {time.monotonic() - started:.0f} s")
    return code


def environment_of_tests() -> dict[str, str]:
    """What tests find in their environment; compiled modules are kept for the many programs that they start."""
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    return dict(os.environ, QT_QPA_PLATFORM=platform, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="")


def lock(python: str) -> int:
    """Write all lock files: every platform's pins with hashes, no addresses."""
    uv = str(Path(python).parent / "uv")
    for name, source in (
        ("requirements-uv.lock", ["-"]),
        ("requirements.lock", ["pyproject.toml"]),
        ("requirements-dev.lock", ["--group", "dev", "pyproject.toml"]),
    ):
        compiling = [
            *(uv, "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"),
            *("--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"),
            *(*source, "-o", f"packaging/{name}"),
        ]
        code = subprocess.run(compiling, cwd=ROOT, input=UV, text=True, check=False).returncode
        if code:
            return code
    return 0


def importable(module: str) -> bool:
    """Whether this Python can import `module`."""
    return subprocess.call([sys.executable, "-c", f"import {module}"], stderr=subprocess.DEVNULL) == 0


def missing_libraries() -> list[str]:
    """The Debian packages of the shared libraries that Qt will not find."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    for library, package in WINDOW_PACKAGES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def missing_programs() -> list[str]:
    """The Debian packages of the programs that the tests will not find."""
    if not sys.platform.startswith("linux"):
        return []
    search = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    absent = [packages for program, packages in TEST_PROGRAMS.items() if not shutil.which(program, path=search)]
    return " ".join(absent).split()


def need_packages(packages: list[str]) -> None:
    """Install Debian packages when root, else say which line does; does nothing for an empty list."""
    if not packages:
        return
    line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing", *packages, flush=True)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        patiently = ["-o", f"DPkg::Lock::Timeout={APT_PATIENCE}", "-o", "Acquire::Retries=3"]
        update(["apt-get", *patiently, "update", "-qq"], environment)
        subprocess.check_call([line[0], *patiently, *line[1:]], env=environment, stdout=subprocess.DEVNULL)
        return
    sys.exit("These packages are missing. Install them and start again:\n  sudo " + " ".join(line))


def update(line: list[str], environment: dict[str, str], *, pause: float = 10.0) -> None:
    """Fetch the lists of packages; apt does not wait for their lock, so that is done here. CalledProcessError."""
    for left in reversed(range(UPDATES_MOST)):
        code = subprocess.call(line, env=environment)
        if not code:
            return
        if left:
            print(f"The lists of packages could not be fetched; trying again in {pause:.0f} s …", flush=True)
            time.sleep(pause)
    raise subprocess.CalledProcessError(code, line)


if __name__ == "__main__":
    sys.exit(main())
