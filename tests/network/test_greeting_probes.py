"""Products and traces of an installation over sockets: real greetings in, outcomes out, each at least once."""

from datetime import UTC, datetime

import pytest

from fumimori.checks.defaults import probe as defaults
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mx import probe as mx
from fumimori.checks.products import probe as products
from fumimori.checks.ssh import probe as ssh
from fumimori.model import DomainScope, Hosting, Scope
from loopback.scenarios import SmtpScript, found
from loopback.ssh_faults import SshScript
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

HOST = "mx.example.jp"
ZONE = {"example.jp": {"MX": ["10 mx.example.jp."]}, HOST: {"A": ["192.0.2.25"]}}
SCOPE = Scope(domains=(DomainScope(name="example.jp", hosting=Hosting.VPS),), ssh_hosts=(HOST,))
SEEN = "product_seen"


def greeted(text, *, ssh_version=b"", inside=False):
    servers = {("192.0.2.25", 25): SmtpScript({}, greeting=f"220 {text}")}
    if ssh_version:
        servers["192.0.2.25", 22] = SshScript(version=ssh_version)
    before = (mx.PROBE, mail_ports.PROBE, ssh.PROBE)
    return set(found(products.PROBE, ZONE, servers, SCOPE, before=before, inside=inside))


@pytest.mark.parametrize(
    ("text", "version", "words"),
    [
        ("mx.example.jp ESMTP Postfix (Debian)", b"", {SEEN}),
        ("mx.example.jp ESMTP Postfix (3.6.20)", b"", {SEEN, "unsupported_possibly"}),
        ("mx.example.jp ESMTP Postfix (3.10.1)", b"", {SEEN, "behind_possibly"}),
        ("mx.example.jp ESMTP Exim 4.100 #2 x", b"", {SEEN, "holes_possibly"}),
        ("mx.example.jp ESMTP Exim 4.91 #1 x", b"", {SEEN, "exploited_possibly", "unsupported_possibly"}),
        ("mx ESMTP MDaemon 24.5.0; x", b"", {SEEN, "exploited"}),
        (
            "mx.example.jp ESMTP Exim 4.96 #2 x",
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10",
            {SEEN, "ask_package", "package_current", "os_extended"},
        ),
        ("mx.example.jp ESMTP", b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2", {SEEN, "package_behind", "os_extended"}),
        ("mx.example.jp ESMTP", b"SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3", {SEEN, "os_unsupported"}),
        ("mx.example.jp ESMTP", b"SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.5", {SEEN, "os_extended_paid"}),
        ("mx.example.jp ESMTP", b"", set()),
    ],
)
def test_products(text, version, words):
    assert greeted(text, ssh_version=version) == words


def test_inside_is_milder():
    version = b"SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3"
    assert greeted("mx.example.jp ESMTP", ssh_version=version, inside=True) == {SEEN, "os_unsupported_inside"}


def test_old_tables_accuse_nobody():
    servers = {("192.0.2.25", 25): SmtpScript({}, greeting="220 mx.example.jp ESMTP Postfix (3.10.1)")}
    later = datetime(2027, 3, 1, tzinfo=UTC)
    seen = found(products.PROBE, ZONE, servers, SCOPE, before=(mx.PROBE, mail_ports.PROBE), at=later)
    assert set(seen) == {SEEN, "behind_data_old", "data_old"}


@pytest.mark.parametrize(
    ("path", "words", "inside"),
    [
        ("/owa/auth/15.1.2507/x.ico", {SEEN, "unsupported_critical"}, False),
        ("/owa/auth/15.1.2507/x.ico", {SEEN, "unsupported_inside"}, True),
        ("/owa/auth/15.2.2562.20/x.ico", {SEEN, "build_behind"}, False),
        ("/owa/auth/15.2.2562.46/x.ico", {SEEN, "build_current"}, False),
        ("SquirrelMail version 1.4.22", {SEEN, "unsupported"}, False),
    ],
)
def test_start_pages(tmp_path, path, words, inside):
    context = server_context(ToyCa().leaf(HOST), tmp_path)

    async def server(reader, writer):
        await writer.start_tls(context)
        await reader.readuntil(b"\r\n\r\n")
        body = path.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()

    scope = Scope(domains=SCOPE.domains, webmail_hosts=(HOST,))
    seen = found(products.PROBE, ZONE, {("192.0.2.25", 443): server}, scope, inside=inside)
    assert set(seen) == words


@pytest.mark.parametrize("target", ["https://[::1", "https://a]b/", "https://mx.example.jp:99999/"])
def test_a_redirect_to_nowhere_is_the_end_of_the_way(tmp_path, target):
    context = server_context(ToyCa().leaf(HOST), tmp_path)

    async def server(reader, writer):
        await writer.start_tls(context)
        await reader.readuntil(b"\r\n\r\n")
        body = b"SquirrelMail version 1.4.22"
        head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    scope = Scope(domains=SCOPE.domains, webmail_hosts=(HOST,))
    assert set(found(products.PROBE, ZONE, {("192.0.2.25", 443): server}, scope)) == {SEEN, "unsupported"}


@pytest.mark.parametrize(
    ("name", "resolves", "word"),
    [
        ("localhost.localdomain", False, "default_name"),
        (HOST, True, "name_good"),
        ("mx9.example.jp", False, "name_unresolvable"),
    ],
)
def test_names_in_greetings(name, resolves, word):
    servers = {("192.0.2.25", 25): SmtpScript({}, greeting=f"220 {name} ESMTP")}
    seen = found(defaults.PROBE, ZONE, servers, SCOPE, before=(mx.PROBE, mail_ports.PROBE))
    assert set(seen) == {word}
    assert (name in ZONE) is resolves


@pytest.mark.parametrize(("port", "word"), [(25, "factory_certificate_mx"), (587, "factory_certificate")])
def test_factory_certificates(tmp_path, port, word):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_made(tmp_path, "localhost"))
    server = _Secured(context)
    scope = Scope(domains=SCOPE.domains, mail_hosts=(HOST,))
    seen = found(defaults.PROBE, ZONE, {("192.0.2.25", port): server}, scope, before=(mx.PROBE, mail_ports.PROBE))
    assert word in seen


class _Secured:
    """SMTP with STARTTLS."""

    def __init__(self, context) -> None:
        self.context = context

    async def __call__(self, reader, writer):
        writer.write(b"220 mx.example.jp ESMTP\r\n")
        while command := (await reader.readline()).decode("latin-1").strip():
            if command == "STARTTLS":
                writer.write(b"220 go\r\n")
                await writer.drain()
                await writer.start_tls(self.context)
                continue
            writer.write(b"221 bye\r\n" if command == "QUIT" else b"250-mx.example.jp\r\n250 STARTTLS\r\n")
            await writer.drain()


def _self_made(folder, name):
    from datetime import timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path = folder / "made.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
