"""Settings of mail programs: what they mean is told only where nothing that is missing could change it."""

import subprocess

import pytest

from fumimori.checks.mail_config.parts import program_of
from fumimori.checks.mail_config.postfix_rules import allows_old
from loopback.documents import handed_over, outcomes_of, problem_of, words_of

MAIN = """alias_maps = hash:/etc/aliases
compatibility_level = 3.6
inet_interfaces = all
mail_version = 3.10.2
mydestination = $myhostname, localhost
myhostname = mail.example.jp
mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
recipient_delimiter = +
relayhost =
smtp_tls_security_level = may
smtpd_milters = inet:127.0.0.1:11332
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
smtpd_tls_security_level = may
"""
MASTER = """smtp       inet  n       -       y       -       -       smtpd
submission inet  n       -       y       -       -       smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o { smtpd_sender_restrictions = reject_sender_login_mismatch }
127.0.0.1:10025 inet n - y - - smtpd -o smtpd_relay_restrictions=permit
qmgr       unix  n       -       n       300     1       qmgr
"""
GOOD = {"login_tls", "relay_closed", "outgoing_tls", "size_limited", "filter_seen"}


PROVED = {"clients_encrypted", "devices_log_in", "filter_known", "outgoing_filtered", "send_limited"}


def words(*texts):
    """What the settings say, without what they prove of questions beside it."""
    return words_of("mail_config", *texts) - PROVED


def proved(*texts):
    return words_of("mail_config", *texts) & PROVED


def main(**changes):
    lines = [line for line in MAIN.splitlines() if line.partition(" ")[0] not in changes]
    return "\n".join([*lines, *(f"{name} = {value}" for name, value in changes.items() if value is not None), ""])


def test_good_settings_together_or_one_by_one():
    assert words(MAIN + MASTER) == GOOD
    assert words(MAIN, MASTER) == GOOD
    assert words(MASTER, MAIN) == GOOD


@pytest.mark.parametrize(
    ("changes", "more", "less"),
    [
        ({"mynetworks": "0.0.0.0/0"}, {"relay_open"}, {"relay_closed"}),
        ({"mynetworks": "127.0.0.0/8 $more", "more": "[::]/0"}, {"relay_open"}, {"relay_closed"}),
        ({"mynetworks": "127.0.0.0/8 !10.0.0.1 hash:/etc/x 10.0.0.0/8"}, set(), set()),
        ({"mynetworks": "127.0.0.0/8 198.18.0.0/15 9.9.0.0/16"}, {"relay_wide"}, {"relay_closed"}),
        ({"mynetworks": None, "mynetworks_style": "class"}, {"relay_wide"}, {"relay_closed"}),
        ({"smtpd_relay_restrictions": "permit"}, {"relay_open"}, {"relay_closed"}),
        ({"smtpd_relay_restrictions": "", "smtpd_recipient_restrictions": "reject_unauth_destination"}, set(), set()),
        ({"smtpd_tls_security_level": "none"}, {"incoming_plain"}, set()),
        ({"smtp_tls_security_level": None}, {"outgoing_plain"}, {"outgoing_tls"}),
        ({"smtp_tls_security_level": None, "smtp_use_tls": "yes"}, set(), set()),
        (
            {"smtp_tls_security_level": None, "compatibility_level": "3.11", "mail_version": "3.11.1"},
            set(),
            {"outgoing_tls"},
        ),
        ({"mail_version": "3.7.11"}, {"smuggling"}, set()),
        ({"mail_version": "3.7.11", "smtpd_forbid_bare_newline": "normalize"}, set(), set()),
        (
            {
                "mail_version": "3.6.4",
                "smtpd_data_restrictions": "reject_unauth_pipelining",
                "smtpd_discard_ehlo_keywords": "chunking",
            },
            set(),
            set(),
        ),
        ({"smtpd_tls_mandatory_protocols": ">=TLSv1"}, {"old_tls"}, set()),
        ({"smtpd_tls_protocols": ">=TLSv1"}, set(), set()),
        ({"message_size_limit": "0"}, {"size_unlimited"}, {"size_limited"}),
        ({"smtpd_milters": None}, {"no_filter", "no_send_limit"}, {"filter_seen"}),
        ({"smtpd_milters": None, "relayhost": "[relay.example]"}, {"no_filter"}, {"filter_seen"}),
        ({"smtpd_milters": None, "smtpd_client_message_rate_limit": "100"}, {"no_filter"}, {"filter_seen"}),
        ({"inet_interfaces": "loopback-only"}, set(), GOOD - {"login_tls"}),
    ],
)
def test_what_one_setting_changes(changes, more, less):
    assert words(main(**changes) + MASTER) == (GOOD | more) - less


