"""DNS records and policy files that put a domain's publications right; `nslookup` proves them on every system."""

from collections.abc import Callable, Mapping

from fumimori.checks.dmarc import facts as dmarc_facts
from fumimori.checks.mta_sts import facts as mta_sts_facts
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.observations import Observations
from fumimori.checks.spf import facts as spf_facts
from fumimori.grammar.dmarc import DmarcRecord, without_repeats
from fumimori.grammar.mta_sts import parse_sts_policy
from fumimori.grammar.spf import is_spf
from fumimori.model import Repair, Snippet, SnippetKind

INCLUDES = {
    "Google Workspace": "_spf.google.com",
    "Microsoft 365": "spf.protection.outlook.com",
    "Amazon WorkMail": "amazonses.com",
}
"""What a domain at these providers includes; verified in `tables/providers.tsv`'s source."""

DAYS_14 = 1_209_600
"""`max_age` in seconds: long enough to protect between two letters of a rare sender (RFC 8461 section 3.2)."""


def record(name: str, text: str) -> Snippet:
    """A TXT record to publish; what a zone file or a terminal would obey is left out of `text`."""
    clean = "".join(sign for sign in text if " " <= sign <= "~" and sign not in '"\\')
    return Snippet(kind=SnippetKind.DNS_RECORD, place=f"{name} TXT", content=clean)


def look_up(name: str, rdtype: str = "TXT") -> Snippet:
    """The command that shows what the world sees at `name`."""
    return Snippet(kind=SnippetKind.COMMAND, place="", content=f"nslookup -type={rdtype} {name}")


def _one_record(name: str, text: str) -> Repair:
    return Repair(snippets=(record(name, text),), proof=(look_up(name),))


def spf_new(domain: str, observations: Observations) -> Repair:
    """A first SPF record: the provider's include where it is known, the domain's own mail servers else."""
    facts = observations.facts(mx_facts.MX, domain)
    include = INCLUDES.get(facts.provider) if facts else None
    return _one_record(domain, f"v=spf1 include:{include} ~all" if include else "v=spf1 mx ~all")


def spf_closed(domain: str, observations: Observations) -> Repair:
    """The domain's own record with a definite end in place of the open one."""
    published = _spf_texts(domain, observations)
    if len(published) != 1:
        return spf_new(domain, observations)
    kept = [term for term in published[0].split()[1:] if term.lstrip("+-~?").lower() not in ("all", "ptr")]
    return _one_record(domain, " ".join(["v=spf1", *kept, _end(published[0])]))


def _end(text: str) -> str:
    """`-all` where the record ends so already, the softer `~all` (RFC 7208 section 8.5) where it was open."""
    return "-all" if text.lower().split()[-1] == "-all" else "~all"


def spf_merged(domain: str, observations: Observations) -> Repair:
    """One record with the terms of all that stand there now."""
    terms: dict[str, None] = {}
    for text in _spf_texts(domain, observations):
        terms.update((term, None) for term in text.split()[1:] if term.lstrip("+-~?").lower() != "all")
    return _one_record(domain, " ".join(["v=spf1", *terms, "~all"]))


def parked(domain: str, _seen: Observations) -> Repair:
    """The three records of a domain that sends and receives nothing (RFC 7505, RFC 7208 section 10.1.2)."""
    return Repair(
        snippets=(
            record(domain, "v=spf1 -all"),
            record(f"_dmarc.{domain}", "v=DMARC1; p=reject;"),
            Snippet(kind=SnippetKind.DNS_RECORD, place=f"{domain} MX", content="0 ."),
        ),
        proof=(look_up(domain), look_up(f"_dmarc.{domain}"), look_up(domain, "MX")),
    )


def dmarc_first(domain: str, observations: Observations) -> Repair:
    """A first DMARC record: watch and get reports, so that no honest mail is lost while senders are found out."""
    return _one_record(f"_dmarc.{domain}", f"v=DMARC1; p=none; rua={_reports(domain, observations)};")


def dmarc_enforced(domain: str, observations: Observations) -> Repair:
    """DMARC that enforces, sub-domains included, never softer than it is today, and keeps the reports coming."""
    found = _published(domain, observations)
    policy = "reject" if found is not None and found.p == "reject" else "quarantine"
    return _one_record(f"_dmarc.{domain}", f"v=DMARC1; p={policy}; rua={_reports(domain, observations)};")


def dmarc_moved(domain: str, observations: Observations) -> Repair:
    """The record that stands at the domain itself, at the place where receivers look."""
    facts = observations.facts(dmarc_facts.DMARC, domain)
    if facts is None or not facts.misplaced:
        return dmarc_first(domain, observations)
    return _one_record(f"_dmarc.{domain}", facts.misplaced[0])


def dmarc_once(domain: str, observations: Observations) -> Repair:
    """The published record with each tag once, the strictest of its values, so that receivers read it at all."""
    found = _published(domain, observations)
    if found is None:
        return dmarc_first(domain, observations)
    facts = observations.facts(dmarc_facts.DMARC, domain)
    at = facts.found(domain).at if facts else domain
    return _one_record(f"_dmarc.{at}", without_repeats(found.text))


