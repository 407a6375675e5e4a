"""What is true of each domain of the test world, as outcome codes: those that must be found, those that must not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from servers.command import CONSENTED, hosts


@dataclass(frozen=True, kw_only=True)
class Truth:
    """One domain and what a scan with these options must say about it."""

    domain: str
    worst: str
    """The worst severity of all findings."""
    present: Mapping[str, tuple[str, ...]]
    """Code → subjects that must have it; `domain` itself where none is named."""
    absent: tuple[str, ...] = ()
    """Codes that nothing may have."""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Code → the only subjects that have it."""
    options: tuple[str, ...] = ()

    def subjects(self, code: str) -> tuple[str, ...]:
        """The subjects about which `code` must be found."""
        return self.present[code] or (self.domain,)


def _at(host: str, *ports: int) -> tuple[str, ...]:
    return tuple(f"{host}:{port}" for port in ports)


GOOD = Truth(
    domain="good.example",
    worst="info",
    options=(
        *CONSENTED,
        *hosts("mail", ["mail.good.example"]),
        *hosts("ssh", ["ssh.good.example"]),
        *hosts("own", ["mx.good.example"]),
        *("--parked-domain", "nullmx.example"),
    ),
    present={
        "mx.found": (),
        "mx.unused_closed": ("nullmx.example",),
        "spf.unused_closed": ("nullmx.example",),
        "dmarc.unused_closed": ("nullmx.example",),
        "bimi.published": (),
        "bimi.logo_good": (),
        "bimi.certificate_good": (),
        "spf.valid": (),
        "spf.own_host_passes": (),
        "dkim.found": (),
        "dkim.key_strong": (),
        "dmarc.reject": (),
        "dmarc.reports_on": (),
        "mta_sts.published": (),
        "mta_sts.mode_enforce": (),
        "mta_sts.mx_covered": (),
        "mta_sts.mx_certificates_hold": (),
        "mta_sts.certificate_fine": (),
        "tls_rpt.valid": (),
        "mail_ports.starttls": ("mx.good.example:25",),
        "mail_ports.login_protected": _at("mail.good.example", 465, 587, 993, 995, 143, 110),
        "mail_ports.tls_modern": _at("mail.good.example", 465, 587, 993, 995, 143, 110),
        "mail_ports.certificate_good": (*_at("mail.good.example", 465, 587, 993, 995, 143, 110), "mx.good.example:25"),
        "mail_ports.implicit_tls": ("mail.good.example",),
        "mail_ports.clear_port": _at("mail.good.example", 143, 110),
        "mail_ports.size_limit": ("mx.good.example:25",),
        "mail_ports.banner_quiet": ("mx.good.example:25",),
        "ssh.keys_only": ("ssh.good.example",),
        "ssh.algorithms_good": ("ssh.good.example",),
    },
)

BAD = Truth(
    domain="bad.example",
    worst="critical",
    options=(*CONSENTED, *hosts("mail", ["mail.bad.example"]), *hosts("ssh", ["mail.bad.example"])),
    present={
        "mx.found": (),
        "spf.open": (),
        "dkim.not_found": (),
        "dmarc.monitoring_blind": (),
        "dmarc.no_reports_yet": (),
        "mta_sts.absent": (),
        "tls_rpt.absent": (),
        "mail_ports.starttls_missing": ("mail.bad.example:25",),
        "mail_ports.login_clear_mx": ("mail.bad.example:25",),
        "mail_ports.login_clear": _at("mail.bad.example", 587, 143, 110),
        "mail_ports.tls_old": _at("mail.bad.example", 465, 587, 993, 995, 143, 110),
        "mail_ports.certificate_expired": _at("mail.bad.example", 465, 587),
        "mail_ports.certificate_self_signed": _at("mail.bad.example", 993, 995, 143, 110),
        "mail_ports.key_weak": _at("mail.bad.example", 993, 995, 143, 110),
        "mail_ports.suite_broken": _at("mail.bad.example", 465, 587),
        "mail_ports.suite_weak": _at("mail.bad.example", 993, 995, 143, 110),
        "mail_ports.banner_version": ("mail.bad.example:25",),
        "mail_ports.size_missing": ("mail.bad.example:25",),
        "mail_behaviour.unknown_accepted": ("mail.bad.example",),
        "open_relay.catch_all": ("mail.bad.example",),
        "defaults.factory_certificate": ("mail.bad.example:110",),
        "defaults.default_name": ("mail.bad.example",),
        "ssh.password_inside": ("mail.bad.example",),
        "ssh.algorithms_broken": ("mail.bad.example",),
        "ssh.algorithms_weak": ("mail.bad.example",),
        "ssh.no_post_quantum": ("mail.bad.example",),
    },
    absent=(
        "spf.valid",
        "dkim.found",
        "dkim.wildcard",
        "dmarc.reject",
        "mta_sts.published",
        "tls_rpt.valid",
        "mail_ports.starttls",
        "mail_ports.certificate_good",
        "mail_ports.tls_modern",
        "mail_ports.size_limit",
        "mail_ports.clear_port",
        "ssh.keys_only",
    ),
)

