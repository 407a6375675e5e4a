"""Repairs of MTA-STS: certificates first, then the policy, then enforce; the published policy keeps its lines.

No policy in enforce names a server that fails it, and no `max_age` gets shorter.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mta_sts.facts import MTA_STS, Facts
from fumimori.checks.mta_sts.probe import delivers, policy_url
from fumimori.checks.mx.facts import MX
from fumimori.checks.remediation import certificate, web, zone
from fumimori.checks.remediation.context import Context, note, word
from fumimori.checks.tls_rpt.facts import TLS_RPT
from fumimori.grammar.mta_sts import MODES, StsPolicy, covers, parse_sts_policy, parse_sts_record
from fumimori.grammar.tls_rpt import is_tls_rpt
from fumimori.model import Note, Proof, Repair, Snippet, SnippetKind

DAYS_14 = 1_209_600
"""`max_age` in seconds: long enough to protect between two letters of a rare sender (RFC 8461 section 3.2)."""
TESTING = timedelta(days=14)
"""A policy is tested so long before it is enforced."""


def _facts(context: Context) -> Facts | None:
    return context.observations.facts(MTA_STS, context.subject)


def _hosts(context: Context) -> tuple[str, ...]:
    facts = context.observations.facts(MX, context.subject)
    return facts.mail_hosts if facts is not None else ()


def _failing(context: Context, hosts: Iterable[str]) -> tuple[str, ...]:
    """Those to which a sender that keeps the policy would not deliver, as far as they were looked at."""
    ports = {host: context.observations.facts(MAIL_PORTS, f"{host}:25") for host in hosts}
    return tuple(host for host, port in ports.items() if port and port.service.open and not delivers(port))


def _unknown(context: Context, hosts: Iterable[str]) -> tuple[str, ...]:
    ports = {host: context.observations.facts(MAIL_PORTS, f"{host}:25") for host in hosts}
    return tuple(host for host, port in ports.items() if port is None or not port.service.open)


def _body(context: Context) -> str:
    facts = _facts(context)
    answer = facts.policy if facts is not None else None
    return answer.untrusted_body if answer is not None and answer.status == 200 and not answer.tls_error else ""


def _announcement(context: Context, current: str = "") -> Snippet:
    """The TXT record with an id that was not there before."""
    facts = _facts(context)
    texts = facts.announcements if facts is not None else ()
    old = current or (texts[0] if texts else "")
    used = {parse_sts_record(text).id for text in texts}
    day = f"{context.measured:%Y%m%d}"
    fresh = next(name for count in range(len(used) + 1) if (name := f"{day}T{count:06}") not in used)
    return zone.txt(f"_mta-sts.{context.subject}", f"v=STSv1; id={fresh}", old)


def _published(
    context: Context,
    mode: str,
    patterns: Sequence[str],
    max_age: int,
    *,
    before: Sequence[Note] = (),
    after: Sequence[Note] = (),
) -> Repair:
    """The policy file, then the record that makes senders fetch it again."""
    wanted = tuple(dict.fromkeys(patterns))
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {one}" for one in wanted), f"max_age: {max_age}"]
    content = "\n".join([*lines, ""])
    read = parse_sts_policy(content)
    if read.fault or read.mx != wanted or not wanted:
        return Repair(before=tuple(before))  # a server's name that no policy can hold: it needs another name first
    address, old = policy_url(context.subject), _body(context)
    policy = Snippet(kind=SnippetKind.FILE, place=address, content=content, current=old.replace("\r\n", "\n"))
    seen = Proof(command=f"curl -s {policy_url(word(context.subject))}", repaired=f"mode: {mode}", broken="")
    made = zone.published([_announcement(context)], before=before, after=after, risks=[note("sts_order")])
    return Repair.joined(
        [Repair(before=made.before, snippets=(policy,), proof=(seen,), back=(note("back_policy"),)), made]
    )


def _first(context: Context) -> Repair:
    """Testing, for the mail servers that are there now."""
    hosts = _hosts(context)
    before = [note("sts_site_first", host=f"mta-sts.{context.subject}"), *_certificates_first(context, hosts)]
    return _published(context, "testing", hosts, DAYS_14, before=before, after=_phases(context))


def _certificates_first(context: Context, hosts: Sequence[str]) -> list[Note]:
    failing, unknown = _failing(context, hosts), _unknown(context, hosts)
    notes = [note("certificate_first", hosts=", ".join(failing))] if failing else []
    return notes + ([note("certificate_unknown", hosts=", ".join(unknown))] if unknown else [])


def _phases(context: Context) -> list[Note]:
    day = (context.measured + TESTING).date().isoformat()
    return [*_reports_first(context), note("sts_enforce_later", day=day)]


def _reports_first(context: Context) -> list[Note]:
    facts = context.observations.facts(TLS_RPT, context.subject)
    known = facts is not None and any(map(is_tls_rpt, facts.answer.records))
    return [] if known else [note("tls_rpt_beside")]


def _enforced(context: Context) -> Repair:
    """Enforce, once every server keeps the policy."""
    hosts, policy = _hosts(context), parse_sts_policy(_body(context))
    if _failing(context, hosts):
        return Repair(before=tuple(_certificates_first(context, hosts)), after=(note("sts_then_enforce"),))
    patterns = _with_hosts(policy, hosts)
    before = [*_reports_first(context), *_certificates_first(context, hosts)]
    return _published(context, "enforce", patterns, _age(policy), before=before)


def _with_hosts(policy: StsPolicy, hosts: Iterable[str]) -> list[str]:
    """The policy's patterns and the servers that none of them covers."""
    missing = [host for host in hosts if not any(covers(pattern, host) for pattern in policy.mx)]
    return [*policy.mx, *missing]


