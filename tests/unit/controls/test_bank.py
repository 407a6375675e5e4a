"""The question bank holds what was agreed: numbers, hosting types, core questions, measured ones, worst answers."""

from collections import Counter

import pytest

from fumimori import resources
from fumimori.assess.bank import BANK
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Control, Credit, Effect, Hosting, Measured, Question, QuestionKind, Severity

BY_ID = {question.id: question for question in BANK}
LETTERS = dict(zip("PVRGMWX", Hosting, strict=True))
AGREED = tuple(
    tuple(line.split())
    for line in """
C1-1 defaults.admin_passwords PVRGMWX core no critical
C1-2 defaults.default_names PVRX - no medium
C1-3 defaults.unused_mailboxes PVRGMWX - no medium
C1-4 defaults.password_keeping PVRGMWX core no high
C1-5 defaults.device_passwords P - no high
C1-6 defaults.unneeded_features PVRGM - no high
C1-7 defaults.banner PV - full info
C1-8 defaults.settings_record PVR - no low
C2-1 mta_sts.published PVRGMWX core full medium
C2-2 mta_sts.enforce PVRGMWX - full medium
C2-3 mta_sts.policy_matches PVRGMWX - full high
C2-4 mta_sts.tls_rpt PVRGMWX - full low
C2-5 mta_sts.reports_read PVRGMWX - no low
C2-6 mta_sts.dns_owner PVRGMWX core no medium
C2-7 mta_sts.policy_certificate PVRGMWX - part medium
C2-8 mta_sts.dane PV - full none
C3-1 protocols.inventory PVRGMWX core no none
C3-2 protocols.client_settings PVRGMWX core no high
C3-3 protocols.login_before_tls PVRGMWX core full high
C3-4 protocols.incoming_starttls PVRGMWX core full high
C3-5 protocols.tls_versions PV - full high
C3-6 protocols.certificate_expiry PVR core part high
C3-7 protocols.device_sending PVRGMWX core no high
C3-8 protocols.legacy_login GMWX - no high
C3-9 protocols.webmail_https PVRX - full high
C4-1 sender_auth.domains PVRGMWX core no medium
C4-2 sender_auth.spf PVRGMWX core full high
C4-3 sender_auth.dkim PVRGMWX core no high
C4-4 sender_auth.dmarc PVRGMWX core full high
C4-5 sender_auth.senders_known PVRGMWX core no medium
C4-6 sender_auth.dmarc_reports PVRGMWX - part medium
C4-7 sender_auth.unused_domains PVRGMWX - full medium
C4-8 sender_auth.incoming_checks PVRGMWX core no medium
C4-9 sender_auth.dkim_key PVRGMWX - full high
C4-10 sender_auth.bimi PVRGMWX - part low
C5-1 updates.responsible PVRGMWX core no high
C5-2 updates.versions_known PV - no medium
C5-3 updates.supported PVX core no critical
C5-4 updates.fix_delay PV core no high
C5-5 updates.automatic PV - no medium
C5-6 updates.firmware PVRGMWX core no high
C5-7 updates.notices PVRGMWX - no medium
C5-8 updates.webmail_addons PVR - no high
C5-9 updates.service_end RGMWX core part high
C5-10 updates.restore_test PVRGMWX - no high
C6-1 firewall.open_ports PV core full critical
C6-2 firewall.admin_sources PVRGM core no high
C6-3 firewall.open_relay PV core full critical
C6-4 firewall.send_limit PVRGMWX core no medium
C6-5 firewall.alerts PVRGMWX - no medium
C6-6 firewall.size_limit PVRGMWX - part low
C6-7 firewall.attachments PVRGMWX - no medium
C6-8 firewall.filter PVRGMWX core no high
C6-9 firewall.login_attempts PVR - no high
C6-10 firewall.logs PVRGMWX - no high
C6-11 firewall.outbound_port25 PV - no medium
C7-1 access.admin_list PVRGMWX core no medium
C7-2 access.own_accounts PVRGMWX - no high
C7-3 access.admin_mfa PVRGMWX core no high
C7-4 access.leavers PVRGMWX core no high
C7-5 access.contractors PVRGMWX - no high
C7-6 access.separate_accounts PVRGMWX - no medium
C7-7 access.review PVRGMWX - no medium
C7-8 access.shared_mailbox PVRGMWX - no high
C7-9 access.domain_registration PVRGMWX core no high
C7-10 access.admin_log PVGM - no medium
C7-11 access.locked_room P - no medium
C7-12 access.least_privilege PVRGMWX core no medium
C7-13 access.time_limited PVRGMWX - no medium
C8-0 ssh.used PVR core no none
C8-1 ssh.password_login PVR core full high
C8-2 ssh.root_login PV - no high
C8-3 ssh.own_keys PVR core no high
C8-4 ssh.key_review PVR - no high
C8-5 ssh.key_strength PVR - no medium
C8-6 ssh.reachable_from PV - full medium
C8-7 ssh.key_storage PVR - no high
C8-8 ssh.rdp PV core full critical
C8-9 ssh.lost_key PV - no low
C9-1 people.training PVRGMWX core no medium
C9-2 people.report_path PVRGMWX - no medium
C9-3 people.user_mfa PVRGMWX core no high
C9-4 people.passwords PVRGMWX core no high
C9-5 people.payment_changes PVRGMWX core no high
C9-6 people.auto_forward PVRGMWX - no high
C9-7 people.shadow_it PVRGMWX - no medium
C9-8 people.responsible_manager PVRGMWX - no medium
C9-9 people.incident_page PVRGMWX - no medium
C9-10 people.exercises PVRGMWX - no low
C9-11 people.misdirected PVRGMWX - no medium
C9-12 people.screen_lock PVRGMWX - no medium
C9-13 people.unapproved_software PVRGMWX - no medium
C9-14 people.password_making PVRGMWX - no low
C10-1 signing.confidential_mail PVRGMWX core no none
C10-2 signing.file_protection PVRGMWX core no high
C10-3 signing.signed PVRGMWX - part medium
C10-4 signing.certificate_list PVRGMWX - no low
C10-5 signing.key_backup PVRGMWX - no medium
C10-6 signing.check_signature PVRGMWX - no low
C10-7 signing.device_encryption PVRGMWX - no medium
C10-8 signing.contract_demands PVRGMWX - no high
S-1 surroundings.mail_at_rest PVRGMWX - no none
S-2 surroundings.staff_networks PVRGMWX - no none
S-3 surroundings.physical_protection PVRGMWX - no none
S-4 surroundings.provider_protects VRGMWX - no none
""".strip().splitlines()
)
"""Printed number, identity, hosting types, core, measured, worst answer (`none`: not scored)."""
SCORED = [question for question in BANK if question.scored]
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())


