"""Repairs of mail servers and of OpenSSH, proved on the real programs (see `proving`)."""

import pytest

from servers.machine import DOMAIN, HOST, SECOND, STS
from servers.proving import prove
from servers.unproved import told

pytestmark = pytest.mark.usefixtures("own_network")
RELOAD = "systemctl reload postfix && systemctl reload dovecot"
OF_CERTIFICATES = ("certificate", "key_weak", "signature")
SSH_RELOAD = "systemctl reload ssh"
DOVECOT = "$MACHINE/dovecot/dovecot.conf"
RECIPIENTS = f"postconf -e 'local_recipient_maps = $alias_maps inline:{{root=x}}' && {RELOAD}"
RELAYING = "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"
LIKE_THE_OTHERS = {
    f"mail_ports.{word}"
    for word in ("certificate_incomplete", "certificate_expired", "tls_old", "suite_broken", "dh_short", "order_weak")
}
"""What a port or a version that is new shares with those that were there before."""
STRICT = {STS: {"A": ["127.9.87.1"]}, f"_mta-sts.{DOMAIN}": {"TXT": ["v=STSv1; id=1"]}}
POLICY = f"version: STSv1\\nmode: enforce\\nmx: {HOST}\\nmax_age: 1209600\\n"


@pytest.mark.parametrize("check", ["ssh", "mail_behaviour", "defaults", "mail_ports"])
def test_printed_lines_end_their_findings_and_mail_and_login_still_work(machine, check):
    prove(machine, check)


def post(*settings: str) -> str:
    """Lines that change Postfix."""
    return "\n".join([*(f"postconf -e '{one}'" for one in settings), RELOAD])


def sshd(*lines: str) -> str:
    """Lines that change OpenSSH: the first value that it reads counts, after what is included."""
    written = "\\n".join(lines)
    return f"sed -i '1a {written}' /etc/ssh/sshd_config && {SSH_RELOAD}"


def shown(post: str, mailboxes: str) -> str:
    """Lines that give each server another certificate."""
    folder = "$MACHINE"
    return (
        f'postconf -e "smtpd_tls_chain_files = {folder}/{post}/privkey.pem, {folder}/{post}/fullchain.pem"\n'
        f"sed -i 's|/incomplete/|/{mailboxes}/|' {DOVECOT}\n{RELOAD}"
    )


OWN_PRIME = f"""cat > $MACHINE/dh.pem <<'END'
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEAtQ3mN/AJu87Dk4RR5bNMqmn4K7NfOXONKrnDW3HC36/2965pa5cA
YyscMW4HL7wmL3domORmn1icCgDH0eu/E44i3RJziJYHFngW/tzFjZ8707pceaY7
aedUYvW5XL901ZGEojbc0ciYLE9dOUxytneYTimgzHYQ2Q+nAQ/peiTmi1jWPv/C
ds9kEO2qN3fTV6sBwMMH2Qt+yZrE+7YASSAxu3kc1LCd99b97IysO5gTeWgyuZrg
k1i32sgmOUVi5TYfFesAsX9dre5njsr8+bBbk1YW7K7h99wiLlrl7jjzAIqM0Pwo
O4Ve7auXH/GI9sm93H7b4dd1Os/jr3KSNwIBAg==
-----END DH PARAMETERS-----
END
postconf -e "smtpd_tls_dh1024_param_file = $MACHINE/dh.pem"
{RELOAD}"""
"""2,048 bits, made for this test alone."""
NO_IMPLICIT = f"""postconf -MX $(postconf -M | awk '/:465/ {{print $1"/"$2}}')
cat >> {DOVECOT} <<'END'
service imap-login {{
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3s {{
    port = 0
  }}
}}
!include_try conf.d/*.conf
END
{RELOAD}"""
FAULTS = {
    # what is weak about an encryption shows once there is one
    "no STARTTLS": ("mail_ports", post("smtpd_tls_security_level = none"), ("starttls",), {"mail_ports.dh_short_mx"}),
    "STARTTLS that breaks": (
        "mail_ports",
        f"{shown('odd', 'good')}\n{post('tls_medium_cipherlist = ALL:!aNULL:@SECLEVEL=0')}",
        ("starttls",),
        LIKE_THE_OTHERS | {"mail_ports.dh_short_mx"},
    ),
    "endless renegotiation": ("tls_active", post("tls_ssl_options = 0x100"), ("",), set()),
    "self-signed or ending": ("mail_ports", shown("self", "urgent"), OF_CERTIFICATES, set()),
    "another's or weak": ("mail_ports", shown("other", "weak"), OF_CERTIFICATES, set()),
    "weak or soon": ("mail_ports", shown("weak", "soon"), OF_CERTIFICATES, set()),
    "soon or of an unknown authority": ("mail_ports", shown("soon", "foreign"), OF_CERTIFICATES, set()),
    "of an unknown authority or old": ("mail_ports", shown("foreign", "sha1"), OF_CERTIFICATES, set()),
    "old or good": ("mail_ports", shown("sha1", "self"), OF_CERTIFICATES, set()),
    "made at the factory": ("defaults", shown("factory", "good"), ("factory",), set()),
    "login at port 25": ("mail_ports", post("smtpd_sasl_auth_enable = yes"), ("login_clear_mx",), set()),
    "weak suites": (
        "mail_ports",
        shown("rsa", "rsa") + "\n" + post("tls_medium_cipherlist = ALL:!aNULL:@SECLEVEL=0"),
        ("suite_weak",),
        set(),
    ),
    "suites without encryption": (
        "mail_ports",
        post("tls_medium_cipherlist = ALL:COMPLEMENTOFALL:@SECLEVEL=0"),
        ("suite_broken",),
        {"mail_ports.suite_old_mx"},
    ),
    "short groups": (
        "mail_ports",
        shown("rsa", "rsa")  # a key on a curve would need that curve
        + "\n"
        + post("tls_eecdh_auto_curves = prime192v1 X25519 prime256v1")
        + f"\nsed -i '1i ssl_curve_list = sect283k1:X25519:P-256' {DOVECOT}\n{RELOAD}",
        ("group",),
        set(),
    ),
    "old groups": (
        "mail_ports",
        shown("rsa", "rsa")  # a key on a curve would need that curve
        + "\n"
        + post("tls_eecdh_auto_curves = sect283k1 X25519 prime256v1")
        + f"\nsed -i '1i ssl_curve_list = sect163k1:X25519:P-256' {DOVECOT}\n{RELOAD}",
        ("group",),
        set(),
    ),
    "a prime of one's own": ("mail_ports", OWN_PRIME, ("dh",), set()),
    "nothing newer than TLS 1.1": (
        "mail_ports",
        post(
            "smtpd_tls_protocols = >=TLSv1, <=TLSv1.1",
            "smtpd_tls_mandatory_protocols = >=TLSv1, <=TLSv1.1",
        ),
        ("tls_modern_missing",),
        LIKE_THE_OTHERS,
    ),
    "no port that is encrypted from the start": ("mail_ports", NO_IMPLICIT, ("implicit_missing",), LIKE_THE_OTHERS),
    "mailboxes told apart by VRFY": ("mail_behaviour", RECIPIENTS, ("vrfy", "postmaster"), set()),
    "a relay for everybody": (
        "open_relay",
        post("mynetworks = 0.0.0.0/0", RELAYING, "local_recipient_maps = inline:{root=x}"),
        ("open",),
        set(),
    ),
    "keys by questions": (
        "ssh",
        sshd("PasswordAuthentication no", "KbdInteractiveAuthentication yes"),
        ("keyboard",),
        set(),
    ),
    "broken algorithms": ("ssh", sshd("KexAlgorithms +diffie-hellman-group1-sha1"), ("algorithms",), set()),
    "a short host key": (
        "ssh",
        sshd("HostKey /etc/ssh/ssh_host_rsa_key", "HostKeyAlgorithms rsa-sha2-512"),
        ("host_key",),
        set(),
    ),
}


