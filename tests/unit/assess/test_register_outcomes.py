"""Every outcome of the registers comes about in a case of their tests."""

from unit.assess import test_leavers as leavers
from unit.assess import test_register_contracts as contracts
from unit.assess import test_register_proofs as proofs
from unit.assess import test_register_senders as senders
from unit.assess import test_registers as registers
from unit.assess.register_cases import RULES


def test_every_outcome_is_named_by_some_case():
    """Whatever the rules hold comes about from rows in the tables of these tests."""
    named = {code for case in CASES for code in case}
    known = {code.removeprefix("register_") for code in RULES.outcomes if code.startswith("register_")}
    assert known - named == set()


CASES = [
    mark.args[1][number][-1]
    for test in (
        registers.test_what_leavers_leave_behind,
        leavers.test_what_leavers_still_have_by_lists_that_were_read,
        registers.test_access_has_an_end_and_somebody_who_approved_it,
        registers.test_who_signs_in_without_a_second_factor,
        registers.test_devices_out_of_support,
        registers.test_default_passwords,
        registers.test_who_was_trained_within_a_year,
        registers.test_lists_of_those_who_administer_and_of_what_logs_in_by_itself,
        registers.test_exercises_reminders_and_training_for_management,
        registers.test_certificates_have_a_day_and_somebody_who_renews_them,
        senders.test_senders_against_spf_and_dkim,
        proofs.test_checks_that_somebody_did_in_time,
        proofs.test_a_complete_list_of_administrators_proves_what_a_gap_does_not,
        proofs.test_columns_that_leave_nothing_open,
        contracts.test_contractors_get_in_only_for_their_work,
        contracts.test_contracts_that_leave_nothing_open,
        contracts.test_updates_are_decided_when_every_kind_of_device_has_its_way,
    )
    for mark in test.pytestmark
    for number in range(len(mark.args[1]))
]
