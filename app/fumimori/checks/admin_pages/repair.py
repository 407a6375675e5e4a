"""Repairs of pages for administrators: only known addresses reach them."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from fumimori.checks.remediation import web
from fumimori.checks.remediation.context import Context
from fumimori.model import Repair


def _closed(context: Context) -> Repair:
    try:
        path = urlsplit(str(context.values.get("url", ""))).path
    except ValueError:
        path = ""
    return web.closed_to_outside(context, _plain(path))


def _plain(path: str) -> str:
    """The path as a setting may hold it; the whole site where it holds anything else."""
    return path if path.startswith("/") and all(sign.isalnum() or sign in "/._-" for sign in path) else "/"


REPAIRS: Mapping[str, Callable[[Context], Repair]] = dict.fromkeys(
    ("login_page", "installer", "installer_off", "open_console"), _closed
)