def test_logins():
    free = MASTER.replace("encrypt", "may")
    assert words(MAIN + free) == (GOOD | {"login_plain"}) - {"login_tls"}
    assert dict(outcomes_of(MAIN + free)["mail_config.login_plain"].values)["services"] == "Postfix submission"
    assert words(main(smtpd_tls_auth_only="yes") + free) == GOOD
    assert words(MAIN + MASTER.replace("reject_sender_login_mismatch", "permit")) == GOOD | {"any_sender"}
    # main.cf alone does not say what master.cf changes
    assert words(main(smtpd_sasl_auth_enable="yes")) == (GOOD | {"any_sender"}) - {"login_tls"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("# 2.3.19.1 (9b53): /etc/dovecot/dovecot.conf\nssl = required\n", {"login_tls"}),
        ("# 2.3.19.1 (9b53): /etc/dovecot/dovecot.conf\ndisable_plaintext_auth = no\n", {"login_plain"}),
        ("# 2.3.19.1 (9b53): /etc/dovecot/dovecot.conf\ndisable_plaintext_auth = no\nssl = required\n", {"login_tls"}),
        ("# 2.4.1 (x): /etc/dovecot/dovecot.conf\nauth_allow_cleartext = yes\n", {"login_plain"}),
        ("# 2.4.1 (x): /etc/dovecot/dovecot.conf\nprotocol imap {\n  auth_allow_cleartext = yes\n}\n", {"login_tls"}),
        ("# 2.3.1 (x): /etc/dovecot/dovecot.conf\nssl_min_protocol = TLSv1\n", {"login_tls", "old_tls"}),
    ],
)
def test_dovecot(settings, expected):
    assert words(settings) == expected


DOVECOT = "# 2.3.19.1 (9b53): /etc/dovecot/dovecot.conf\nssl = required\n"
BY_LOGIN = {"clients_encrypted", "devices_log_in"}
FILTERED = {"filter_known", "outgoing_filtered"}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([MAIN, MASTER], FILTERED),
        ([MAIN, MASTER, DOVECOT], FILTERED | BY_LOGIN),
        ([DOVECOT], set()),
        ([MAIN, MASTER, DOVECOT.replace("ssl = required", "disable_plaintext_auth = no")], FILTERED),
        ([MAIN, MASTER.replace("encrypt", "may"), DOVECOT], FILTERED),
        ([main(mynetworks="127.0.0.0/8 10.0.0.0/24"), MASTER, DOVECOT], FILTERED | {"clients_encrypted"}),
        ([main(mynetworks="127.0.0.0/8 hash:/etc/x"), MASTER, DOVECOT], FILTERED | {"clients_encrypted"}),
        ([main(mynetworks=None), MASTER, DOVECOT], FILTERED | {"clients_encrypted"}),
        (
            [main(smtpd_relay_restrictions="check_client_access hash:/x, reject"), MASTER, DOVECOT],
            FILTERED | {"clients_encrypted"},
        ),
        ([main(smtpd_milters="inet:127.0.0.1:8891"), MASTER], set()),
        ([main(smtpd_milters=None, content_filter="smtp-amavis:[127.0.0.1]:10024"), MASTER], FILTERED),
        ([MAIN, MASTER.replace("smtpd\n  -o smtpd_tls", "smtpd\n  -o smtpd_milters= -o smtpd_tls")], set()),
        ([main(smtpd_client_message_rate_limit="100"), MASTER], FILTERED | {"send_limited"}),
    ],
)
def test_what_settings_prove_of_questions_beside_them(texts, expected):
    assert proved(*texts) == expected