THOROUGH = ("short groups", "old groups")
"""Faults that only a thorough look sees."""


@pytest.mark.parametrize("name", FAULTS)
def test_further_faults_end_too(machine, name):
    check, fault, about, allowed = FAULTS[name]
    prove(machine, check, fault, about, allowed, thorough=name in THOROUGH)


def handed_out(policy: str) -> str:
    """Lines that give the web site of MTA-STS this policy."""
    folder = f"$MACHINE/www/{STS}/.well-known"
    return f"mkdir -p {folder} && printf '{policy}' > {folder}/mta-sts.txt"


@pytest.mark.parametrize(
    "suites", ["ALL:COMPLEMENTOFALL:@SECLEVEL=0", "ALL:!eNULL:@SECLEVEL=0"], ids=["no encryption", "anonymous"]
)
def test_where_senders_insist_on_encryption_the_suites_are_stricter(machine, suites):
    fault = f"{shown('good', 'good')}\n{post(f'tls_medium_cipherlist = {suites}')}\n{handed_out(POLICY)}"
    allowed = {"mail_ports.suite_old_mx_strict", "mail_ports.suite_weak_mx_strict"}
    prove(
        machine,
        "mail_ports",
        fault,
        ("suite_broken_mx_strict", "suite_old_mx_strict"),
        allowed,
        zone=STRICT,
        needed=("mx", "mta_sts"),
    )


@pytest.mark.parametrize(
    ("mode", "certificate", "hosts", "code"),
    [
        ("enforce", "soon", (HOST, SECOND), "mx_certificate"),
        ("enforce", "other", (HOST,), "mx_certificate_all"),
        ("testing", "other", (HOST,), "mx_certificate_testing"),
    ],
)
def test_certificates_that_fail_the_policy_are_replaced(machine, mode, certificate, hosts, code):
    policy = POLICY.replace("enforce", mode).replace(f"mx: {HOST}", "\\n".join(f"mx: {host}" for host in hosts))
    servers = {DOMAIN: {"MX": [f"10 {host}." for host in hosts]}} | {host: {"A": [machine.address]} for host in hosts}
    fault = f"{shown(certificate, 'good')}\n{handed_out(policy)}"
    proved = prove(machine, "mta_sts", fault, ("mx_certificate",), zone=STRICT | servers, needed=("mx", "mail_ports"))
    assert proved == {f"mta_sts.{code}"}


def test_a_relay_for_the_whole_office_is_closed(machine):
    fault = post("mynetworks = 127.0.0.0/8", RELAYING, "local_recipient_maps = inline:{root=x}")
    assert prove(machine, "open_relay", fault, ("open",), inside=True) == {"open_relay.open_inside"}


def test_passwords_inside_the_office_end_too(machine):
    assert "ssh.password_inside" in prove(machine, "ssh", "", ("password",), inside=True)


def test_a_name_without_an_address_gets_one(machine):
    fault = post(f"myhostname = host7.{DOMAIN}")
    assert prove(machine, "defaults", fault, ("name",)) == {"defaults.name_unresolvable"}


def test_an_address_where_nothing_answers_goes(machine):
    prove(machine, "mail_ports", "", ("address_closed",), zone={HOST: {"A": [machine.address], "AAAA": ["::1"]}})


def test_how_many_codes_of_servers_were_proved(capsys):
    told("servers", capsys)
