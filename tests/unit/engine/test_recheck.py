"""To measure a finding again, everything that it rests on is looked at, and nothing else."""

import msgspec

from fumimori.__main__ import sample, toolkit
from fumimori.engine import recheck_result, targets
from fumimori.model import Basis, Control, Finding, Severity, Status
from unit.assess.small import NOW

TOOLS, ABOUT = toolkit(), sample()
RESULT = TOOLS.assess(ABOUT, NOW)
OBSERVATIONS = TOOLS.observations(ABOUT)


def of(code, subject=None):
    found = [one for one in RESULT.findings if one.code == code and subject in (None, one.subject)]
    assert found
    return targets(found, TOOLS.probes, OBSERVATIONS)


def test_a_port_is_looked_at_again_and_nothing_else():
    assert of("mail_ports.tls_old", "mail.mihon.example:465") == {"mail_ports": {"mail.mihon.example:465"}}


def test_a_record_is_looked_at_at_its_domain():
    assert of("spf.too_many_lookups")["spf"] == {"mihon.example"}


def test_a_promise_about_a_server_is_measured_at_that_server():
    looks = of("mta_sts.mx_certificate")
    assert looks["mta_sts"] == {"mihon.example"}
    assert any(subject.startswith("mx2.") for name in looks for subject in looks[name])


def test_a_combination_is_measured_at_all_that_meets_in_it():
    looks = of("combinations.policy_blocks_server")
    assert looks["mta_sts"] == {"mihon.example"}


def test_an_answer_and_a_register_rest_on_no_attempt():
    said = next(one for one in RESULT.findings if not one.measured)
    assert of(said.code) == {}
    assert of("register_accounts.admins_some_no_mfa") == {}


def test_every_measured_finding_of_the_sample_can_be_measured_again():
    probed = {probe.id for probe in TOOLS.probes}
    for finding in RESULT.findings:
        if finding.measured and (finding.joins or finding.code.partition(".")[0] in probed):
            looks = targets([finding], TOOLS.probes, OBSERVATIONS)
            assert any(looks.values()), finding
            looked = {(one.probe, one.subject) for one in OBSERVATIONS.attempts()}
            assert {(name, subject) for name, subjects in looks.items() for subject in subjects} <= looked


def test_what_is_gone_what_is_still_there_and_what_could_not_be_seen():
    first = next(one for one in RESULT.findings if one.measured)
    gone = Finding(
        code="spf.none", subject="x", control=Control.SENDER_AUTH, severity=Severity.HIGH, basis=Basis.MEASURED
    )
    said = next(one for one in RESULT.findings if not one.measured)
    found = recheck_result([first, gone, said], RESULT)
    assert (found.fixed, found.remaining) == ((gone,), (first,))
    last = RESULT.runs[-1]
    whole = msgspec.structs.replace(
        last, attempts=tuple(msgspec.structs.replace(one, status=Status.COMPLETED) for one in last.attempts)
    )
    assert not recheck_result([first], msgspec.structs.replace(RESULT, runs=(whole,))).incomplete
    missed = msgspec.structs.replace(last.attempts[0], status=Status.TIMED_OUT)
    poor = msgspec.structs.replace(last, attempts=(missed,))
    assert recheck_result([first], msgspec.structs.replace(RESULT, runs=(poor,))).incomplete
