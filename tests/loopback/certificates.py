"""Certificates as a probe notes them down, without any bytes behind them."""

from datetime import UTC, datetime, timedelta

from fumimori.network.tls import Certificate, CertificateChain

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def certificate(name: str = "x", **changes: object) -> Certificate:
    """A sound one for `name`, from 30 days before the day of the tests to 60 days after it, but for `changes`."""
    given: dict[str, object] = {
        "subject": f"CN={name}",
        "issuer": "CN=Issuing",
        "names": (name,),
        "not_before": NOW - timedelta(days=30),
        "not_after": NOW + timedelta(days=60),
        "key": "ec",
        "key_bits": 256,
        "signature_hash": "sha256",
        "serial": "1",
        "sha256": "0",
        "self_signed": False,
    }
    return Certificate(**(given | changes))  # type: ignore[arg-type]


def chain_for(
    name: str, *, trusted: bool = True, error: str = "", matches: bool = True, **changes: object
) -> CertificateChain:
    """The chain of one certificate for `name` that a client asked for by this name."""
    return CertificateChain(
        certificates=(certificate(name, **changes),),
        trusted=trusted,
        trust_error=error,
        name_matches=matches,
        asked_name=name,
    )
