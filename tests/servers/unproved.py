"""Which module proves which repairs, and those that no machine of ours can prove, each with its reason."""

import sys

import pytest

from fumimori.checks import remediation
from servers.repaired import PROVED

SHARES = {
    "records": {"spf", "dkim", "dmarc", "tls_rpt", "caa", "mx", "reverse_dns"},
    "policies": {"mta_sts", "bimi"},
    "dane": {"dane"},
    "sites": {"webmail", "admin_pages", "client_settings"},
    "servers": {"mail_ports", "defaults", "mail_behaviour", "open_relay", "ssh", "tls_active"},
    "settings": {"mail_config", "ssh_config", "system_accounts"},
    "ports": {"exposed_ports", "firewall"},
}
"""The checks whose repairs each kind of proof is for."""
ELSEWHERE = {
    "client_settings.srv_clear_only": "records",
    "mta_sts.absent_beside_dane": "dane",
    **dict.fromkeys(
        ("mta_sts.mx_certificate", "mta_sts.mx_certificate_all", "mta_sts.mx_certificate_testing"), "servers"
    ),
    **dict.fromkeys(
        (
            *("mta_sts.policy_no_host", "mta_sts.policy_closed", "mta_sts.policy_no_tls", "mta_sts.policy_redirect"),
            *("mta_sts.policy_status", "mta_sts.policy_type", "mta_sts.policy_expired", "mta_sts.policy_wrong_name"),
            *("mta_sts.policy_untrusted", "mta_sts.certificate_soon", "mta_sts.certificate_urgent"),
        ),
        "sites",
    ),
}
"""Codes that another share proves than the rest of their check."""

LIBRARY = "only a TLS library from before 2015 does so; the repair is the system's own update"
NOT_BUILT = "Debian's OpenSSL is built without it, so no server here can offer it"
UPDATED = "the repair is an update by the package manager, which a test without the Internet cannot fetch"
BLOCKED = "OpenSSH and OpenSSL of today refuse to be set so, so no server here can have the fault"
DEVICE = "the fault lies in a device on the way; its commands are the maker's"
LOOKED_UP = "the lines only show who sent; what follows is a person's decision"
ASKED = "nothing is printed to be copied: the letter asks whoever can change it"
UNPROVED = {
    **dict.fromkeys(
        (
            *("mail_ports.exchange_hash_old", "mail_ports.exchange_hash_old_mx", "mail_ports.ems_missing"),
            *("mail_ports.renegotiation_insecure", "mail_ports.renegotiation_insecure_mx"),
        ),
        LIBRARY,
    ),
    **dict.fromkeys(
        (
            *("mail_ports.ssl2", "mail_ports.ssl2_mx", "mail_ports.ssl3", "mail_ports.ssl3_mx"),
            *("mail_ports.compression", "mail_ports.compression_mx"),
            *("mail_ports.suite_weak_mx", "mail_ports.suite_weak_mx_strict"),
        ),
        NOT_BUILT,
    ),
    **dict.fromkeys(
        (
            *("mail_ports.dh_export", "mail_ports.dh_export_mx", "ssh.group_short", "ssh.none_accepted"),
            *("ssh.protocol_1", "ssh.protocol_1_too", "ssh.terrapin"),
        ),
        BLOCKED,
    ),
    **dict.fromkeys(("mail_ports.starttls_stripped", "mail_ports.large_hello"), DEVICE),
    "mail_behaviour.postmaster_refused": "Postfix takes mail for postmaster whatever its lists say",
    "mail_behaviour.expn_tells": "Postfix knows no EXPN, and Sendmail cannot be installed beside it",
    **dict.fromkeys(
        (
            *("tls_active.injection", "packages.package_behind", "packages.security_pending"),
            *("packages.updates_pending", "products.behind_possibly", "products.build_behind", "products.exploited"),
            *("products.exploited_possibly", "products.holes_possibly", "products.package_behind"),
        ),
        UPDATED,
    ),
    **dict.fromkeys(("blocklists.listed", "blocklists.listed_severe"), LOOKED_UP),
    **dict.fromkeys(("dane.bogus", "mx.all_missing", "mx.all_private", "spf.softfail_alone"), ASKED),
}
"""The code and why its repair cannot be proved here."""


def share(what: str) -> set[str]:
    """The codes of one share."""
    mine = {code for code in remediation.walk() if code.partition(".")[0] in SHARES[what] and code not in ELSEWHERE}
    return mine | {code for code, other in ELSEWHERE.items() if other == what}


def told(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Print how far a share is proved; fails where a repair was neither proved nor explained, or both."""
    codes = share(what)
    proved, explained = PROVED & codes, UNPROVED.keys() & codes
    neither = sorted(codes - proved - explained)
    with capsys.disabled():
        counts = f"{len(proved)} proved, {len(explained)} explained, {len(neither)} neither"
        sys.stdout.write(f"\nrepairs of {what}: {len(codes)}, {counts}\n")
    assert not neither, neither
    assert sorted(proved & explained) == []