def mta_sts_testing(domain: str, observations: Observations) -> Repair:
    """Record and policy to begin with, in testing mode, for the mail servers that are there now."""
    return _mta_sts(domain, observations, "testing")


def mta_sts_enforced(domain: str, observations: Observations) -> Repair:
    """Record with a new id and policy in enforce mode for the mail servers that are there now."""
    return _mta_sts(domain, observations, "enforce")


def mta_sts_same_mode(domain: str, observations: Observations) -> Repair:
    """Record with a new id and policy in the mode that it has, with today's mail servers."""
    facts = observations.facts(mta_sts_facts.MTA_STS, domain)
    body = facts.policy.untrusted_body if facts and facts.policy else ""
    mode = parse_sts_policy(body).mode
    return _mta_sts(domain, observations, mode if mode in ("testing", "enforce") else "testing")


def tls_rpt(domain: str, _seen: Observations) -> Repair:
    """The record that asks for reports about failed encryption (RFC 8460 section 3)."""
    return _one_record(f"_smtp._tls.{domain}", f"v=TLSRPTv1; rua=mailto:tls-reports@{domain}")


def _mta_sts(domain: str, observations: Observations, mode: str) -> Repair:
    facts = observations.facts(mx_facts.MX, domain)
    hosts = facts.mail_hosts if facts else ()
    if not hosts:
        return Repair()
    attempt = observations.attempt("mx", domain)
    identifier = f"{attempt.ended:%Y%m%d}T000000" if attempt else "1"
    policy = "\n".join(
        ["version: STSv1", f"mode: {mode}", *(f"mx: {host}" for host in hosts), f"max_age: {DAYS_14}", ""]
    )
    read = parse_sts_policy(policy)
    if read.fault or read.mx != hosts:
        return Repair()  # a server's name that no policy can hold: it needs another name first
    address = mta_sts.policy_url(domain)
    return Repair(
        snippets=(
            Snippet(kind=SnippetKind.FILE, place=address, content=policy),
            record(f"_mta-sts.{domain}", f"v=STSv1; id={identifier}"),
        ),
        proof=(look_up(f"_mta-sts.{domain}"), Snippet(kind=SnippetKind.COMMAND, place="", content=f"curl {address}")),
    )


def _spf_texts(domain: str, observations: Observations) -> list[str]:
    facts = observations.facts(spf_facts.SPF, domain)
    if facts is None or not facts.answers:
        return []
    return [text for text in facts.answers[0].records if is_spf(text)]


def _published(domain: str, observations: Observations) -> DmarcRecord | None:
    facts = observations.facts(dmarc_facts.DMARC, domain)
    return facts.found(domain).record if facts else None


def _reports(domain: str, observations: Observations) -> str:
    found = _published(domain, observations)
    addresses = [uri.text for uri in found.rua if uri.scheme == "mailto"] if found else []
    return ",".join(addresses) or f"mailto:dmarc-reports@{domain}"


REPAIRS: Mapping[str, Callable[[str, Observations], Repair]] = {
    "spf.none": spf_new,
    "spf.lookalike": spf_new,
    "spf.several": spf_merged,
    "spf.open": spf_closed,
    "spf.neutral": spf_closed,
    "spf.no_all": spf_closed,
    "spf.ptr": spf_closed,
    "spf.unused_open": parked,
    "dmarc.none": dmarc_first,
    "dmarc.misplaced": dmarc_moved,
    "dmarc.lookalike": dmarc_first,
    "dmarc.several": dmarc_first,
    "dmarc.invalid": dmarc_first,
    "dmarc.repeated": dmarc_once,
    "dmarc.monitoring_blind": dmarc_first,
    "dmarc.monitoring": dmarc_enforced,
    "dmarc.test_mode": dmarc_enforced,
    "dmarc.subdomains_open": dmarc_enforced,
    "dmarc.nonexistent_open": dmarc_enforced,
    "dmarc.no_reports": dmarc_enforced,
    "dmarc.unused_open": parked,
    "mx.unused_open": parked,
    "mta_sts.absent": mta_sts_testing,
    "mta_sts.several": mta_sts_same_mode,
    "mta_sts.malformed": mta_sts_same_mode,
    "mta_sts.policy_malformed": mta_sts_testing,
    "mta_sts.mode_testing": mta_sts_enforced,
    "mta_sts.mode_none": mta_sts_testing,
    "mta_sts.testing_long": mta_sts_enforced,
    "mta_sts.id_unchanged": mta_sts_same_mode,
    "mta_sts.max_age_short": mta_sts_same_mode,
    "mta_sts.max_age_very_short": mta_sts_same_mode,
    "mta_sts.mx_uncovered": mta_sts_same_mode,
    "mta_sts.mx_uncovered_all": mta_sts_same_mode,
    "mta_sts.mx_uncovered_testing": mta_sts_same_mode,
    "mta_sts.stale_mx": mta_sts_same_mode,
    "tls_rpt.absent": tls_rpt,
    "tls_rpt.absent_beside_mta_sts": tls_rpt,
    "tls_rpt.malformed": tls_rpt,
    "tls_rpt.several": tls_rpt,
}
