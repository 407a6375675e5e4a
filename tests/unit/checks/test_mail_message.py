"""What a message that really was signed and sent proves; each outcome comes from a message that other programs made."""

import base64
import subprocess

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fumimori.checks.mail_message.facts import Direction, Facts
from fumimori.engine.removing import without_run
from fumimori.grammar.dkim_signature import signatures, verifies
from fumimori.grammar.mime import parse_message
from fumimori.grammar.trace import parse_received
from fumimori.model import Answer, DomainScope, Outcome, QuestionState
from loopback.readings import NOW, about, handed_over, looked, tools, words_of
from loopback.signed_mail import (
    DOMAIN,
    HOPS,
    MESSAGE,
    arc_sealed,
    dkim_signed,
    keys_seen,
    outlook,
    received,
)
from unit.checks.mail_cases import LOGIN, PASSED, facts_of, judged

RFC_8463 = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.

"""
"""The signed message of RFC 8463 appendix A."""


# --- DKIM and ARC -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
def test_a_signature_is_verified_with_the_key_that_the_dns_showed(head, body):
    message = received(dkim_signed(canonicalize=(head, body)))
    assert judged(message, attempts=[keys_seen("s1")]) == ["dkim_valid", "handed_over_encrypted"]


def test_line_feeds_alone_change_nothing():
    message = received(dkim_signed()).replace(b"\r\n", b"\n")
    assert "dkim_valid" in judged(message, attempts=[keys_seen("s1")])
    assert "dkim_valid" in judged(b"From MAILER-DAEMON Tue\n" + message, attempts=[keys_seen("s1")])


def test_the_ed25519_signature_of_the_standard_is_verified():
    """RFC 8463 appendix A: the message, and the keys that its two signatures are verified with."""
    (ed, old) = signatures(parse_message(RFC_8463.rstrip("\n").encode() + b"\n"))
    assert (ed.algorithm, ed.body, ed.fault) == ("ed25519-sha256", "same", "")
    assert verifies(ed, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert not verifies(
        ed, base64.b64encode(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    )
    assert (old.algorithm, old.body) == ("rsa-sha256", "same")


@pytest.mark.parametrize(
    "changed",
    [(b"the invoice", b"another invoice"), (b"Subject: Invoice 11", b"Subject: Invoice 12")],
    ids=["body", "header"],
)
def test_what_was_changed_after_signing_is_broken(changed):
    message = received(dkim_signed()).replace(*changed)
    assert judged(message, attempts=[keys_seen("s1")]) == ["dkim_broken", "handed_over_encrypted"]


def _signed_by_hand(key: rsa.RSAPrivateKey, *, fields: str, algorithm: str = "rsa-sha256") -> bytes:
    """The message with a signature over `fields` that fits its key, of a kind that no program makes any more."""
    kind = hashes.SHA1() if algorithm.endswith("sha1") else hashes.SHA256()
    head, _, body = MESSAGE.partition(b"\r\n\r\n")
    made = hashes.Hash(kind)
    made.update(body.rstrip(b"\r\n") + b"\r\n")
    digest = base64.b64encode(made.finalize()).decode()
    own = f"DKIM-Signature: v=1; a={algorithm}; d={DOMAIN}; s=s1; h={fields}; bh={digest}; b=".encode()
    lines = {line.partition(b":")[0].lower().decode(): line for line in head.split(b"\r\n")}
    covered = b"".join(lines[name] + b"\r\n" for name in fields.split(":")) + own
    return own + base64.b64encode(key.sign(covered, padding.PKCS1v15(), kind)) + b"\r\n" + MESSAGE


@pytest.mark.parametrize(
    ("bits", "fields", "algorithm", "word"),
    [
        (2048, "from:subject", "rsa-sha256", "dkim_valid"),
        (2048, "subject:to", "rsa-sha256", "dkim_broken"),
        (2048, "from:subject", "rsa-sha1", "dkim_broken"),
        (768, "from:subject", "rsa-sha256", "dkim_broken"),
    ],
    ids=["as it should be", "without the sender", "with SHA-1", "by a short key"],
)
def test_a_signature_that_fits_and_that_no_receiver_may_accept_proves_nothing(bits, fields, algorithm, word):
    made = subprocess.run(["openssl", "genrsa", str(bits)], capture_output=True, check=True)
    key = load_pem_private_key(made.stdout, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    message = received(_signed_by_hand(key, fields=fields, algorithm=algorithm))
    assert word in judged(message, attempts=[keys_seen("s1", key=key)])
    _, _, outcomes = handed_over(
        message, into=about(DOMAIN, attempts=[keys_seen("s1", key=key)]), roots=None, at=NOW, own=False
    )
    assert ("dkim_valid" in words_of(outcomes, "mail_message")) == (word == "dkim_valid")


def test_another_key_in_the_dns_is_broken():
    other = rsa.generate_private_key(65537, 2048)
    assert "dkim_broken" in judged(received(dkim_signed()), attempts=[keys_seen("s1", key=other)])


def test_a_change_after_the_receiver_found_it_valid_is_no_fault():
    message = received(dkim_signed(), PASSED).replace(b"Subject: Invoice 11", b"Subject: [External] Invoice 11")
    assert judged(message, attempts=[keys_seen("s1")]) == ["dkim_passed", "dmarc_passed", "handed_over_encrypted"]


def test_without_the_key_nothing_is_said_and_the_next_measurement_asks_for_it():
    result, after, outcomes = handed_over(received(dkim_signed()), into=about(DOMAIN))
    assert words_of(outcomes, "mail_message") == ["handed_over_encrypted"]
    assert after.scope.domains == (DomainScope(name=DOMAIN, mail_selectors=("s1",)),)
    measured = msgspec.structs.replace(
        after,
        runs=(*after.runs, msgspec.structs.replace(about(DOMAIN, attempts=[keys_seen("s1")]).runs[0], id="later")),
    )
    assert "mail_message.dkim_valid" in {one.code for one in tools().outcomes(measured)}
    assert result.documents[0].problem == ""


FORGED = PASSED.replace(b"dmarc=pass", b"dmarc=fail")


@pytest.mark.parametrize(
    ("message", "learned"),
    [
        (received(dkim_signed()), ("s1",)),
        (received(dkim_signed(), FORGED), ()),
        (received(dkim_signed()).replace(b"From: ", b"From: <x@stranger.example>\r\nX-From: ", 1), ()),
    ],
    ids=["own", "forged", "from others"],
)
def test_only_what_the_domain_itself_sent_teaches_its_selectors(message, learned):
    _, after, _ = handed_over(message, into=about(DOMAIN, "receiver.example"))
    assert [one.mail_selectors for one in after.scope.domains] == [learned, ()]


def test_with_the_last_message_that_shows_it_a_selector_goes():
    _, once, _ = handed_over(received(dkim_signed()), into=about(DOMAIN))
    _, twice, _ = handed_over(received(dkim_signed(), PASSED), into=once)
    first, second = (run.id for run in twice.runs[-2:])
    left = without_run(tools(), twice, first)
    assert [len(left.runs), left.scope.domains[0].mail_selectors] == [len(twice.runs) - 1, ("s1",)]
    gone = without_run(tools(), left, second)
    assert gone.scope.domains[0].mail_selectors == ()
    named = msgspec.structs.replace(left.scope.domains[0], mail_selectors=("s1", "other"))
    more = msgspec.structs.replace(left, scope=msgspec.structs.replace(left.scope, domains=(named,)))
    assert without_run(tools(), more, second).scope.domains[0].mail_selectors == ("other",)


def test_a_header_alone_proves_the_key_and_not_the_body():
    head = received(dkim_signed()).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    _, after, outcomes = handed_over(head, into=about(DOMAIN, attempts=[keys_seen("s1")]))
    assert words_of(outcomes, "mail_message") == ["handed_over_encrypted"]
    facts = facts_of(after)
    assert (facts.complete, facts.signatures[0].body) == (False, "unknown")


def test_a_message_without_signature_and_one_signed_by_others():
    assert judged(received(MESSAGE)) == ["dkim_absent", "handed_over_encrypted"]
    foreign = received(dkim_signed(domain="sender-service.example"))
    assert judged(foreign) == ["dkim_foreign", "handed_over_encrypted"]


def test_a_message_of_outlook_shows_its_header():
    head = received(dkim_signed()).partition(b"\r\n\r\n")[0].decode()
    for name, charset in (("__substg1.0_007D001F", "utf-16-le"), ("__substg1.0_007D001E", "cp1252")):
        _, after, outcomes = handed_over(outlook(head, name, charset), into=about(DOMAIN, attempts=[keys_seen("s1")]))
        assert words_of(outcomes, "mail_message") == ["handed_over_encrypted"]
        assert facts_of(after).signatures[0].selector == "s1"
    draft = handed_over(outlook("", "__substg1.0_0037001F"), into=about(DOMAIN))[0]
    assert draft.documents[0].problem == "never_travelled"
    cut = handed_over(outlook(head)[:1_500], into=about(DOMAIN))[0]
    assert cut.documents[0].problem == "never_travelled"


def test_the_senders_own_copy_says_nothing():
    assert judged(MESSAGE) == ["sent_copy"]
    inside = (
        b"Received: from pc.example.jp ([192.175.48.1]) by mail.example.jp with ESMTPSA; Tue, 24 "
        b"Nov 2026 10:00:00 +0900\r\n"
    )
    assert judged(inside + MESSAGE) == ["sent_copy"]


def test_seals_of_our_own_forwarding_are_verified():
    forwarded = received(arc_sealed(MESSAGE))
    assert "arc_valid" in judged(forwarded, attempts=[keys_seen("s1")])
    broken = forwarded.replace(b"Subject: Invoice 11", b"Subject: Invoice 12")
    assert "arc_broken" in judged(broken, attempts=[keys_seen("s1")])
    assert not {"arc_valid", "arc_broken"} & set(judged(forwarded))


# --- verdicts and the way -----------------------------------------------------------------------------------------


def test_the_receivers_verdicts_are_read():
    failed = (
        b"spf=softfail smtp.mailfrom=sato@example.jp; dkim=none; dmarc=fail (p=NONE sp=NONE) header.from=example.jp"
    )
    assert judged(received(MESSAGE, failed)) == ["dkim_absent", "dmarc_failed", "handed_over_encrypted", "spf_failed"]
    by_hand = b"spf=pass smtp.mailfrom=bounce@service.example; dkim=pass header.d=service.example"
    assert "dmarc_failed" in judged(received(MESSAGE, by_hand))
    aligned = b"spf=pass smtp.mailfrom=bounce@mail.example.jp; dkim=none"
    assert "dmarc_passed" in judged(received(MESSAGE, aligned))


def test_only_the_topmost_verdicts_count():
    forged = b"Authentication-Results: mx.receiver.example; dkim=pass header.d=example.jp; dmarc=pass\r\n"
    result = judged(received(forged + MESSAGE, b"dmarc=fail header.from=example.jp; dkim=none; spf=none"))
    assert "dmarc_failed" in result
    assert "dkim_passed" not in result


def test_a_hop_without_a_sign_of_tls_and_a_login_without_tls():
    plain = (
        b"Received: from mail.example.jp ([192.175.48.1]) by mx.receiver.example with ESMTP id 2; "
        b"Tue, 24 Nov 2026 10:00:00 +0900\r\n"
    )
    assert "handed_over_plain" in judged(received(MESSAGE, hops=plain))
    unknown = plain.replace(b"with ESMTP", b"with HTTP")
    assert not {"handed_over_plain", "handed_over_encrypted"} & set(judged(received(MESSAGE, hops=unknown)))
    login = (
        b"Received: from copier ([192.175.48.9]) by mail.example.jp with ESMTPA id 3; Tue, 24 Nov "
        b"2026 09:59:00 +0900\r\n"
    )
    assert "login_plain" in judged(received(MESSAGE, hops=plain + login))
    at_home = login.replace(b"192.175.48.9", b"192.168.1.9")
    assert "login_plain" not in judged(received(MESSAGE, hops=plain + at_home))


@pytest.mark.parametrize(
    ("written", "version"), [(b"TLS1_0", "TLS 1.0"), (b"TLSv1", "TLS 1.0"), (b"TLSv1.1", "TLS 1.1")]
)
def test_a_hop_and_a_login_over_an_old_version_of_tls(written, version):
    hops = HOPS.replace(b"TLS1_3", written)
    login = LOGIN.replace(b"with ESMTPA", b"(using " + written + b" with cipher ECDHE-RSA-AES256-SHA) with ESMTPSA")
    _, _, outcomes = handed_over(received(MESSAGE, hops=hops + login), into=about(DOMAIN))
    said = {one.code.partition(".")[2]: dict(one.values) for one in outcomes}
    assert said["handed_over_old"] == {"by": "mx.receiver.example", "version": version}
    assert said["login_old"] == {"by": "mail.example.jp", "version": version}
    assert "handed_over_encrypted" not in said
    at_home = login.replace(b"192.175.48.9", b"192.168.1.9")
    assert "login_old" not in judged(received(MESSAGE, hops=HOPS + at_home))
    assert "login_old" not in judged(received(MESSAGE, hops=HOPS + login.replace(written, b"TLSv1.2")))


def test_a_signature_that_leaves_the_end_of_the_body_open():
    seen = [keys_seen("s1")]
    signed = received(dkim_signed(length=True))
    assert judged(signed, attempts=seen) == ["dkim_length", "dkim_valid", "handed_over_encrypted"]
    # our key signed the tag itself: it is true of what strangers added to, and of a header alone
    for proven in (signed + b"Pay to account 666.\r\n", signed.partition(b"\r\n\r\n")[0] + b"\r\n"):
        _, _, outcomes = handed_over(proven, into=about(DOMAIN, attempts=seen), own=False)
        assert "dkim_length" in words_of(outcomes, "mail_message")
    # without the key somebody has to vouch for the message
    assert "dkim_length" in judged(signed)
    _, _, outcomes = handed_over(signed, into=about(DOMAIN), own=False)
    assert words_of(outcomes, "mail_message") == ["unproved"]
    assert "dkim_length" not in judged(received(dkim_signed()), attempts=seen)


def test_names_of_the_inside_are_shown():
    inside = (
        b"Received: from pc12.office.local ([192.168.10.5]) by mail.example.jp with ESMTPSA; Tue, "
        b"24 Nov 2026 09:00:00 +0900\r\n"
    )
    _, after, outcomes = handed_over(received(inside + MESSAGE), into=about(DOMAIN))
    assert "internal_shown" in words_of(outcomes, "mail_message")
    assert facts_of(after).internal == ("pc12.office.local", "192.168.10.5")


@pytest.mark.parametrize(
    ("program", "ended"),
    [
        (b"X-Mailer: Microsoft Outlook 14.0", True),
        (b"X-Mailer: Microsoft Outlook 16.0", False),
        (b"User-Agent: Mozilla Thunderbird", False),
    ],
)
def test_a_program_without_support_is_named(program, ended):
    assert ("mailer_unsupported" in judged(program + b"\r\n" + MESSAGE)) is ended


def test_bulk_wants_one_click_that_a_signature_covers():
    bulk = b"List-ID: <news.example.jp>\r\n" + MESSAGE
    assert "bulk_no_one_click" in judged(received(bulk))
    fields = b"List-Unsubscribe: <https://example.jp/u/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    assert "bulk_no_one_click" in judged(received(fields + bulk))
    covered = dkim_signed(fields + bulk, include_headers=[b"from", b"list-unsubscribe", b"list-unsubscribe-post"])
    assert "bulk_no_one_click" not in judged(received(covered))


def test_a_message_that_came_in_shows_that_senders_are_checked():
    message = MESSAGE.replace(b"sato@example.jp", b"c@other.example").replace(b"b@receiver.example", b"sato@example.jp")
    results = (
        b"Authentication-Results: mail.example.jp; spf=pass smtp.mailfrom=c@other.example; dkim=none; dmarc=none\r\n"
    )
    _, after, outcomes = handed_over(results + message, into=about(DOMAIN))
    assert words_of(outcomes, "mail_message") == ["incoming_checked"]
    assert facts_of(after).direction is Direction.RECEIVED
    elsewhere = results.replace(b"mail.example.jp", b"mx.elsewhere.example")
    assert judged(elsewhere + message) == []


def test_a_message_of_somebody_else_asks():
    result, _, outcomes = handed_over(received(MESSAGE), into=about("other.example"))
    assert [one.subject for one in result.others] == [DOMAIN]
    assert outcomes == []


# --- what answers say beside it -----------------------------------------------------------------------------------


def answered(value: str, message: bytes, **more) -> object:
    _, after, _ = handed_over(message, into=about(DOMAIN, **more))
    after = msgspec.structs.replace(
        after, quick=False, answers=(Answer(question="sender_auth.dkim", value=value, at=NOW),)
    )
    result = tools().assess(after, NOW)
    return next(one for one in result.questions if one.question == "sender_auth.dkim")


def test_a_valid_signature_verifies_the_answer_yes_and_contradicts_no():
    message, keys = received(dkim_signed()), [keys_seen("s1")]
    yes = answered("yes", message, attempts=keys)
    assert (yes.state, yes.verified, yes.contradicted) == (QuestionState.ANSWERED, True, False)
    partly = answered("partly", message, attempts=keys)
    assert (partly.verified, partly.contradicted) == (False, False)
    assert answered("no", message, attempts=keys).contradicted
    assert not answered("yes", MESSAGE, attempts=keys).verified


def test_a_message_without_signature_lowers_the_answer():
    lowered = answered("yes", received(MESSAGE))
    assert (lowered.credit, lowered.verified) == ("partly", True)


# --- hostile and odd ----------------------------------------------------------------------------------------------


def test_what_has_no_sender_is_no_message_of_anybody():
    result, _, _ = handed_over(b"Received: x\r\nTo: a@b.example\r\nSubject: y\r\nDate: z\r\n\r\n", into=about(DOMAIN))
    assert result.documents[0].problem == "no_sender"


def test_facts_keep_neither_text_nor_subject_nor_addressees():
    _, after, _ = handed_over(received(dkim_signed()), into=about(DOMAIN))
    kept = msgspec.json.encode(after.attempts)
    assert not [word for word in (b"Invoice", b"customer", b"b@receiver", b"Sato", "佐藤".encode()) if word in kept]


def test_the_same_outcome_of_several_messages_stands_once():
    looks = [keys_seen("s1")]
    _, _, outcomes = handed_over(
        received(dkim_signed()), received(dkim_signed(), PASSED), into=about(DOMAIN, attempts=looks)
    )
    valid = [one for one in outcomes if one.code == "mail_message.dkim_valid"]
    assert valid == [
        Outcome(code="mail_message.dkim_valid", subject=DOMAIN, values=(("domain", DOMAIN), ("selector", "s1")))
    ]
    assert looked("x", "y", Facts(direction=Direction.SENT)).facts is not None


@pytest.mark.parametrize(
    ("way", "tls", "version"),
    [
        (
            "by mx.google.com with ESMTPS id x (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256)",
            "yes",
            "TLS 1.3",
        ),
        ("by b.example with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_X) id 15", "yes", "TLS 1.2"),
        ("by b.example with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96)", "yes", "TLS 1.3"),
        ("(using TLSv1 with cipher AES128-SHA (128/128 bits)) by b.example with ESMTPS", "yes", "TLS 1.0"),
        ("(using SSLv3) by b.example", "yes", "SSL 3"),
        ("by b.example with ESMTPS (cipher=TLS_AES_256_GCM_SHA384)", "yes", ""),
        ("by tls.example with ESMTP", "no", ""),
        ("by TLS1.example (TLS1-2.example) with ESMTP id cipher", "no", ""),
        ("by b.example with LMTP", "unknown", ""),
    ],
)
def test_the_tls_version_is_read_as_each_server_writes_it_and_not_out_of_a_name(way, tls, version):
    hop = parse_received(f"from tlsv1.example (TLS1.example [192.0.2.1]) {way}; Tue, 24 Nov 2026 10:00:00 +0000")
    assert (hop.tls, hop.tls_version) == (tls, version)
