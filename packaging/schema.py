#!/usr/bin/env python3
"""Writes the published JSON Schema of a scan: `.venv/bin/python packaging/schema.py`."""

import json
from pathlib import Path

from fumimori import checks
from fumimori.engine.exchange import schema

ROOT = Path(__file__).resolve().parent.parent


def written() -> str:
    """The schema of today's records as the file's text."""
    return json.dumps(schema((*checks.walk(), *checks.readers())), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    (ROOT / "resources/schema/scan.schema.json").write_text(written(), encoding="utf-8")
