"""DANE-TA is valid where OpenSSL, which most senders that check DANE are built on, says so over a real handshake."""

import hashlib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from fumimori.checks.dane.tlsa import matches, parse_tlsa
from fumimori.net.certificates import chain_of

HOST = "mx.example.jp"
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def made(
    name: str,
    issuer: Made | None = None,
    *,
    ca: bool | None = True,
    room: int | None = None,
    days: tuple[int, int] = (-10, 10),
    names: tuple[str, ...] = (),
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Made:
    """A certificate signed by `issuer`, or by itself; `ca=None` leaves the basic constraints out."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=room if ca else None), critical=True)
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False
        )
    return Made(certificate=builder.sign(issuer.key if issuer else key, SHA256()), key=key)


def leaf(issuer: Made | None, **more: Any) -> Made:
    return made("leaf", issuer, **({"ca": False, "names": (HOST,)} | more))


ROOT = made("root")
MIDDLE = made("middle", ROOT)
OLD_MIDDLE = made("middle", ROOT)
LEAF = leaf(MIDDLE)
OWN = leaf(None)
STRANGER = made("stranger")
EXPIRED_ROOT = made("root", days=(-20, -5), key=ROOT.key)
EXPIRED_MIDDLE = made("middle", ROOT, days=(-20, -5), key=MIDDLE.key)
FUTURE_MIDDLE = made("middle", ROOT, days=(5, 20), key=MIDDLE.key)
CROSSED = made("middle", STRANGER, key=MIDDLE.key)
NO_CA = made("middle", ROOT, ca=False, key=MIDDLE.key)
NO_WORD = made("middle", ROOT, ca=None, key=MIDDLE.key)
NO_ROOM = made("root", room=0, key=ROOT.key)
ROOM = made("root", room=1, key=ROOT.key)

ROWS = [
    ("its issuer", (LEAF, MIDDLE), MIDDLE, True),
    ("the root above it", (LEAF, MIDDLE, ROOT), ROOT, True),
    ("the issuer, root sent too", (LEAF, MIDDLE, ROOT), MIDDLE, True),
    ("the root, in the wrong order", (LEAF, ROOT, MIDDLE), ROOT, True),
    ("the root, without the link to it", (LEAF, ROOT), ROOT, False),
    ("a stranger in the bundle", (LEAF, MIDDLE, STRANGER), STRANGER, False),
    ("the old issuer of the same name, still in the bundle", (LEAF, MIDDLE, OLD_MIDDLE), OLD_MIDDLE, False),
    ("the old issuer alone", (LEAF, OLD_MIDDLE), OLD_MIDDLE, False),
    ("the leaf itself", (OWN,), OWN, False),
    ("the leaf itself, sent twice", (OWN, OWN), OWN, False),
    ("a leaf that has run out", (leaf(MIDDLE, days=(-20, -5)), MIDDLE), MIDDLE, False),
    ("a leaf of the future", (leaf(MIDDLE, days=(5, 20)), MIDDLE), MIDDLE, False),
    ("a leaf with another name", (leaf(MIDDLE, names=("other.example",)), MIDDLE), MIDDLE, False),
    ("a leaf with a wildcard", (leaf(MIDDLE, names=("*.example.jp",)), MIDDLE), MIDDLE, True),
    ("an issuer that has run out", (LEAF, EXPIRED_MIDDLE), EXPIRED_MIDDLE, True),
    ("an issuer of the future", (LEAF, FUTURE_MIDDLE), FUTURE_MIDDLE, True),
    ("a root that has run out", (LEAF, MIDDLE, EXPIRED_ROOT), EXPIRED_ROOT, False),
    ("a link that has run out", (LEAF, EXPIRED_MIDDLE, ROOT), ROOT, False),
    ("a cross-signed issuer", (LEAF, CROSSED, STRANGER), STRANGER, True),
    ("an issuer that is no authority", (LEAF, NO_CA), NO_CA, False),
    ("a link that is no authority", (LEAF, NO_CA, ROOT), ROOT, False),
    ("an issuer that does not say whether it is one", (LEAF, NO_WORD), NO_WORD, False),
    ("a root without room for the link", (LEAF, MIDDLE, NO_ROOM), NO_ROOM, False),
    ("a root with room for the link", (LEAF, MIDDLE, ROOM), ROOM, True),
]


@contextmanager
def _served(chain: tuple[Made, ...], folder: Path) -> Iterator[int]:
    (folder / "leaf.pem").write_bytes(chain[0].certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(chain[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    line = ["openssl", "s_server", "-quiet", "-cert", "leaf.pem", "-key", "key.pem"]
    if chain[1:]:
        (folder / "above.pem").write_bytes(b"".join(each.certificate.public_bytes(Encoding.PEM) for each in chain[1:]))
        line += ["-cert_chain", "above.pem"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*line, "-accept", f"127.0.0.1:{port}"], cwd=folder, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(100):
                with socket.socket() as knocking:
                    if knocking.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.02)
            yield port
        finally:
            server.kill()


@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize(("chain", "anchor", "valid"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_trust_anchor_is_what_openssl_takes_for_one(
    tmp_path: Path, chain: tuple[Made, ...], anchor: Made, selector: int, *, valid: bool
) -> None:
    digest = hashlib.sha256(anchor.spki if selector else anchor.der).hexdigest()
    # By its key an anchor may be found in another certificate of the same key.
    if selector and any(other is not anchor and other.spki == anchor.spki for other in chain):
        return
    data = f"2 {selector} 1 {digest}"
    record = parse_tlsa(data)
    assert record is not None
    shown = chain_of([each.der for each in chain], name=HOST, at=NOW, roots=())
    assert matches(record, shown, (HOST, "example.jp")) is valid
    with _served(chain, tmp_path) as port:
        line = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-verify_return_error"]
        line += ["-dane_tlsa_domain", HOST, "-dane_tlsa_rrdata", data]
        run = subprocess.run(line, input="", capture_output=True, text=True, timeout=20, check=False)
    assert ("Verify return code: 0 (ok)" in run.stdout) is valid, run.stdout[-800:] + run.stderr[-800:]
