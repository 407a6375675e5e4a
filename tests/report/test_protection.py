"""A signed report is verified by another program, a closed one opens with its passphrase alone; faults have words."""

import hashlib
import hmac
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

from fumimori.report import Protection, ProtectionError, key_worker, protected, workers
from report import example

WORD, KEY_WORD = "correct-horse-battery", "key word"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in allowed for use in USES})


def name(of: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])


@cache
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    maker = x509.CertificateBuilder().subject_name(name("Test Root")).issuer_name(name("Test Root"))
    maker = maker.public_key(key.public_key()).serial_number(1).not_valid_before(NOW - 90 * DAY)
    maker = maker.not_valid_after(NOW + 900 * DAY)
    maker = maker.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return maker.add_extension(usage("key_cert_sign", "crl_sign"), critical=True).sign(key, hashes.SHA256()), key


@cache
def private(kind: str = "rsa"):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else ed25519.Ed25519PrivateKey.generate()


def certificate(kind: str = "rsa", start: datetime = NOW - DAY, end: datetime = NOW + 90 * DAY, *, signs: bool = True):
    root, key = authority()
    maker = x509.CertificateBuilder().subject_name(name("Sample Consulting")).issuer_name(root.subject)
    maker = maker.public_key(private(kind).public_key()).serial_number(x509.random_serial_number())
    maker = maker.not_valid_before(start).not_valid_after(end)
    uses = ("digital_signature", "content_commitment") if signs else ("key_encipherment",)
    return maker.add_extension(usage(*uses), critical=True).sign(key, hashes.SHA256())


def key_file(kind: str = "rsa", word: str = KEY_WORD, rounds: int = 2048, **of: object) -> bytes:
    closing = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(rounds)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(word.encode())
        if word
        else NoEncryption()
    )
    return pkcs12.serialize_key_and_certificates(
        b"key", private(kind), certificate(kind, **of), [authority()[0]], closing
    )


