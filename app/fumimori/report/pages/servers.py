"""T6, first part: the two tables that the one who repairs looks at most, a row per mail server and one per port."""

from fumimori.core.dane import State
from fumimori.core.model import PortRow
from fumimori.core.mx_table import CertificateState, MxRow, PolicyState, mx_table
from fumimori.core.seen import Seen
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.grid import Cell
from fumimori.report.manuscript import Manuscript

ROWS = 80


def servers(m: Manuscript) -> list[Block]:
    """Mail servers with certificate, policy, TLSA and reports; ports with how they are encrypted."""
    a = m.assessment
    seen = Seen(a.scope, a.attempts, a.vantages[-1] if a.vantages else None)
    hosts = mx_table(seen)[:ROWS]
    ports = m.result.ports[:ROWS]
    return [
        m.heading("t6.heading"),
        m.heading("t6.mx", 3),
        m.list_or_none([44, 33, 31, 29, 28], "t6.mx_heads", [_mx(m, row) for row in hosts]),
        Gap(3),
        m.heading("t6.ports", 3),
        m.list_or_none([38, 31, 27, 31, 38], "t6.port_heads", [_port(m, row) for row in ports]),
        m.note(m.say("t6.holes")),
        Gap(4),
    ]


def _mx(m: Manuscript, row: MxRow) -> list[Cell]:
    host = m.wording.free(row.host, 100)
    if row.preference is not None:
        host += m.wording.bracketed(f"{row.preference}")
    policy = m.say(f"t6.policy_{row.policy}", mode=row.mode or "none")
    reports = {None: "unseen", True: "yes", False: "no"}[row.reports]
    delivers = {None: "unseen", True: "yes", False: "no"}[row.delivers]
    return [
        Stack([m.cell(host, small=True), m.cell(m.say(f"t6.delivers_{delivers}"), small=True, quiet=True)]),
        _word(m, "certificate", row.certificate, unseen=row.certificate is CertificateState.UNSEEN),
        m.cell(policy, small=True, quiet=row.policy is PolicyState.UNSEEN),
        _word(m, "tlsa", row.tlsa, unseen=row.tlsa is State.UNCHECKED),
        _word(m, "reports", reports, unseen=row.reports is None),
    ]


def _word(m: Manuscript, group: str, code: str, *, unseen: bool) -> Block:
    return m.cell(m.say(f"t6.{group}_{code}"), small=True, quiet=unseen)


def _port(m: Manuscript, row: PortRow) -> list[Cell]:
    name = f"{m.wording.free(row.host, 100)}:{row.port}"
    reason = m.wording.first_sentence(m.wording.word("reason", row.reason)) if row.reason else ""
    if not row.open:
        state = m.say("t6.closed") if row.open is False else m.say("t6.unseen")
        nothing = "－" if row.open is False else m.say("t6.unseen")
        return [name, m.cell(f"{state}\n{reason}".rstrip(), small=True), *[m.cell(nothing, small=True, quiet=True)] * 3]
    return [name, _connection(m, row), _versions(m, row), _weak(m, row), _certificate(m, row)]


def _unseen(m: Manuscript) -> Block:
    return m.cell(m.say("t6.unseen"), small=True, quiet=True)


def _connection(m: Manuscript, row: PortRow) -> Block:
    lines = [m.say(f"t6.kind_{row.kind}") if row.kind in ("implicit", "starttls", "plain") else m.say("t6.unseen")]
    if row.login_before_tls:
        lines.append(m.say("t6.login_before"))
    return m.cell("\n".join(lines), small=True)


def _versions(m: Manuscript, row: PortRow) -> Block:
    if row.kind == "plain":
        return m.cell("－", small=True)
    if not row.versions:
        return _unseen(m)
    names = [
        m.wording.free(version.upper().replace("TLS", "TLS ").replace("SSL", "SSL "), 12) for version in row.versions
    ]
    return m.cell(m.wording.listed(names), small=True)


def _weak(m: Manuscript, row: PortRow) -> Block:
    """The weakest suite, the holes that are open, and what three sets of advice say."""
    if row.kind == "plain":
        return m.cell("－", small=True)
    lines = [m.say(f"t6.suite_{row.worst_suite}")] if m.wording.texts.has(f"report.t6.suite_{row.worst_suite}") else []
    lines += [m.say("t6.hole", name=name.upper()) for name, state in row.holes if state == "open"]
    for verdict in row.profiles:
        level = m.say(f"t6.level_{verdict.level}")
        lines.append(
            f"{m.say(f't6.profile_{verdict.profile}')}: {level}{'' if verdict.complete else m.say('t6.as_far')}"
        )
    if row.post_quantum:
        lines.append(m.say("t6.post_quantum"))
    return m.cell("\n".join(lines), small=True) if lines else _unseen(m)


def _certificate(m: Manuscript, row: PortRow) -> Block:
    if row.kind == "plain":
        return m.cell("－", small=True)
    if row.certificate_trusted is None:
        return _unseen(m)
    lines = [m.wording.free(row.certificate, 80)] if row.certificate else []
    if row.days_left is not None:
        lines.append(m.say("t6.days_left", days=row.days_left))
    lines.append(m.say("t6.trusted_yes" if row.certificate_trusted else "t6.trusted_no"))
    if row.certificate_name_matches is False:
        lines.append(m.say("t6.name_no"))
    return m.cell("\n".join(lines), small=True)
