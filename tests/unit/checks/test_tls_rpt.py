"""The TLS-RPT probe tells a usable address for reports from everything that senders ignore."""

import pytest

from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.tls_rpt import probe as tls_rpt
from loopback.fake_network import FakeNetwork, outcomes, scope_of


def at(*records: str) -> dict[str, dict[str, list[str]]]:
    return {"_smtp._tls.example.jp": {"TXT": list(records)}}


HALF = {"valid", "address_unread"}

ROWS = [
    ("mailto", at("v=TLSRPTv1; rua=mailto:tls@example.jp"), {"valid"}),
    ("https", at("v=TLSRPTv1;rua=https://reports.example.jp/v1"), {"valid"}),
    ("both", at("v=TLSRPTv1; rua=mailto:tls@example.jp,https://reports.example.jp/v1"), {"valid"}),
    ("beside unrelated text", at("hello", "v=TLSRPTv1; rua=mailto:tls@example.jp"), {"valid"}),
    ("absent", {"example.jp": {}}, {"absent"}),
    ("no rua", at("v=TLSRPTv1;"), {"malformed"}),
    ("rua without scheme", at("v=TLSRPTv1; rua=tls@example.jp"), {"malformed"}),
    ("one broken address beside a good one", at("v=TLSRPTv1; rua=mailto:a@example.jp,b@example.jp"), HALF),
    ("a size, which only DMARC knew", at("v=TLSRPTv1; rua=mailto:a@example.jp!10m"), {"malformed"}),
    ("a size beside a good one", at("v=TLSRPTv1; rua=mailto:a@example.jp!10m,mailto:b@example.jp"), HALF),
    ("a name in upper case", at("v=TLSRPTv1; RUA=mailto:a@example.jp"), {"malformed"}),
    ("spaces around the equals sign", at("v=TLSRPTv1; rua = mailto:a@example.jp"), {"malformed"}),
    ("a part that is no field", at("v=TLSRPTv1; rua=mailto:a@example.jp; garbage"), {"malformed"}),
    ("nothing between two semicolons", at("v=TLSRPTv1;; rua=mailto:a@example.jp"), {"malformed"}),
    ("a field of a later time", at("v=TLSRPTv1; rua=mailto:a@example.jp; ext=1;"), {"valid"}),
    ("lower-case version", at("v=tlsrptv1; rua=mailto:tls@example.jp"), {"malformed"}),
    ("no semicolon", at("v=TLSRPTv1 rua=mailto:tls@example.jp"), {"malformed"}),
    ("two", at("v=TLSRPTv1; rua=mailto:a@example.jp", "v=TLSRPTv1; rua=mailto:b@example.jp"), {"several"}),
    (
        "absent beside MTA-STS",
        {"_mta-sts.example.jp": {"TXT": ["v=STSv1; id=1"]}},
        {"absent_beside_mta_sts"},
    ),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(zone, expected):
    said = outcomes(tls_rpt.PROBE, FakeNetwork(zone), scope_of("example.jp"), before=[mta_sts.PROBE])
    assert set(said) == expected
