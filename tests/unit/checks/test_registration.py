"""The registration probe reads what registries say about time, locks and holds, and survives what they get wrong."""

import json
from datetime import timedelta

import pytest

from fumimori.checks.registration import probe as registration
from fumimori.model import Status
from fumimori.network import TimedOut
from fumimori.network.web import WebAnswer
from loopback.fake_network import NOW, FakeNetwork, looked, outcomes, scope_of

URL = "https://rdap.verisign.com/com/v1/domain/example.com"
LOCK = "client transfer prohibited"


def said(*statuses: str, days: float | None = None, events: object = None, entities: object = ()) -> WebAnswer:
    body: dict[str, object] = {"objectClassName": "domain", "status": statuses, "entities": entities}
    if days is not None:
        moment = NOW + timedelta(days=days)
        body["events"] = [
            {"eventAction": "registration"},
            {"eventAction": "expiration", "eventDate": moment.isoformat()},
        ]
    if events is not None:
        body["events"] = events
    return WebAnswer(url=URL, status=200, untrusted_body=json.dumps(body))


ROWS = [
    ("a year", said(LOCK, days=365), {"registered"}),
    ("the day that soon ends", said(LOCK, days=61), {"registered"}),
    ("soon", said(LOCK, days=59), {"expires_soon"}),
    ("urgent", said(LOCK, days=13), {"expires_urgent"}),
    ("expired", said(LOCK, days=-1), {"expired"}),
    ("on hold", said(LOCK, "server hold", days=100), {"on_hold", "registered"}),
    ("lapsing", said(LOCK, "redemption period", days=-40), {"on_hold", "expired"}),
    ("without lock", said("active", days=365), {"registered", "transfer_open"}),
    ("without any status", said(days=365), {"registered"}),
    ("without end", said(LOCK), set()),
    ("a date that is none", said(LOCK, events=[{"eventAction": "expiration", "eventDate": "soon"}]), set()),
    ("unknown", WebAnswer(url=URL, status=404), {"not_found"}),
    ("too many questions", WebAnswer(url=URL, status=429), set()),
    ("out of order", WebAnswer(url=URL, status=503), set()),
    ("sent elsewhere", WebAnswer(url=URL, status=301), set()),
    ("no certificate", WebAnswer(url=URL, tls_error="untrusted"), set()),
    ("no JSON", WebAnswer(url=URL, status=200, untrusted_body="<html>"), set()),
    ("other JSON", WebAnswer(url=URL, status=200, untrusted_body='{"status": 7}'), set()),
    ("silence", TimedOut("reply_timeout"), set()),
]


@pytest.mark.parametrize(("page", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(page, expected: set[str]) -> None:
    network = FakeNetwork({}, {URL: page})
    assert set(outcomes(registration.PROBE, network, scope_of("mail.example.com"))) == expected


@pytest.mark.parametrize("domain", ["example.co.jp", "example.jp", "example.test"])
def test_where_no_public_service_is_known_that_is_said(domain: str) -> None:
    (attempt,) = looked((registration.PROBE,), FakeNetwork({}), scope_of(domain))
    assert (attempt.status, attempt.reason) == (Status.NOT_TESTABLE_HERE, "no_registry")


def test_names_are_read_from_the_cards_and_bounded() -> None:
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "R" * 500]]]
    entities = [{"roles": ["registrant"], "vcardArray": ["vcard"]}, {"roles": ["registrar"], "vcardArray": card}]
    network = FakeNetwork({}, {URL: said(LOCK, days=365, entities=entities)})
    (outcome,) = outcomes(registration.PROBE, network, scope_of("example.com")).values()
    assert dict(outcome.values)["registrar"] == "R" * 200


@pytest.mark.parametrize("card", [None, [], ["vcard", "x"], ["vcard", [7, ["fn"], ["fn", {}, "text", 7]]]])
def test_cards_that_are_none_leave_the_name_empty(card: object) -> None:
    network = FakeNetwork(
        {}, {URL: said(LOCK, days=365, entities=[{"roles": ["registrar"], "vcardArray": card or []}])}
    )
    (outcome,) = outcomes(registration.PROBE, network, scope_of("example.com")).values()
    assert dict(outcome.values)["registrar"] == "-"


def test_a_busy_registry_is_not_a_fault_of_the_domain() -> None:
    network = FakeNetwork({}, {URL: WebAnswer(url=URL, status=429)})
    (attempt,) = looked([registration.PROBE], network, scope_of("example.com"))
    assert (attempt.status, attempt.reason) == (Status.REFUSED, "busy")
