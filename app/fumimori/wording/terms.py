"""The terms of the trade that report and window explain."""

from fumimori.texts import Texts

TERMS = (
    "domain",
    "subdomain",
    "dns",
    "mx",
    "smtp",
    "ip_address",
    "port",
    "spf",
    "dkim",
    "selector",
    "dmarc",
    "none",
    "bimi",
    "tls",
    "certificate",
    "mta_sts",
    "enforce",
    "tls_rpt",
    "dane",
    "dnssec",
    "caa",
    "reverse_dns",
    "mfa",
    "ssh",
    "passphrase",
    "firewall",
    "firmware",
    "relay",
    "vulnerability",
    "blocklist",
    "vrfy",
    "ppap",
    "smime",
    "hsts",
    "vpn",
    "post_quantum",
    "phishing",
)
"""The tables `report.glossary.<term>`, in printed order."""


def words(t: Texts, term: str) -> tuple[str, ...]:
    """How a term is written; the first is the one to print."""
    return t.lines(f"report.glossary.{term}.words")


def entry(t: Texts, term: str) -> tuple[str, str]:
    """A term's printed word and what it means."""
    return words(t, term)[0], t(f"report.glossary.{term}.meaning")
