"""One line per mail server: certificate, MTA-STS, DANE and TLS-RPT side by side, for report and window."""

from enum import StrEnum

import msgspec

from fumimori.checks.dane import tlsa as dane
from fumimori.checks.mta_sts.facts import MTA_STS
from fumimori.checks.mx.facts import MX
from fumimori.checks.observations import Observations
from fumimori.checks.tls_rpt.facts import TLS_RPT
from fumimori.grammar import mta_sts, tls_rpt
from fumimori.model import Record
from fumimori.network.mail import MailService


class CertificateState(StrEnum):
    """How a validating sender judges the certificate on port 25."""

    GOOD = "good"
    EXPIRED = "expired"
    WRONG_NAME = "wrong_name"
    UNTRUSTED = "untrusted"
    NO_TLS = "no_tls"
    CLOSED = "closed"
    UNSEEN = "unseen"


class PolicyState(StrEnum):
    """Whether the MTA-STS policy names the server."""

    COVERED = "covered"
    UNCOVERED = "uncovered"
    NO_POLICY = "no_policy"
    UNSEEN = "unseen"


class MxRow(Record):
    """One mail server of one domain."""

    domain: str
    host: str
    preference: int | None
    """None where the domain has no MX and mail goes to its own address."""
    certificate: CertificateState
    policy: PolicyState
    mode: str
    """The policy's mode: `enforce`, `testing`, `none`; empty without a policy."""
    tlsa: dane.State
    reports: bool | None
    """Whether TLS reports have an address; None when that was not seen."""
    delivers: bool | None
    """Whether a sender that keeps to policy and TLSA would deliver here; None when that is not known."""


def mx_table(observations: Observations) -> tuple[MxRow, ...]:
    """The mail servers of every domain of the scope, by preference; what was not looked at is *unseen*."""
    return tuple(row for domain in observations.scope.domains for row in _rows(observations, domain.name))


def _rows(observations: Observations, domain: str) -> list[MxRow]:
    facts = observations.facts(MX, domain)
    if facts is None:
        return []
    preferences: dict[str, int | None] = {}
    for host in facts.hosts:
        if host.host:
            preferences.setdefault(host.host, host.preference)
    if not facts.hosts and facts.fallback:
        preferences[domain] = None
    known, policy = _policy(observations, domain)
    states = dane.states(observations, domain)
    return [
        _row(
            MxRow(
                domain=domain,
                host=host,
                preference=preference,
                certificate=_certificate(dane.mail_service(observations, host)),
                policy=_covered(policy, host) if known else PolicyState.UNSEEN,
                mode=policy.mode if policy else "",
                tlsa=states.get(host, dane.State.UNCHECKED),
                reports=_reports(observations, domain),
                delivers=None,
            )
        )
        for host, preference in preferences.items()
    ]


def _row(row: MxRow) -> MxRow:
    return msgspec.structs.replace(row, delivers=_delivers(row))


def _policy(observations: Observations, domain: str) -> tuple[bool, mta_sts.StsPolicy | None]:
    """Whether it is known what senders read, and the policy that they follow."""
    facts = observations.facts(MTA_STS, domain)
    if facts is None or facts.policy_reason not in ("", "no_address", "connection_refused"):
        return False, None
    announced = [txt for txt in facts.answer.records if mta_sts.is_sts_record(txt)]
    page = facts.policy
    if len(announced) != 1 or mta_sts.parse_sts_record(announced[0]).fault or page is None:
        return True, None
    if page.tls_error or page.status != 200 or page.truncated:
        return True, None
    policy = mta_sts.parse_sts_policy(page.untrusted_body)
    return True, None if policy.fault or policy.mode == "none" else policy


def _covered(policy: mta_sts.StsPolicy | None, host: str) -> PolicyState:
    if policy is None:
        return PolicyState.NO_POLICY
    named = any(mta_sts.covers(pattern, host) for pattern in policy.mx)
    return PolicyState.COVERED if named else PolicyState.UNCOVERED


def _certificate(service: MailService | None) -> CertificateState:
    if service is None:
        return CertificateState.UNSEEN
    if not service.open:
        return CertificateState.CLOSED
    if service.starttls is False or service.tls_works is False:
        return CertificateState.NO_TLS
    chain = service.chain
    if chain is None:
        return CertificateState.UNSEEN
    if not chain.trusted:
        return CertificateState.EXPIRED if chain.trust_error == "expired" else CertificateState.UNTRUSTED
    return CertificateState.GOOD if chain.name_matches else CertificateState.WRONG_NAME


def _reports(observations: Observations, domain: str) -> bool | None:
    facts = observations.facts(TLS_RPT, domain)
    if facts is None:
        return None
    texts = [txt for txt in facts.answer.records if tls_rpt.is_tls_rpt(txt)]
    return len(texts) == 1 and not tls_rpt.parse_tls_rpt(texts[0]).fault


def _delivers(row: MxRow) -> bool | None:
    """DANE goes before MTA-STS where a sender knows both (RFC 8461 section 2)."""
    if row.certificate is CertificateState.CLOSED or row.tlsa in (
        dane.State.MISMATCH,
        dane.State.NO_TLS,
        dane.State.BOGUS,
    ):
        return False
    if row.tlsa is dane.State.VALID:
        return True
    if row.policy is PolicyState.UNSEEN or row.tlsa in (dane.State.PUBLISHED, dane.State.UNCHECKED):
        return None
    if row.mode != "enforce":
        return True
    if row.policy is PolicyState.UNCOVERED:
        return False
    return None if row.certificate is CertificateState.UNSEEN else row.certificate is CertificateState.GOOD