def _age(policy: StsPolicy) -> int:
    return policy.max_age if policy.max_age > 0 else DAYS_14


def _covering(context: Context) -> Repair:
    """The servers that are missing in the policy, as far as they keep it."""
    policy, hosts = parse_sts_policy(_body(context)), _hosts(context)
    missing = [host for host in hosts if not any(covers(pattern, host) for pattern in policy.mx)]
    failing = _failing(context, missing) if policy.mode == "enforce" else ()
    before = _certificates_first(context, missing)
    ready = [host for host in missing if host not in failing]
    if not ready:
        return Repair(before=tuple(before))
    return _published(context, policy.mode, [*policy.mx, *ready], _age(policy), before=before)


def _longer(context: Context) -> Repair:
    policy = parse_sts_policy(_body(context))
    wanted = max(DAYS_14, policy.max_age, int(context.rules.number("mta_sts.max_age_wanted")))
    return _published(context, policy.mode, policy.mx, wanted)


def _without_idle(context: Context) -> Repair:
    policy, hosts = parse_sts_policy(_body(context)), _hosts(context)
    used = [pattern for pattern in policy.mx if any(covers(pattern, host) for host in hosts)]
    return _published(context, policy.mode, used, _age(policy))


def _rewritten(context: Context) -> Repair:
    """The readable parts of a broken policy, completed; in mode testing where its mode is unreadable."""
    policy, hosts = parse_sts_policy(_body(context)), _hosts(context)
    failing = _failing(context, hosts)
    # where nothing can be read, what an earlier attempt saw is what senders may still cache
    last = facts.history[-1].mode if (facts := _facts(context)) is not None and facts.history else ""
    known = policy.mode or last
    mode = known if known in MODES and known != "none" and not failing else "testing"
    sound = [one for one in policy.mx if not parse_sts_policy(_probe_text(one)).fault]
    patterns = [*sound, *(host for host in hosts if not any(covers(pattern, host) for pattern in sound))]
    return _published(context, mode, patterns, _age(policy), before=_certificates_first(context, hosts))


def _probe_text(pattern: str) -> str:
    return f"version: STSv1\nmode: testing\nmx: {pattern}\nmax_age: {DAYS_14}\n"


def _new_id(context: Context) -> Repair:
    return zone.published([_announcement(context)])


def _one_record(context: Context) -> Repair:
    facts = _facts(context)
    texts = facts.announcements if facts is not None else ()
    rest = [zone.delete(f"_mta-sts.{context.subject}", "TXT", old) for old in texts[1:]]
    return zone.published([_announcement(context), *rest])


def _record_mended(context: Context) -> Repair:
    return zone.published([_announcement(context, str(context.values.get("text", "")))])


def _site(context: Context) -> Repair:
    """The web site that has to serve the policy by HTTPS, as text and without a redirect, and the policy itself."""
    return Repair.joined([web.policy_site(f"mta-sts.{word(context.subject)}"), _rewritten(context)])


def _without_detour(context: Context) -> Repair:
    """The same; the redirect goes first, for a web server obeys it before anything else."""
    return Repair.joined([Repair(before=(note("sts_no_redirect"),)), _site(context)])


def _site_certificate(context: Context) -> Repair:
    return web.renewed(context, f"mta-sts.{word(context.subject)}")


def _servers_certificate(context: Context) -> Repair:
    """The certificates of the servers that fail the policy; until then their mail goes to the others."""
    failing = _failing(context, _hosts(context))
    made = [certificate.installed(context, host, 25) for host in failing]
    return Repair.joined([Repair(before=tuple(_certificates_first(context, failing))), *made])


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "absent": _first,
    "absent_beside_dane": _first,
    "several": _one_record,
    "malformed": _record_mended,
    "policy_no_host": _site,
    "policy_closed": _site,
    "policy_expired": _site_certificate,
    "policy_wrong_name": _site_certificate,
    "policy_untrusted": _site_certificate,
    "policy_no_tls": _site,
    "policy_redirect": _without_detour,
    "policy_status": _site,
    "policy_too_long": _rewritten,
    "policy_malformed": _rewritten,
    "policy_type": _site,
    "certificate_soon": _site_certificate,
    "certificate_urgent": _site_certificate,
    "mode_testing": _enforced,
    "testing_long": _enforced,
    "mode_none": _first,
    "id_unchanged": _new_id,
    "max_age_short": _longer,
    "max_age_very_short": _longer,
    "mx_uncovered": _covering,
    "mx_uncovered_all": _covering,
    "mx_uncovered_testing": _covering,
    "stale_mx": _without_idle,
    "mx_certificate": _servers_certificate,
    "mx_certificate_all": _servers_certificate,
    "mx_certificate_testing": _servers_certificate,
}
