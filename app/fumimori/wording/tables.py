"""The two tables for the person who repairs, as rows of words: a row per mail server, a row per port."""

from fumimori.checks.dane.tlsa import State
from fumimori.checks.observations import Observations
from fumimori.checks.tables.mail_servers import CertificateState, MxRow, PolicyState, mx_table
from fumimori.model import Assessment, PortRow, Result
from fumimori.texts import Texts, sanitize

GOOD, BAD, UNSEEN = "○", "×", "？"
_NOTHING = "－"


def mail_servers(t: Texts, assessment: Assessment) -> list[tuple[str, ...]]:
    """Server, certificate, policy, TLSA, reports, delivery: of every server that receives for a domain of the scope."""
    return [_server(t, row) for row in mx_table(Observations.of_assessment(assessment))]


def ports(t: Texts, result: Result) -> list[tuple[str, ...]]:
    """Port, connection, TLS versions, weak points, certificate: of every port that was looked at."""
    return [_port(t, row) for row in result.ports]


def _say(t: Texts, key: str, **values: object) -> str:
    return t(f"report.t6.{key}", **values)


def _word(t: Texts, group: str, code: str) -> str:
    key = f"report.t6.{group}_{code}"
    return t(key) if t.has(key) else code


def _server(t: Texts, row: MxRow) -> tuple[str, ...]:
    host = sanitize(row.host, 100)
    if row.preference is not None:
        host = t("ui.technician.preference", host=host, number=row.preference)
    certificate = _good(row.certificate is CertificateState.GOOD)
    if row.certificate is CertificateState.UNSEEN:
        certificate = UNSEEN
    policies = {PolicyState.COVERED: GOOD, PolicyState.UNCOVERED: BAD, PolicyState.UNSEEN: UNSEEN}
    tlsa = {State.VALID: GOOD, State.MISMATCH: BAD, State.NO_TLS: BAD, State.BOGUS: BAD, State.UNCHECKED: UNSEEN}
    reports = {None: "unseen", True: "yes", False: "no"}[row.reports]
    delivers = {None: "unseen", True: "yes", False: "no"}[row.delivers]
    return (
        host,
        f"{certificate} {_word(t, 'certificate', row.certificate)}",
        f"{policies.get(row.policy, _NOTHING)} {_say(t, f'policy_{row.policy}', mode=row.mode or 'none')}",
        f"{tlsa.get(row.tlsa, _NOTHING)} {_word(t, 'tlsa', row.tlsa)}",
        f"{_known(row.reports)} {_say(t, f'reports_{reports}')}",
        f"{_known(row.delivers)} {_say(t, f'delivers_{delivers}')}",
    )


def _good(good: bool) -> str:  # noqa: FBT001 - its only argument is what it says
    return GOOD if good else BAD


def _known(state: bool | None) -> str:  # noqa: FBT001 - its only argument is what it says
    return UNSEEN if state is None else _good(state)


def _port(t: Texts, row: PortRow) -> tuple[str, ...]:
    name = f"{sanitize(row.host, 100)}:{row.port}"
    if not row.open:
        reason = f"words.reason.{row.reason}"
        why = t(reason) if row.reason and t.has(reason) else ""
        state = f"{_NOTHING} {_say(t, 'closed')}" if row.open is False else f"{UNSEEN} {_say(t, 'unseen')}"
        return name, f"{state}\n{why}".rstrip(), _NOTHING, _NOTHING, _NOTHING
    if row.kind == "plain":
        return name, _connection(t, row), _NOTHING, _NOTHING, _NOTHING
    return name, _connection(t, row), _versions(t, row), _weak(t, row), _certificate(t, row)


def _connection(t: Texts, row: PortRow) -> str:
    if row.kind not in ("implicit", "starttls", "plain"):
        return f"{UNSEEN} {_say(t, 'unseen')}"
    lines = [f"{_good(row.kind != 'plain')} {_say(t, f'kind_{row.kind}')}"]
    if row.login_before_tls:
        lines.append(f"{BAD} {_say(t, 'login_before')}")
    return "\n".join(lines)


def _versions(t: Texts, row: PortRow) -> str:
    if not row.versions:
        return f"{UNSEEN} {_say(t, 'unseen')}"
    return "\n".join(sanitize(one.upper().replace("TLS", "TLS ").replace("SSL", "SSL "), 12) for one in row.versions)


def _weak(t: Texts, row: PortRow) -> str:
    lines = []
    if row.worst_suite:
        lines.append(_word(t, "suite", row.worst_suite))
    lines += [f"{BAD} {_say(t, 'hole', name=name.upper())}" for name, state in row.holes if state == "open"]
    lines += advice(t, row)
    if row.post_quantum:
        lines.append(_say(t, "post_quantum"))
    return "\n".join(lines) or f"{UNSEEN} {_say(t, 'unseen')}"


def advice(t: Texts, row: PortRow) -> list[str]:
    """What three sets of advice say to the port, and what each lowers its level for."""
    lines = []
    for verdict in row.profiles:
        level = _say(t, f"level_{verdict.level}") + ("" if verdict.complete else _say(t, "as_far"))
        kinds = dict.fromkeys(reason.partition(":")[0] for reason in verdict.reasons)
        if kinds:
            reasons = t.listed(_say(t, f"reason_{kind}") for kind in kinds)
            level = _say(t, "advice_because", level=level, reasons=reasons)
        lines.append(_say(t, "advice", name=_say(t, f"profile_{verdict.profile}"), level=level))
    return lines


def _time_left(t: Texts, days: int) -> str:
    if days >= 0:
        return _say(t, "days_left", days=days)
    return _say(t, "expired", days=-days - 1) if days < -1 else _say(t, "expired_today")


def _certificate(t: Texts, row: PortRow) -> str:
    if row.certificate_trusted is None:
        return f"{UNSEEN} {_say(t, 'unseen')}"
    lines = [sanitize(row.certificate, 80).replace(",", ", ")] if row.certificate else []
    trusted = _say(t, "trusted_yes" if row.certificate_trusted else "trusted_no")
    lines.append(f"{_good(row.certificate_trusted)} {trusted}")
    if row.certificate_name_matches is False:
        lines.append(f"{BAD} {_say(t, 'name_no')}")
    if row.days_left is not None:
        lines.append(_time_left(t, row.days_left))
    return "\n".join(lines)
