"""T6, first part: the two tables that repairers look at most, mail servers and ports."""

import re

from fumimori.checks.dane.tlsa import State
from fumimori.checks.observations import Observations
from fumimori.checks.tables.mail_servers import CertificateState, MxRow, PolicyState, mx_table
from fumimori.model import PortRow
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell
from fumimori.wording.tables import advice

ROWS = 80


def servers(m: ReportContext) -> list[Block]:
    """Mail servers with certificate, policy, TLSA and reports; ports with how they are encrypted."""
    a = m.assessment
    observations = Observations.of_assessment(a)
    hosts, ports = mx_table(observations)[:ROWS], _ports(m)
    return [
        m.heading("t6.heading"),
        m.heading("t6.mx", 3),
        m.list_or_none([54, 30, 29, 26, 26], "t6.mx_heads", [_mx(m, row) for row in hosts]),
        Gap(3),
        m.heading("t6.ports", 3),
        m.list_or_none([37, 24, 22, 48, 34], "t6.port_heads", ports),
        *([m.note(m.say("t6.holes"))] if ports else []),
        Gap(4),
    ]


def _ports(m: ReportContext) -> list[list[Cell]]:
    """A row for each port; ports of one host that are alike in everything share one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in sorted(m.result.ports, key=lambda row: (row.host, row.port)):
        alike.setdefault((m.wording.free(row.host, 100), *_port(m, row)), []).append(f"{row.port}")
    return [
        [
            Stack([m.cell(f"{host}:{'/'.join(ports)}", small=True), m.cell(connection, small=True, quiet=True)]),
            *[m.cell(text, small=True, quiet=text == m.say("t6.unseen")) for text in others],
        ]
        for (host, connection, *others), ports in list(alike.items())[:ROWS]
    ]


def _mx(m: ReportContext, row: MxRow) -> list[Cell]:
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


def _word(m: ReportContext, group: str, code: str, *, unseen: bool) -> Block:
    return m.cell(m.say(f"t6.{group}_{code}"), small=True, quiet=unseen)


def _port(m: ReportContext, row: PortRow) -> tuple[str, ...]:
    """Connection, versions, weak points, advice, certificate; *not measured* wherever nothing was seen."""
    unseen = m.say("t6.unseen")
    if not row.open:
        state = m.say("t6.closed") if row.open is False else unseen
        reason = m.wording.first_sentence(m.wording.word("reason", row.reason)) if row.reason else ""
        return (f"{state}\n{reason}".rstrip(), *["－" if row.open is False else unseen] * 4)
    connection = [m.say(f"t6.kind_{row.kind}") if row.kind in ("implicit", "starttls", "plain") else unseen]
    if row.login_before_tls:
        connection.append(m.say("t6.login_before"))
    if row.kind == "plain":
        return ("\n".join(connection), *["－"] * 4)
    lines = (connection, _versions(m, row), _weak(m, row), advice(m.wording.texts, row), _certificate(m, row))
    connected, versions, weak, advised, certificate = lines
    short = m.wording.listed
    return tuple(
        part or unseen
        for part in ("\n".join(connected), short(versions), short(weak), short(advised), "\n".join(certificate))
    )


def _versions(m: ReportContext, row: PortRow) -> list[str]:
    return [m.wording.free(name.upper().replace("TLS", "TLS ").replace("SSL", "SSL "), 12) for name in row.versions]


def _weak(m: ReportContext, row: PortRow) -> list[str]:
    """The weakest suite and the holes that are open."""
    known = m.wording.texts.has(f"report.t6.suite_{row.worst_suite}")
    lines = [m.say(f"t6.suite_{row.worst_suite}")] if known else []
    lines += [m.say("t6.hole", name=name.upper()) for name, state in row.holes if state == "open"]
    return [*lines, m.say("t6.post_quantum")] if row.post_quantum else lines


def _certificate(m: ReportContext, row: PortRow) -> list[str]:
    if row.certificate_trusted is None:
        return []
    named = [_common_name(m.wording.free(row.certificate, 200))] if row.certificate else []
    said = [] if row.days_left is None else [_time_left(m, row.days_left)]
    said.append(m.say("t6.trusted_yes" if row.certificate_trusted else "t6.trusted_no"))
    if row.certificate_name_matches is False:
        said.append(m.say("t6.name_no"))
    return [*named, m.wording.listed(said)]


def _time_left(m: ReportContext, days: int) -> str:
    """How long a certificate is still good, or since when it is not."""
    if days >= 0:
        return m.say("t6.days_left", days=days)
    return m.say("t6.expired", days=-days - 1) if days < -1 else m.say("t6.expired_today")


def _common_name(subject: str) -> str:
    """The name that a certificate's subject (RFC 4514) is known by; all of the subject when it has none."""
    found = re.search(r"(?:^|[,+])CN=((?:\\.|[^,+\\])+)", subject)
    return found[1] if found else subject
