"""The domains of the test world: what their zones say; `tests/servers/truth.py` says what must be found about them."""

from collections.abc import Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from loopback.zones import Zone, dkim_record, text

_BIMI = "v=BIMI1; l=https://www.good.example/logo.svg; a=https://www.good.example/vmc.pem"
HOSTS = {
    "good": "10.1",
    "good-web": "10.2",
    "bad": "20.1",
    "bad-web": "20.2",
    "subtle": "30.1",
    "subtle-web": "30.2",
    "subtle-second": "30.3",
    "silent": "40.1",
    "control-open": "90.1",
    "control-closed": "91.1",
    "resolver": "53.1",
    "authority": "53.2",
}
"""The last two octets of every address of the world; the two before are 127 and the world's own block."""

MANY = 200
"""Domains of `many.example` that share the good domain's mail server."""


def addresses(block: int) -> dict[str, str]:
    """Every address of the world in its `block` (the second octet)."""
    return {name: f"127.{block}.{tail}" for name, tail in HOSTS.items()}


def zones(at: Mapping[str, str], tlsa: str) -> list[Zone]:
    """All zones; `at` are the addresses, `tlsa` the data of the good server's TLSA 3 1 1 record."""
    return [
        Zone(origin=".", signed=True),
        Zone(origin="example.", signed=True, records=_example(at)),
        Zone(origin="com."),
        Zone(origin="arpa."),
        Zone(origin="127.in-addr.arpa.", records=_reverse(at)),
        _good(at, tlsa),
        _bad(at),
        _subtle(at),
        _hosted(at),
        Zone(origin="google.com.", records=(f"smtp.google.com. A {at['silent']}",)),
        _cloud(at),
        Zone(origin="outlook.com.", records=_outlook(at)),
        Zone(origin="onmicrosoft.com.", records=_onmicrosoft()),
        Zone(origin="googlehosted.com.", records=('_spf.googlehosted.com. TXT "v=spf1 -all"',)),
        Zone(
            origin="nullmx.example.",
            signed=True,
            records=(
                "nullmx.example. MX 0 .",
                'nullmx.example. TXT "v=spf1 -all"',
                '_dmarc.nullmx.example. TXT "v=DMARC1; p=reject"',
            ),
        ),
        Zone(origin="bogus.example.", signed=True, wrong_ds=True, records=('bogus.example. TXT "v=spf1 -all"',)),
        Zone(origin="many.example.", records=_many()),
        Zone(origin="lame.example.", server="ns.nobody.example."),
        Zone(
            origin="double.example.",
            records=(
                f"double.example. A {at['silent']}",
                'double.example. TXT "v=spf1 -all"',
                'double.example. TXT "v=spf1 mx -all"',
                '_dmarc.double.example. TXT "v=DMARC1; p=reject"',
                '_dmarc.double.example. TXT "v=DMARC1; p=none"',
                '_mta-sts.double.example. TXT "v=STSv1; id=1"',
                '_mta-sts.double.example. TXT "v=STSv1; id=2"',
            ),
        ),
        Zone(
            origin="void.example.",
            records=(
                "void.example. MX 10 mail.void.example.",
                f"mail.void.example. A {at['silent']}",
                'void.example. TXT "v=spf1 a:no1.void.example a:no2.void.example a:no3.void.example -all"',
                '_dmarc.void.example. TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@void.example"',
            ),
        ),
    ]


def many(count: int = MANY) -> list[str]:
    """The first of the many domains that share the good server."""
    return [f"d{number}.many.example" for number in range(count)]


def _many() -> tuple[str, ...]:
    return tuple(
        record
        for name in many()
        for record in (
            f"{name}. MX 10 mx.good.example.",
            f'{name}. TXT "v=spf1 mx -all"',
            f'_dmarc.{name}. TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{name}"',
        )
    )


def _example(at: Mapping[str, str]) -> tuple[str, ...]:
    return (
        f"open.control.example. A {at['control-open']}",
        f"closed.control.example. A {at['control-closed']}",
        "scanner.example. A 127.0.0.1",
        f"reports.example. A {at['good-web']}",
    )


def _reverse(at: Mapping[str, str]) -> tuple[str, ...]:
    names = {"good": "mx.good.example.", "subtle": "mx1.subtle.example.", "control-open": "open.control.example."}
    pointers = [f"{'.'.join(reversed(at[key].split('.')))}.in-addr.arpa. PTR {name}" for key, name in names.items()]
    return (*pointers, "1.0.0.127.in-addr.arpa. PTR scanner.example.")


