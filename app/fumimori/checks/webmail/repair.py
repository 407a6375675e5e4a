"""Repairs of webmail hosts: settings of the web server in front of them."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import web
from fumimori.checks.remediation.context import Context
from fumimori.model import Repair

REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "https_missing": web.encrypted,
    **dict.fromkeys(("login_in_clear", "no_redirect", "redirect_unreadable", "detour"), web.redirected),
    **dict.fromkeys(("hsts_missing", "hsts_short"), web.strict_transport),
    **dict.fromkeys(
        (
            *("certificate_expired", "certificate_urgent", "certificate_soon"),
            *("certificate_untrusted", "certificate_wrong_name"),
        ),
        web.renewed,
    ),
    **dict.fromkeys(("tls_broken", "tls_old", "suite_weak"), web.modern_tls),
}
