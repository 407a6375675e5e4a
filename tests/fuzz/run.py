"""Feeds a harness for as long as one likes, guided by coverage.

python tests/fuzz/run.py tls 600         ten minutes of TLS; without a name, a minute of each
What breaks a parser is left in `crash-*` in the folder that the last line names.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ATHERIS = "atheris>=2.3,<4"


def main() -> int:
    """Run the named harness, or each; the exit code of the first that broke."""
    words = sys.argv[1:]
    if os.environ.get("FUMIMORI_FUZZING"):
        return _feed(words[0], words[1:])
    seconds = words[1] if len(words) > 1 else "60"
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fumimori-fuzz"
    sys.path[:0] = [str(ROOT / "app"), str(ROOT / "tests")]
    from fuzz.harnesses import HARNESSES, seeds

    python = _installed(place)
    paths = (str(ROOT / "app"), str(ROOT / "tests"), sysconfig.get_path("purelib"))
    environment = dict(os.environ, FUMIMORI_FUZZING="1", PYTHONPATH=os.pathsep.join(paths))
    for name in words[:1] or HARNESSES:
        corpus = place / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, octets in enumerate(seeds()[name]):
            (corpus / f"seed{number}").write_bytes(octets)
        line = [python, __file__, name, str(corpus), f"-max_total_time={seconds}", "-max_len=65536", "-timeout=5"]
        code = subprocess.call(line, cwd=place, env=environment)
        sys.stdout.write(f"{name}: exit code {code}; {place}\n")
        if code:
            return code
    return 0


def _installed(place: Path) -> str:
    """The Python of an environment of its own that has the fuzzer."""
    home = place / "venv"
    python = str(home / "bin/python")
    if subprocess.call([python, "-c", "import atheris"]) if Path(python).exists() else True:
        venv.create(home, with_pip=True, clear=True)
        uv = Path(sys.executable).with_name("uv")
        with_uv = [str(uv), "pip", "install", "-q", "--python", python]
        subprocess.check_call([*(with_uv if uv.exists() else [python, "-m", "pip", "install", "-q"]), ATHERIS])
    return python


def _feed(name: str, options: list[str]) -> int:
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["fumimori", "dns"]):
        from fuzz.harnesses import HARNESSES

    atheris.Setup([sys.argv[0], *options], HARNESSES[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