def _good(at: Mapping[str, str], tlsa: str) -> Zone:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = "good.example."
    return Zone(
        origin=name,
        signed=True,
        records=(
            f"{name} A {at['good-web']}",
            f"{name} MX 10 mx.{name}",
            f"{name} TXT {text('v=spf1 mx -all')}",
            f'{name} CAA 0 issue "toy.example"',
            f"mx.{name} A {at['good']}",
            f"mail.{name} A {at['good']}",
            f"ssh.{name} A {at['good']}",
            f"www.{name} A {at['good-web']}",
            f"webmail.{name} A {at['good-web']}",
            f"mta-sts.{name} A {at['good-web']}",
            f"default._domainkey.{name} TXT {dkim_record(key)}",
            f"_dmarc.{name} TXT {text('v=DMARC1; p=reject; rua=mailto:dmarc@good.example')}",
            f"default._bimi.{name} TXT {text(_BIMI)}",
            f"_mta-sts.{name} TXT {text('v=STSv1; id=20261101T000000')}",
            f"_smtp._tls.{name} TXT {text('v=TLSRPTv1; rua=mailto:tls@good.example')}",
            f"_25._tcp.mx.{name} TLSA 3 1 1 {tlsa}",
            f"_imaps._tcp.{name} SRV 0 1 993 mail.{name}",
            f"_submissions._tcp.{name} SRV 0 1 465 mail.{name}",
        ),
    )


def _bad(at: Mapping[str, str]) -> Zone:
    name = "bad.example."
    return Zone(
        origin=name,
        records=(
            f"{name} A {at['bad-web']}",
            f"{name} MX 10 mail.{name}",
            f"{name} TXT {text('v=spf1 +all')}",
            f"mail.{name} A {at['bad']}",
            f"webmail.{name} A {at['bad-web']}",
            f"_dmarc.{name} TXT {text('v=DMARC1; p=none')}",
        ),
    )


@cache
def subtle_key() -> rsa.RSAPrivateKey:
    """The key with which subtle.example signs: too short."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def _subtle(at: Mapping[str, str]) -> Zone:
    name = "subtle.example."
    nested = [f"_spf{number}.{name}" for number in range(1, 11)]
    return Zone(
        origin=name,
        records=(
            f"{name} A {at['subtle-web']}",
            f"{name} MX 10 mx1.{name}",
            f"{name} MX 20 mx2.{name}",
            # one include at the top, ten in a row below it: eleven look-ups in all, each record short and innocent
            f"{name} TXT {text('v=spf1 include:_spf.subtle.example -all')}",
            f"_spf.{name} TXT {text('v=spf1 ' + ' '.join(f'include:{part[:-1]}' for part in nested) + ' -all')}",
            *(f"{part} TXT {text(f'v=spf1 ip4:192.0.2.{number} -all')}" for number, part in enumerate(nested)),
            f"mx1.{name} A {at['subtle']}",
            f"mx2.{name} A {at['subtle-second']}",
            f"mail.{name} A {at['subtle']}",
            f"webmail.{name} A {at['subtle-web']}",
            f"mta-sts.{name} A {at['subtle-web']}",
            f"default._domainkey.{name} TXT {dkim_record(subtle_key())}",
            # whatever selector is guessed, something answers: it is no key
            f"*._domainkey.{name} TXT {text('v=spf1 -all')}",
            f"*.{name} TXT {text('v=spf1 -all')}",
            f"_dmarc.{name} TXT {text('v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@reports.example')}",
            f"_mta-sts.{name} TXT {text('v=STSv1; id=20260101')}",
            f"_smtp._tls.{name} TXT {text('v=TLSRPTv1; rua=tls@subtle.example')}",
        ),
    )


def _hosted(at: Mapping[str, str]) -> Zone:
    name = "hosted.example."
    return Zone(
        origin=name,
        records=(
            f"{name} A {at['good-web']}",
            f"{name} MX 1 smtp.google.com.",
            f"{name} TXT {text('v=spf1 include:_spf.googlehosted.com ~all')}",
            f"_dmarc.{name} TXT {text('v=DMARC1; p=none; rua=mailto:dmarc@hosted.example')}",
        ),
    )


def _cloud(at: Mapping[str, str]) -> Zone:
    """A domain whose mail is with Microsoft 365, set up as Microsoft's own pages say."""
    name, tenant = "cloud.example.", "cloudexample.onmicrosoft.com."
    return Zone(
        origin=name,
        records=(
            f"{name} A {at['good-web']}",
            f"{name} MX 0 cloud-example.mail.protection.outlook.com.",
            f"{name} TXT {text('v=spf1 include:spf.protection.outlook.com -all')}",
            f"selector1._domainkey.{name} CNAME selector1-cloud-example._domainkey.{tenant}",
            f"selector2._domainkey.{name} CNAME selector2-cloud-example._domainkey.{tenant}",
            f"_dmarc.{name} TXT {text('v=DMARC1; p=reject; rua=mailto:dmarc@cloud.example')}",
            f"_smtp._tls.{name} TXT {text('v=TLSRPTv1; rua=mailto:tls@cloud.example')}",
        ),
    )


def _outlook(at: Mapping[str, str]) -> tuple[str, ...]:
    return (
        'spf.protection.outlook.com. TXT "v=spf1 ip4:192.0.2.0/24 -all"',
        f"cloud-example.mail.protection.outlook.com. A {at['silent']}",
    )


def _onmicrosoft() -> tuple[str, ...]:
    keys = {number: rsa.generate_private_key(public_exponent=65537, key_size=2048) for number in (1, 2)}
    return tuple(
        f"selector{number}-cloud-example._domainkey.cloudexample.onmicrosoft.com. TXT {dkim_record(key)}"
        for number, key in keys.items()
    )