SUBTLE = Truth(
    domain="subtle.example",
    worst="high",
    options=(
        *CONSENTED,
        *hosts("mail", ["mail.subtle.example"]),
        *hosts("ssh", ["mail.subtle.example"]),
        *hosts("own", ["mx1.subtle.example", "mx2.subtle.example"]),
    ),
    present={
        "mx.found": (),
        "spf.too_many_lookups": (),
        "dkim.found": (),
        "dkim.wildcard": (),
        "dkim.key_short": (),
        "dmarc.reject": (),
        "dmarc.subdomains_open": (),
        "dmarc.reports_unauthorised": (),
        "mta_sts.published": (),
        "mta_sts.mode_enforce": (),
        "mta_sts.mx_uncovered": (),
        "mta_sts.mx_certificate": (),
        "mta_sts.certificate_fine": (),
        "tls_rpt.malformed": (),
        "mail_ports.starttls": ("mx1.subtle.example:25", "mx2.subtle.example:25"),
        "mail_ports.login_protected": _at("mail.subtle.example", 465, 587, 993, 995, 143, 110),
        "mail_ports.implicit_tls": ("mail.subtle.example",),
        "ssh.keyboard_interactive": ("mail.subtle.example",),
        "mail_behaviour.vrfy_tells": ("mx1.subtle.example", "mx2.subtle.example"),
        "mail_behaviour.unknown_refused": ("mx1.subtle.example", "mx2.subtle.example"),
        "open_relay.closed": ("mx1.subtle.example", "mx2.subtle.example"),
        "reverse_dns.missing_listed": ("192.0.2.8", "192.0.2.9"),
    },
    only={
        "mail_ports.certificate_incomplete": _at("mail.subtle.example", 993, 143),
        "mail_ports.certificate_wrong_name_mx": ("mx2.subtle.example:25",),
        "mail_ports.certificate_urgent": _at("mail.subtle.example", 465, 587),
        "mail_ports.tls_old": _at("mail.subtle.example", 465, 587),
        "mail_ports.certificate_good": (*_at("mail.subtle.example", 995, 110), "mx1.subtle.example:25"),
    },
    absent=(
        "spf.valid",
        "spf.void_lookups",
        "dkim.key_strong",
        "dmarc.reports_on",
        "mta_sts.mx_covered",
        "mta_sts.mx_certificates_hold",
        "mta_sts.mx_uncovered_all",
        "mta_sts.mx_certificate_all",
        "tls_rpt.valid",
        "mail_ports.login_clear",
        "mail_ports.starttls_missing",
        "mail_ports.certificate_expired",
        "mail_ports.certificate_wrong_name",
        "ssh.keys_only",
        "ssh.password",
        "ssh.password_inside",
    ),
)

NULL_MX = Truth(
    domain="nullmx.example",
    worst="low",
    present={"mx.null_mx": (), "spf.valid": (), "dmarc.reject": (), "dmarc.no_reports": ()},
    absent=("mx.found", "mx.no_mail", "dmarc.monitoring", "mta_sts.absent", "tls_rpt.absent"),
)

DOUBLE = Truth(
    domain="double.example",
    worst="high",
    present={"mx.address_only": (), "spf.several": (), "dmarc.several": (), "mta_sts.several": ()},
    absent=("spf.valid", "dmarc.reject", "dmarc.monitoring", "mta_sts.absent", "mta_sts.published"),
)

VOID = Truth(
    domain="void.example",
    worst="high",
    present={"spf.void_lookups": (), "dmarc.quarantine": (), "dmarc.reports_on": (), "mta_sts.absent": ()},
    absent=("spf.valid", "spf.too_many_lookups"),
)

HOSTED = Truth(
    domain="hosted.example",
    worst="medium",
    present={"mx.provider": (), "spf.softfail_alone": (), "dmarc.monitoring": (), "mta_sts.absent": ()},
    absent=("dmarc.monitoring_blind", "spf.neutral"),
)

TRUTHS = (GOOD, BAD, SUBTLE, NULL_MX, DOUBLE, VOID, HOSTED)