def ids(questions):
    return [question.id for question in questions]


def worst(question: Question, *credits_: Credit) -> Severity:
    return max((option.severity for option in question.options if option.credit in credits_), default=Severity.OK)


def test_the_bank_is_the_agreed_list_in_printed_order():
    assert [(question.printed, question.id) for question in BANK] == [row[:2] for row in AGREED]


@pytest.mark.parametrize("row", AGREED, ids=lambda row: row[1])
def test_question_is_as_agreed(row):
    _, name, letters, core, measured, severity = row
    question = BY_ID[name]
    found = (
        set(question.hosting),
        question.core,
        question.measured,
        worst(question, *Credit).word if question.scored else "none",
    )
    assert found == ({LETTERS[letter] for letter in letters}, core == "core", Measured(measured), severity)


@pytest.mark.parametrize(
    ("hosting", "everything", "full", "core"),
    [
        (Hosting.ON_PREMISES, 99, 19, 40),
        (Hosting.VPS, 97, 19, 40),
        (Hosting.RENTAL, 83, 12, 36),
        (Hosting.GOOGLE, 73, 10, 32),
        (Hosting.MICROSOFT, 73, 10, 32),
        (Hosting.WORKMAIL, 70, 10, 31),
        (Hosting.OTHER_HOSTED, 73, 11, 32),
    ],
)
def test_size_of_the_bank_for_a_hosting_type(hosting, everything, full, core):
    here = [question for question in BANK if question.control and hosting in question.hosting]
    counted = (
        len(here),
        sum(question.measured is Measured.FULL for question in here),
        sum(question.core for question in here),
    )
    assert counted == (everything, full, core)


@pytest.mark.parametrize("control", Control)
def test_numbers_of_a_control_run_without_gaps(control):
    numbers = [question.number for question in BANK if question.control is control]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_only_the_surroundings_belong_to_no_control():
    assert {question.id.partition(".")[0] for question in BANK if question.control is None} == {"surroundings"}


@pytest.mark.parametrize("question", BANK, ids=ids(BANK))
def test_option_ids_are_words_of_their_own(question):
    words = Counter(option.id for option in question.options)
    assert set(words.values()) == {1}
    assert not words.keys() & {"not_applicable", "unknown"}


@pytest.mark.parametrize("question", BANK, ids=ids(BANK))
def test_a_choice_offers_at_most_five_answers(question):
    assert question.kind is QuestionKind.INVENTORY or 2 <= len(question.options) <= 5


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_a_scored_question_can_be_met_and_missed(question):
    assert {Credit.MET, Credit.NOT_MET} <= {option.credit for option in question.options}


