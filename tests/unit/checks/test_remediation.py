"""What is offered to copy is right by our own grammars, made for this domain and server, and harms nothing."""

import pytest

from fumimori.checks import remediation
from fumimori.checks.mx import facts as mx
from fumimori.grammar.dmarc import parse_dmarc
from fumimori.grammar.mta_sts import parse_sts_policy
from fumimori.grammar.spf import parse_spf
from fumimori.model import (
    Assessment,
    DomainScope,
    Hosting,
    Scope,
    SnippetKind,
)
from loopback.recorded_runs import run_of
from unit.checks.repair_cases import DOMAIN, NOW, RECORDS, answer, assessment, attempt, port, repair

SETTINGS = sorted(
    code for code in remediation.walk() if code.partition(".")[0] in ("mail_ports", "mail_behaviour", "open_relay")
)
# --- servers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", SETTINGS)
@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_settings_are_for_servers_of_ones_own_and_others_are_asked(code, hosting):
    made = repair(code, "mail.example.jp:587", assessment(hosting=hosting), hosts=DOMAIN)
    if hosting is None or hosting.own_server:
        assert made.snippets or made.proof
    else:
        assert made.ask is not None or code == "mail_ports.address_closed"


@pytest.mark.parametrize(
    ("greeting", "contains", "lacks"),
    [
        ("mail.example.jp ESMTP Postfix (3.7.11)", ">=TLSv1.2", "!TLSv1"),
        ("mail.example.jp ESMTP Postfix (3.4.13)", "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1", ">="),
    ],
)
def test_a_known_version_gets_its_own_words(greeting, contains, lacks):
    of = assessment(port("mail.example.jp", 587, greeting=greeting))
    (snippet,) = repair("mail_ports.tls_old", "mail.example.jp:587", of).snippets
    assert contains in snippet.content
    assert lacks not in snippet.content.replace(
        "!TLSv1, !TLSv1.1", "" if contains.startswith(">") else "!TLSv1, !TLSv1.1"
    )


def test_an_unknown_version_gets_both_marked():
    made = repair("mail_ports.tls_old", "mail.example.jp:587", assessment())
    assert [one.note.key for one in made.snippets] == ["version_from", "version_before"]


@pytest.mark.parametrize("number", [143, 993, 110, 995])
@pytest.mark.parametrize(
    "code", ["tls_old", "certificate_incomplete", "login_clear", "suite_weak", "certificate_expired"]
)
def test_ports_of_mailboxes_get_dovecots_settings(code, number):
    made = repair(f"mail_ports.{code}", f"mail.example.jp:{number}", assessment())
    assert made.snippets
    assert not any("postconf" in one.content for one in made.snippets)


@pytest.mark.parametrize(
    "code", [code for code in SETTINGS if code.startswith("mail_ports.") and "starttls" not in code]
)
def test_port_25_is_never_closed_for_old_tls(code):
    for snippet in repair(code, "mail.example.jp:25", assessment()).snippets:
        for line in snippet.content.splitlines():
            if "smtpd_tls_protocols" in line:
                assert "TLSv1.2" not in line
                assert "!TLSv1" not in line


def test_a_proof_lets_openssl_try_what_is_old_and_says_what_it_prints():
    (proof,) = repair("mail_ports.tls_old", "mail.example.jp:143", assessment()).proof
    assert proof.command == (
        "openssl s_client -connect mail.example.jp:143 -servername mail.example.jp -starttls imap"
        " -tls1_1 -cipher 'DEFAULT@SECLEVEL=0' < /dev/null"
    )
    assert (proof.repaired, proof.broken) == ("Cipher is (NONE)", "Cipher is ")


def test_ssh_keeps_a_session_open_and_says_the_way_back():
    made = repair("ssh.password", "mail.example.jp", assessment())
    assert [note.key for note in made.before] == ["ssh_key_works", "ssh_session"]
    assert made.snippets[0].place == "/etc/ssh/sshd_config.d/00-keys-only.conf"
    assert "sshd -T" in made.snippets[2].content
    assert made.back[0].key == "back_delete_file"
    assert (made.proof[0].repaired, made.proof[0].broken) == ("Permission denied (publickey)", "password:")


def test_paths_that_nobody_knows_are_places_to_fill_in():
    made = repair("mail_ports.certificate_expired", "mail.example.jp:993", assessment())
    assert "letsencrypt" not in "".join(one.content for one in made.snippets)
    assert any("REPLACE/fullchain.pem" in one.content for one in made.snippets)
    assert made.before[0].key == "replace_paths"


# --- everything ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", RECORDS)
@pytest.mark.parametrize("sign", ["\n", "\r", "\x0b", "\x85", "\u2028", '"', "\x1b"])
def test_no_record_breaks_the_line(code, sign):
    text = f"v=DMARC1; p=none; p=reject; rua=mailto:a@example.jp{sign}x.example.jp"
    of = assessment(dmarc_texts=(text,), spf_texts=(f"v=spf1 include:a{sign}b.example.jp ?all",), known=True)
    for snippet in repair(code, DOMAIN, of, text=text).snippets:
        if snippet.kind is SnippetKind.DNS_RECORD:
            assert len(snippet.content.splitlines()) <= 1
            assert sign not in snippet.content + snippet.current


@pytest.mark.parametrize("code", RECORDS)
@pytest.mark.parametrize("known", [False, True])
def test_every_offered_record_is_right_by_our_own_grammars(code, known):
    of = assessment(spf_texts=("v=spf1 mx +all",), dmarc_texts=("v=DMARC1; p=none",), known=known)
    for snippet in repair(code, DOMAIN, of).snippets:
        if snippet.content.startswith("v=spf1") and "REPLACE" not in snippet.content:
            assert parse_spf(snippet.content).faults == ()
        if snippet.content.startswith("v=DMARC1"):
            assert parse_dmarc(snippet.content).invalid == ()
        if snippet.kind is SnippetKind.FILE:
            assert parse_sts_policy(snippet.content).fault == ""


@pytest.mark.parametrize("name", ["\ufeff", "a\nmode: none", "a b.example.jp", "mx_1.example.jp", "192.0.2.1 "])
def test_no_policy_is_handed_out_that_cannot_hold_every_server(name):
    hosts = (mx.MxHost(host="mx1.example.jp", preference=10), mx.MxHost(host=name, preference=20))
    facts = mx.Facts(answer=answer(DOMAIN, "MX", "10 mx1.example.jp."), hosts=hosts)
    of = Assessment(
        id="1", created=NOW, scope=Scope(domains=(DomainScope(name=DOMAIN),)), runs=(run_of(attempt("mx", facts)),)
    )
    assert repair("mta_sts.absent", DOMAIN, of).snippets == ()