def test_nginx_and_rspamd():
    http = "http {\n ssl_protocols TLSv1 TLSv1.2;\n}\n"
    server = "server {\n listen [::]:443 ssl;\n server_name mail.example.jp;\n}\n"
    head = "# configuration file /etc/nginx/nginx.conf:\n"
    assert words(head + http + server) == {"old_tls"}
    assert words(head + http + server.replace(" ssl;", ";")) == set()
    assert words(head + http + server.replace("listen", "ssl_protocols TLSv1.3;\n listen")) == set()
    rspamd = "actions {\n reject = 15;\n}\noptions {\n}\nratelimit {\n enabled = false;\n}\nworker {\n}\n"
    assert words(main(smtpd_milters=None) + MASTER, rspamd) == GOOD


def test_secrets_beside_the_settings_are_not_kept():
    text = MAIN + "virtual_mailbox_maps = mysql:{password = s3cret}\nsmtp_sasl_password_maps = static:s3cret\n" + MASTER
    dovecot = "# 2.3.1 (x): /etc/dovecot/dovecot.conf\nldap_dnpass = s3cret\nmail_plugins = s3cret\n"
    after, _ = handed_over(text, dovecot)
    assert len(after.runs[-1].attempts) == 2
    assert all(b"s3cret" not in bytes(attempt.facts) for attempt in after.runs[-1].attempts)


@pytest.mark.parametrize(
    ("value", "old"),
    [
        ("", False),
        (">=TLSv1.2", False),
        (">=TLSv1", True),
        ("!SSLv2, !SSLv3", True),
        ("!SSLv2, !SSLv3, !TLSv1, !TLSv1.1", False),
        ("TLSv1.2 TLSv1.3", False),
        ("TLSv1.1 TLSv1.2", True),
    ],
)
def test_lists_of_protocols(value, old):
    assert allows_old(value) is old


def test_other_texts_are_not_taken():
    assert problem_of("Please set up smtpd_tls_security_level, thanks.\n") == "not_recognised"
    assert problem_of("[section]\nname = value\n") == "not_recognised"


def test_the_real_programs_print_what_is_read(tmp_path):
    def printed(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    postfix = printed("postconf", "-n") + printed("postconf", "-M") + printed("postconf", "mail_version")
    assert program_of(postfix) == ("postfix", 0.9)
    assert words(postfix) >= {"relay_closed", "smuggling", "outgoing_plain", "incoming_plain", "no_filter"}
    dovecot = printed("doveconf", "-n")
    assert program_of(dovecot)[0] == "dovecot"
    assert words(dovecot) == {"login_tls"}
    certificate = tmp_path / "server.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-subj",
            "/CN=a",
            "-keyout",
            certificate,
            "-out",
            tmp_path / "c.pem",
        ],
        check=True,
        capture_output=True,
    )
    settings = tmp_path / "nginx.conf"
    server = f"listen 127.0.0.1:8443 ssl; ssl_certificate {tmp_path}/c.pem; ssl_certificate_key {certificate};"
    http = f"http {{ access_log off; server {{ {server} ssl_protocols TLSv1.1 TLSv1.2; }} }}"
    settings.write_text(f"pid {tmp_path}/pid; error_log stderr;\nevents {{}}\n{http}\n")
    assert words(printed("/usr/sbin/nginx", "-T", "-c", str(settings))) == {"old_tls"}