def ran(*line: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(one) for one in line], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def trusting(tmp_path: Path) -> Path:
    """A store of certificates of NSS that trusts the authority of this test alone."""
    store = tmp_path / "nss"
    store.mkdir()
    from cryptography.hazmat.primitives.serialization import Encoding

    (tmp_path / "root.pem").write_bytes(authority()[0].public_bytes(Encoding.PEM))
    assert ran("certutil", "-N", "-d", f"sql:{store}", "--empty-password").returncode == 0
    added = ran("certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "CT,C,C", "-i", tmp_path / "root.pem")
    assert added.returncode == 0, added.stderr
    return store


def written(path: Path, protection: Protection) -> Path:
    path.write_bytes(protected(example.made(), protection))
    return path


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_another_program_verifies_the_signature_and_sees_a_change(tmp_path: Path, trusting: Path, kind: str):
    place = written(tmp_path / "signed.pdf", Protection(key=key_file(kind), key_passphrase=KEY_WORD))
    told = ran("pdfsig", "-nssdir", trusting, place)
    assert "Signature is Valid." in told.stdout, told.stdout + told.stderr
    assert "Certificate is Trusted." in told.stdout, told.stdout
    assert "ETSI.CAdES.detached" in told.stdout
    assert "Sample Consulting" in told.stdout
    assert "Total document signed" in told.stdout
    changed = bytearray(place.read_bytes())
    changed[len(example.made()) // 2] ^= 1
    (tmp_path / "changed.pdf").write_bytes(changed)
    assert "Signature is Valid." not in ran("pdfsig", "-nssdir", trusting, tmp_path / "changed.pdf").stdout
    assert ran("qpdf", "--check", place).returncode == 0


def test_a_passphrase_opens_the_report_and_nothing_else_does(tmp_path: Path):
    place = written(tmp_path / "closed.pdf", Protection(passphrase=WORD))
    assert ran("qpdf", "--check", place).returncode == 2
    assert ran("qpdf", "--check", "--password=wrong-horse-battery", place).returncode == 2
    told = ran("qpdf", "--show-encryption", f"--password={WORD}", place).stdout
    assert "R = 6" in told
    assert "AESv3" in told
    assert "extract for accessibility: allowed" in told
    assert ran("qpdf", "--check", f"--password={WORD}", place).returncode == 0
    assert ran("pdftotext", place, "-").returncode != 0
    assert "example.jp" in ran("pdftotext", "-upw", WORD, place, "-").stdout
    assert b"example.jp" not in place.read_bytes()


def test_a_report_can_be_signed_and_closed_at_once(tmp_path: Path, trusting: Path):
    protection = Protection(passphrase=WORD, key=key_file("ec", word=""), key_passphrase="")
    place = written(tmp_path / "both.pdf", protection)
    told = ran("pdfsig", "-nssdir", trusting, "-upw", WORD, place)
    assert "Signature is Valid." in told.stdout, told.stdout + told.stderr
    assert ran("pdfsig", "-nssdir", trusting, place).returncode != 0


@pytest.mark.parametrize(
    "protection", [Protection(passphrase=WORD), Protection(key=key_file("ec"), key_passphrase=KEY_WORD)]
)
def test_a_protected_report_does_not_claim_to_be_archival(tmp_path: Path, protection: Protection):
    assert b"pdfaid:part" in plain(tmp_path, example.made())
    made = plain(tmp_path, protected(example.made(), protection), WORD if protection.passphrase else "")
    assert b"pdfaid:part" not in made
    assert b"pdfuaid:part" in made
    assert protected(example.made(), Protection()) == example.made()


def plain(folder: Path, pdf: bytes, word: str = "") -> bytes:
    """The PDF without compression or encryption."""
    (folder / "in.pdf").write_bytes(pdf)
    line = ("--decrypt", "--stream-data=uncompress", "--object-streams=disable", f"--password={word}")
    assert ran("qpdf", *line, folder / "in.pdf", folder / "out.pdf").returncode == 0
    return (folder / "out.pdf").read_bytes()


EMPTY = pkcs12.serialize_key_and_certificates(b"c", None, certificate(), None, BestAvailableEncryption(b"key word"))


@pytest.mark.parametrize(
    ("code", "protection"),
    [
        ("passphrase_length", Protection(passphrase="short")),
        ("passphrase_length", Protection(passphrase="x" * 65)),
        ("passphrase_letters", Protection(passphrase="ながいあいことばながいあいことば")),
        ("passphrase_letters", Protection(passphrase="correct-horse-ｂ")),
        ("key_passphrase", Protection(key=key_file(), key_passphrase="another")),
        ("key_passphrase", Protection(key=key_file())),
        ("key_expired", Protection(key=key_file(start=NOW - 9 * DAY, end=NOW - DAY), key_passphrase=KEY_WORD)),
        ("key_not_yet", Protection(key=key_file(start=NOW + DAY), key_passphrase=KEY_WORD)),
        ("key_purpose", Protection(key=key_file(signs=False), key_passphrase=KEY_WORD)),
        ("key_kind", Protection(key=key_file("ed25519"), key_passphrase=KEY_WORD)),
        ("key_missing", Protection(key=EMPTY, key_passphrase=KEY_WORD)),
        ("not_a_key", Protection(key=b"-----BEGIN CERTIFICATE-----")),
        ("not_a_key", Protection(key=key_file()[:-9], key_passphrase=KEY_WORD)),
        ("key_too_large", Protection(key=bytes(300_000))),
    ],
)
def test_what_does_not_work_has_a_sentence_of_its_own(code: str, protection: Protection):
    with pytest.raises(ProtectionError) as told:
        protected(example.made(), protection)
    assert told.value.code == code
    for language in ("ja", "en"):
        assert example.texts(language)(f"words.protection.{code}")
    assert KEY_WORD not in repr(protection)
    assert not protection.passphrase or protection.passphrase not in repr(protection)


def stretched(word: str, salt: bytes, rounds: int, purpose: int) -> bytes:
    """32 bytes of a passphrase by RFC 7292, appendix B.2, with SHA-256."""
    spread = (word + "\0").encode("utf-16-be")
    filled = b"".join((part * 64)[: 64 * -(-len(part) // 64)] for part in (salt, spread))
    found = bytes([purpose]) * 64 + filled
    for _ in range(rounds):
        found = hashlib.sha256(found).digest()
    return found


def closing(rounds: int) -> dict[str, object]:
    """AES-256 with a key by PBKDF2 after so many rounds (RFC 8018, appendix A.4), as asn1crypto writes it."""
    from asn1crypto import algos

    kdf = {"salt": algos.Pbkdf2Salt("specified", bytes(8)), "iteration_count": rounds, "prf": {"algorithm": "sha256"}}
    return {
        "algorithm": "pbes2",
        "parameters": {
            "key_derivation_func": {"algorithm": "pbkdf2", "parameters": kdf},
            "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": bytes(16)},
        },
    }


def hidden_rounds(rounds: int) -> bytes:
    """A key file that names usual rounds outside, and `rounds` for the key within its encrypted part."""
    from asn1crypto import pkcs12 as parts
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    bag = {
        "bag_id": "pkcs8_shrouded_key_bag",
        "bag_value": {"encryption_algorithm": closing(rounds), "encrypted_data": bytes(64)},
    }
    inner = parts.SafeContents([bag]).dump()
    short = 16 - len(inner) % 16
    key = hashlib.pbkdf2_hmac("sha256", KEY_WORD.encode(), bytes(8), 2048, 32)
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    octets = cipher.update(inner + bytes([short]) * short) + cipher.finalize()
    closed = {
        "content_type": "encrypted_data",
        "content": {
            "version": "v0",
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": closing(2048),
                "encrypted_content": octets,
            },
        },
    }
    safe = parts.AuthenticatedSafe([closed]).dump()
    mac = hmac.digest(stretched(KEY_WORD, b"saltsalt", 2048, 3), safe, "sha256")
    return parts.Pfx(
        {
            "version": "v3",
            "auth_safe": {"content_type": "data", "content": safe},
            "mac_data": {
                "mac": {"digest_algorithm": {"algorithm": "sha256"}, "digest": mac},
                "mac_salt": b"saltsalt",
                "iterations": 2048,
            },
        }
    ).dump()


def test_a_key_that_asks_for_endless_rounds_is_not_opened(monkeypatch):
    assert not key_worker.read(key_file(rounds=3001), KEY_WORD, NOW).code
    monkeypatch.setattr(key_worker, "ROUNDS_MOST", 3000)
    assert key_worker.read(key_file(rounds=3001), KEY_WORD, NOW).code == "key_too_large"


def test_rounds_that_nobody_sees_from_outside_end_with_their_process():
    few = protected_with(hidden_rounds(2048))
    assert few == "key_passphrase"  # it was opened down to the key, which is noise
    began = time.monotonic()
    assert protected_with(hidden_rounds(2**31 - 1)) == "key_too_large"
    assert time.monotonic() - began < workers.WITHIN + 10


def protected_with(key: bytes) -> str:
    with pytest.raises(ProtectionError) as told:
        protected(example.made(), Protection(key=key, key_passphrase=KEY_WORD))
    return told.value.code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ([sys.executable, "-c", "import time; time.sleep(60)"], "key_too_large"),
        ([sys.executable, "-c", "print('nonsense')"], "key_too_large"),
        (["/nowhere/at/all"], "key_unopened"),
    ],
)
def test_a_process_that_brings_nothing_is_told_in_words(monkeypatch, line: list[str], code: str):
    monkeypatch.setattr(workers, "WITHIN", 0.5)
    monkeypatch.setattr(workers, "_command", lambda _work: line)
    assert protected_with(key_file("ec")) == code
    for language in ("ja", "en"):
        assert example.texts(language)(f"words.protection.{code}")


def test_the_programs_that_look_are_there():
    assert shutil.which("pdfsig")
    assert shutil.which("certutil")
