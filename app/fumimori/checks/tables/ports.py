"""One line per port of every host: open, how it is encrypted, how well, whose certificate; for report and window."""

from datetime import datetime

import msgspec

from fumimori.checks.expiry import days_left
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mail_ports.facts import Facts as MailPortFacts
from fumimori.checks.observations import Observations
from fumimori.checks.tls.facts import TlsSupport, agreed_suites, suite_classes
from fumimori.checks.tls.holes import holes
from fumimori.checks.tls.profiles import verdicts
from fumimori.checks.webmail.facts import WEBMAIL
from fumimori.checks.webmail.facts import Facts as WebmailFacts
from fumimori.model import PortRow, Rules
from fumimori.network.mail import IMPLICIT_TLS_PORTS
from fumimori.network.tls import CertificateChain

CLEAR_LOGINS = frozenset({"PLAIN", "LOGIN", "USER", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"})
"""Ways to log in that show a password, a token or something to guess it from to an eavesdropper (RFC 4954 4)."""


def port_matrix(observations: Observations, rules: Rules) -> tuple[PortRow, ...]:
    """Every port that was looked at, host by host in the order of the attempts, ports in ascending order.

    A port that could not be looked at is there with the reason and knows nothing else.
    """
    rows: list[PortRow] = []
    for attempt in observations.attempts("mail_ports"):
        host, _, port = attempt.subject.rpartition(":")
        facts = observations.facts(MAIL_PORTS, attempt.subject)
        if not (port.isascii() and port.isdecimal() and len(port) < 6):
            continue
        if facts is None:
            rows.append(PortRow(host=host, port=int(port), open=None, reason=attempt.reason))
        else:
            rows.append(_mail_row(facts, attempt.ended, rules))
    for attempt in observations.attempts("webmail"):
        web = observations.facts(WEBMAIL, attempt.subject)
        if web is None:
            rows += [PortRow(host=attempt.subject, port=port, open=None, reason=attempt.reason) for port in (80, 443)]
        else:
            rows += _web_rows(attempt.subject, web, attempt.ended, rules)
    order = {host: number for number, host in enumerate(dict.fromkeys(row.host for row in rows))}
    return tuple(sorted(rows, key=lambda row: (order[row.host], row.port)))


def _mail_row(facts: MailPortFacts, at: datetime, rules: Rules) -> PortRow:
    service = facts.service
    if not service.open:
        return PortRow(host=service.host, port=service.port, open=False, reason=service.closed)
    login = None if service.login_before is None else bool(CLEAR_LOGINS & set(service.login_before))
    if service.port in IMPLICIT_TLS_PORTS:
        login = False
    return _row(
        PortRow(host=service.host, port=service.port, open=True, kind=service.kind, login_before_tls=login),
        facts.support,
        service.chain,
        at,
        rules,
    )


def _web_rows(host: str, web: WebmailFacts, at: datetime, rules: Rules) -> list[PortRow]:
    rows = []
    closed = ("connection_refused", "connect_timeout", "no_route")
    if web.plain is not None or web.plain_reason:
        is_open = True if web.plain is not None else False if web.plain_reason in closed else None
        kind = "plain" if is_open else ""
        rows.append(PortRow(host=host, port=80, open=is_open, reason=web.plain_reason, kind=kind))
    if web.secure is None:
        is_open = False if web.secure_reason in closed else None
        return [*rows, PortRow(host=host, port=443, open=is_open, reason=web.secure_reason)]
    row = PortRow(host=host, port=443, open=True, kind="implicit")
    return [*rows, _row(row, web.support, web.secure.chain, at, rules)]


def _row(row: PortRow, support: TlsSupport, chain: CertificateChain | None, at: datetime, rules: Rules) -> PortRow:
    leaf = chain.certificates[0] if chain is not None and chain.certificates else None
    return msgspec.structs.replace(
        row,
        versions=support.accepted,
        worst_suite=_worst(support, rules),
        certificate=leaf.subject if leaf is not None else "",
        certificate_trusted=None if chain is None else chain.trusted,
        certificate_name_matches=None if chain is None else chain.name_matches,
        days_left=None if leaf is None else days_left(leaf.not_after, at),
        post_quantum=support.post_quantum,
        profiles=verdicts(support, chain, rules),
        holes=tuple((name, state.value) for name, state in holes(support, rules)) if support.accepted else (),
    )


def _worst(support: TlsSupport, rules: Rules) -> str:
    """The worst class of the suites that were agreed to; empty while that was not asked to the end."""
    if not support.bad_suites_known and not support.bad_suites:
        return ""
    classes = suite_classes(rules)
    return next((classes[code][0] for code in agreed_suites(support, rules) if code in classes), "")
