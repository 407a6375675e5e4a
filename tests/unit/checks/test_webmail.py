"""Webmail is judged by what a browser meets: redirect, login form, certificate, HSTS."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.contract import ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.webmail import probe as webmail
from fumimori.checks.webmail.facts import Facts
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, Scope, Severity, Status
from fumimori.network import NotObserved, Unreachable
from fumimori.network.tls import HelloAnswer
from fumimori.network.web import WebAnswer
from loopback.certificates import chain_for
from loopback.witnesses import outcome_names

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOST = "webmail.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
MODERN = TlsSupport(accepted=("tls1.2", "tls1.3"), refused=("ssl3", "tls1.0", "tls1.1"), bad_suites_known=True)
FORM = '<form><input name="u"><input  name=p type="PassWord"></form>'
HSTS = (("strict-transport-security", "max-age=31536000; includeSubDomains"),)


chain = partial(chain_for, HOST)


def plain(status=301, location=f"https://{HOST}/", body="") -> WebAnswer:
    headers = (("location", location),) if location else ()
    return WebAnswer(url=f"http://{HOST}/", status=status, headers=headers, untrusted_body=body)


def secure(*, headers=HSTS, given=None, **changes) -> WebAnswer:
    answer = WebAnswer(
        url=f"https://{HOST}/",
        status=200,
        headers=headers,
        untrusted_body=FORM,
        chain=given or chain(),
        tls_version="tls1.3",
    )
    return msgspec.structs.replace(answer, **changes)


def facts(**changes) -> Facts:
    given = {"plain": plain(), "secure": secure(), "support": MODERN}
    return Facts(**(given | changes))


def words(one: Facts) -> set[str]:
    attempt = Attempt(
        probe="webmail",
        subject=HOST,
        status=Status.COMPLETED,
        started=NOW,
        ended=NOW,
        facts=msgspec.Raw(msgspec.json.encode(one)),
    )
    said = webmail.judge(Observations(Scope(webmail_hosts=(HOST,)), [attempt]), RULES)
    return {outcome.code.removeprefix("webmail.") for outcome in said}


EXPIRED = chain(trusted=False, error="expired", not_after=NOW - timedelta(days=1))
CLAIMS = [
    (facts(), {"https_good"}),
    (facts(plain=None, plain_reason="connection_refused"), {"https_good"}),
    (facts(plain=plain(200, "", "<p>hello</p>")), {"no_redirect"}),
    (facts(plain=plain(200, "", FORM)), {"login_in_clear"}),
    (facts(plain=plain(302, f"http://{HOST}/mail/"), plain_next=plain(200, "", FORM)), {"login_in_clear"}),
    (facts(plain=plain(302, f"http://{HOST}/mail/"), plain_next=plain()), {"detour"}),
    (facts(plain=plain(302, "/mail/"), plain_next=plain(200, "", "hello")), {"no_redirect"}),
    (facts(plain=plain(302, "https://[::1")), {"redirect_unreadable"}),
    (facts(plain=plain(302, "http://host:99999/")), {"redirect_unreadable"}),
    (facts(plain=plain(403, "")), {"https_good"}),
    (facts(plain=plain(0, "")), {"https_good"}),
    (facts(secure=secure(headers=())), {"hsts_missing"}),
    (facts(secure=secure(headers=(("strict-transport-security", "max-age=0"),))), {"hsts_short"}),
    (facts(secure=secure(headers=(("strict-transport-security", 'MAX-AGE="15768000"'),))), {"https_good"}),
    (facts(secure=secure(headers=(("strict-transport-security", "max-age=-1"),))), {"hsts_missing"}),
    (facts(secure=None, secure_reason="connection_refused"), {"https_missing"}),
    (facts(secure=None, secure_reason="connect_timeout"), set()),
    (facts(secure=secure(tls_error="handshake", chain=None), support=TlsSupport()), {"https_missing"}),
    (facts(secure=secure(tls_error="expired", given=EXPIRED)), {"certificate_expired"}),
    (facts(secure=secure(given=chain(not_after=NOW + timedelta(days=2)))), {"certificate_urgent", "https_good"}),
    (facts(secure=secure(given=chain(not_after=NOW + timedelta(days=9)))), {"certificate_soon", "https_good"}),
    (facts(secure=secure(tls_error="wrong_name", given=chain(matches=False))), {"certificate_wrong_name"}),
    (
        facts(secure=secure(tls_error="untrusted", given=chain(trusted=False, error="unknown_issuer"))),
        {"certificate_untrusted"},
    ),
    (facts(support=TlsSupport(accepted=("ssl3", "tls1.2"))), {"tls_broken", "https_good"}),
    (facts(support=TlsSupport(accepted=("tls1.2",), bad_suites=(0x0002,))), {"tls_broken", "https_good"}),
    (facts(support=TlsSupport(accepted=("tls1.0", "tls1.2"))), {"tls_old", "https_good"}),
    (facts(support=TlsSupport(accepted=("tls1.2",), bad_suites=(0x002F,))), {"suite_weak", "https_good"}),
]


@pytest.mark.parametrize(("one", "expected"), CLAIMS)
def test_webmail_is_judged_by_what_a_browser_meets(one, expected):
    assert words(one) == expected


def test_every_word_happens_and_has_a_rule():
    assert set().union(*(expected for _, expected in CLAIMS)) == set(outcome_names(webmail.PROBE))
    assert {code for code in RULES.outcomes if code.startswith("webmail.")} == {
        f"webmail.{word}" for word in outcome_names(webmail.PROBE)
    }


def test_settled_severities():
    severity = {word: RULES.outcomes[f"webmail.{word}"].severity for word in outcome_names(webmail.PROBE)}
    assert severity["login_in_clear"] is Severity.HIGH
    assert {severity[word] for word in ("no_redirect", "hsts_missing", "hsts_short")} == {Severity.LOW}


# --- looking ------------------------------------------------------------------------------------------------------


class Pages:
    """Pages by address; what is not there refuses the connection."""

    def __init__(self, pages: dict[str, WebAnswer], addresses=("192.0.2.1",)) -> None:
        self.pages = pages
        self.known = addresses
        self.asked: list[str] = []

    async def addresses(self, _host):
        return self.known

    async def get(self, url, *, limit=65536, any_certificate=False):
        self.asked.append(url)
        if url not in self.pages:
            raise Unreachable("connection_refused")
        assert limit <= 1 << 20
        assert any_certificate is url.startswith("https")
        return msgspec.structs.replace(self.pages[url], url=url)

    async def hello(self, _host, _address, _port, _offer, *, starttls=""):
        assert not starttls
        return HelloAnswer(alert=70)

    async def chain(self, _host, _address, _port, key, *, starttls=""):
        assert (key, starttls) == ("rsa", "")


def look_at(subject: str, network: Pages) -> Facts:
    context = ProbeContext(network=network, observations=Observations(Scope(), ()), rules=RULES)
    return asyncio.run(webmail.collect(subject, context))


def test_one_redirect_within_http_is_followed_and_none_elsewhere():
    near = Pages({f"http://{HOST}/": plain(302, "/mail/"), f"http://{HOST}/mail/": plain(200, "", FORM)})
    assert look_at(HOST, near).plain_next is not None
    away = Pages({f"http://{HOST}/": plain(302, "http://elsewhere.example/"), f"https://{HOST}/": secure()})
    found = look_at(HOST, away)
    assert (found.plain_next, len(away.asked)) == (None, 2)
    assert found.support.accepted == ("tls1.3",)


def test_a_port_of_its_own_is_asked_by_https_alone():
    network = Pages({f"https://{HOST}:8443/": secure()})
    assert look_at(f"{HOST}:8443", network).plain is None
    assert network.asked == [f"https://{HOST}:8443/"]


@pytest.mark.parametrize(("network", "reason"), [(Pages({}), "connection_refused"), (Pages({}, ()), "no_address")])
def test_what_answers_nowhere_is_not_judged(network, reason):
    with pytest.raises(NotObserved) as caught:
        look_at(HOST, network)
    assert caught.value.reason == reason