@pytest.mark.parametrize("question", BANK, ids=ids(BANK))
def test_a_met_answer_is_no_fault(question):
    assert worst(question, Credit.MET) is Severity.OK


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_what_earns_nothing_is_at_least_as_bad_as_what_earns_half(question):
    assert worst(question, Credit.NOT_MET) >= worst(question, Credit.PARTLY)


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_every_answer_that_costs_points_is_a_finding(question):
    milder = [option.id for option in question.options if option.credit is not Credit.MET and option.severity == 0]
    assert milder == []


GATED = [(question, condition) for question in BANK for condition in question.ask_if]


@pytest.mark.parametrize(("question", "condition"), GATED, ids=[question.id for question, _ in GATED])
def test_a_gate_names_options_of_an_earlier_question(question, condition):
    gate = BY_ID[condition.question]
    assert set(condition.values) <= {option.id for option in gate.options} | {"not_applicable"}
    assert BANK.index(gate) < BANK.index(question)


@pytest.mark.parametrize(("question", "condition"), GATED, ids=[question.id for question, _ in GATED])
def test_a_question_names_every_gate_before_it(question, condition):
    assert set(BY_ID[condition.question].ask_if) <= set(question.ask_if)


@pytest.mark.parametrize(("question", "condition"), GATED, ids=[question.id for question, _ in GATED])
def test_a_gate_is_asked_wherever_its_question_is(question, condition):
    assert set(question.hosting) <= set(BY_ID[condition.question].hosting)


CHILDREN = [question for question in BANK if question.parent]


@pytest.mark.parametrize("question", CHILDREN, ids=ids(CHILDREN))
def test_a_parent_is_an_earlier_scored_question_of_the_same_control(question):
    parent = BY_ID[question.parent]
    assert (parent.control, parent.scored) == (question.control, True)
    assert BANK.index(parent) < BANK.index(question)
    assert set(question.hosting) <= set(parent.hosting)


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("mta_sts.enforce", "mta_sts.published"),
        ("mta_sts.policy_matches", "mta_sts.published"),
        ("mta_sts.policy_certificate", "mta_sts.published"),
        ("mta_sts.reports_read", "mta_sts.tls_rpt"),
        ("sender_auth.dmarc_reports", "sender_auth.dmarc"),
    ],
)
def test_what_rests_on_something_else_says_so(child, parent):
    assert BY_ID[child].parent == parent


EXPLICIT = [(question, entry) for question in BANK for entry in question.hosting_severities]


@pytest.mark.parametrize(("question", "entry"), EXPLICIT, ids=[f"{q.id}.{e.option}" for q, e in EXPLICIT])
def test_a_severity_for_a_hosting_type_names_an_answer_that_can_be_given_there(question, entry):
    assert entry.option in {option.id for option in question.options} | {"unknown"}
    assert set(entry.hosting) <= set(question.hosting)


@pytest.mark.parametrize(("question", "entry"), EXPLICIT, ids=[f"{q.id}.{e.option}" for q, e in EXPLICIT])
def test_a_severity_for_a_hosting_type_differs_from_the_usual_one(question, entry):
    option = question.option(entry.option)
    assert option is None or option.severity != entry.severity


def test_whoever_leaves_updates_to_the_provider_is_not_asked_how_they_are_done():
    skipped = {question.id for question in BANK if any("provider" not in c.values for c in question.ask_if)}
    assert {"updates.versions_known", "updates.fix_delay", "updates.automatic"} <= skipped
    assert "updates.supported" not in skipped


TOUCHING = [rule for rule in RULES.outcomes.values() if rule.question]


def test_outcomes_touch_questions_in_the_way_the_bank_expects():
    expected = {Effect.ANSWERS: {Measured.FULL}, Effect.LOWERS: {Measured.PART}, Effect.CONTRADICTS: set(Measured)}
    assert [rule.code for rule in TOUCHING if BY_ID[rule.question].measured not in expected[rule.effect]] == []


def test_outcomes_contradict_answers_that_exist():
    offered = {question.id: {option.id for option in question.options} for question in BANK}
    assert [rule.code for rule in TOUCHING if not set(rule.contradicts) <= offered[rule.question]] == []


def test_a_question_that_outcomes_answer_can_be_met_by_one_of_them():
    answering = [rule for rule in TOUCHING if rule.effect is Effect.ANSWERS]
    met = {rule.question for rule in answering if rule.credit is Credit.MET}
    assert {rule.question for rule in answering} - met == set()
