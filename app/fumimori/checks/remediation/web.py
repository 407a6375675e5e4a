"""Settings of web servers, for nginx and Apache alike: which of them answers is rarely known."""

from collections.abc import Sequence

from fumimori.checks.remediation import server
from fumimori.checks.remediation.certificate import CHAIN, GOOD, KEY, request
from fumimori.checks.remediation.context import Context, note, word
from fumimori.model import Proof, Repair, Snippet

NGINX_RELOAD = "sudo nginx -t && sudo systemctl reload nginx"
APACHE_RELOAD = "sudo apachectl configtest && sudo systemctl reload apache2 || sudo systemctl reload httpd"
GOOD_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
YEAR = 31_536_000


def both(nginx: str, apache: str, host: str) -> list[Snippet]:
    """The same setting for both servers, with check and reload."""
    return [
        server.setting(f"nginx: server {{ … }} ({host})", nginx, note("nginx_site", host=host)),
        server.command(NGINX_RELOAD, "nginx"),
        server.setting(f"Apache: <VirtualHost> ({host})", apache, note("apache_site", host=host)),
        server.command(APACHE_RELOAD, "Apache"),
    ]


def configured(context: Context, snippets: Sequence[Snippet], proof: Sequence[Proof], key: str, risk: str) -> Repair:
    """The settings for the organisation's own server, else the request to its operator."""
    if not context.own_server:
        return server.letter(context, key)
    return Repair(snippets=tuple(snippets), risks=(note(risk),), back=(note("back_site"),), proof=tuple(proof))


def modern_tls(context: Context) -> Repair:
    """TLS 1.2 and 1.3 with strong suites."""
    nginx = f"ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers {GOOD_SUITES};\nssl_prefer_server_ciphers off;"
    apache = f"SSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLCipherSuite {GOOD_SUITES}\nSSLHonorCipherOrder off"
    options = "-tls1_1 -cipher 'DEFAULT@SECLEVEL=0'"
    proof = server.handshake(
        context.host, context.port or 443, options, repaired="Cipher is (NONE)", broken="Cipher is "
    )
    return configured(context, both(nginx, apache, context.host), proof, "ask_tls_12", "old_browsers")


def redirected(context: Context) -> Repair:
    """Requests by http are redirected to https at the same name, with the first response."""
    host = context.host
    nginx = f"server {{\n    listen 80;\n    server_name {host};\n    return 301 https://{host}$request_uri;\n}}"
    apache = f'<VirtualHost *:80>\n    ServerName {host}\n    Redirect permanent "/" "https://{host}/"\n</VirtualHost>'
    snippets = [
        server.setting("nginx", nginx, note("nginx_port80", host=host)),
        server.command(NGINX_RELOAD, "nginx"),
        server.setting("Apache", apache, note("apache_port80", host=host)),
        server.command(APACHE_RELOAD, "Apache"),
    ]
    proof = [Proof(command=f"curl -sI http://{host}/", repaired=f"Location: https://{host}/", broken="")]
    return configured(context, snippets, proof, "ask_redirect", "https_first")


def strict_transport(context: Context) -> Repair:
    """HSTS for a year."""
    header = f"max-age={YEAR}"
    nginx = f'add_header Strict-Transport-Security "{header}" always;'
    apache = f'Header always set Strict-Transport-Security "{header}"'
    proof = [
        Proof(command=f"curl -sI https://{word(context.subject)}/", repaired=f"Strict-Transport-Security: {header}")
    ]
    return configured(context, both(nginx, apache, context.host), proof, "ask_hsts", "hsts_sticks")


def _https(host: str) -> tuple[str, str]:
    nginx = (
        f"listen 443 ssl;\nserver_name {host};\nssl_certificate {CHAIN};\nssl_certificate_key {KEY};\n"
        "ssl_protocols TLSv1.2 TLSv1.3;"
    )
    apache = f"ServerName {host}\nSSLEngine on\nSSLCertificateFile {CHAIN}\nSSLCertificateKeyFile {KEY}"
    return nginx, apache


def renewed(context: Context, host: str = "") -> Repair:
    """A new certificate for the site."""
    name = host or context.host
    port = 443 if host else context.port or 443
    nginx = f"ssl_certificate {CHAIN};\nssl_certificate_key {KEY};"
    apache = f"SSLCertificateFile {CHAIN}\nSSLCertificateKeyFile {KEY}"
    proof = server.handshake(name, port, f"-verify_hostname {name}", repaired=GOOD, broken="Verify return code: ")
    made = configured(
        context, [request(name), *both(nginx, apache, name)], proof, "ask_certificate", "certificate_path"
    )
    return Repair.joined([Repair(before=(note("replace_paths"),)), made]) if made.snippets else made


def encrypted(context: Context) -> Repair:
    """A site by HTTPS where there is none."""
    nginx, apache = _https(context.host)
    proof = [Proof(command=f"curl -sI https://{context.host}/", repaired="HTTP/", broken="")]
    snippets = [request(context.host), *both(nginx, apache, context.host)]
    made = configured(context, snippets, proof, "ask_https", "certificate_path")
    return Repair.joined([Repair(before=(note("replace_paths"),)), made]) if made.snippets else made


def policy_site(host: str) -> Repair:
    """A site that serves the MTA-STS policy as RFC 8461 section 3.3 requires: HTTPS, 200, text/plain, no redirect."""
    path = "/.well-known/mta-sts.txt"
    nginx, apache = _https(host)
    folder = "/var/www/mta-sts"
    nginx += f"\nlocation = {path} {{\n    default_type text/plain;\n    alias {folder}/mta-sts.txt;\n}}"
    apache += f'\nAlias "{path}" "{folder}/mta-sts.txt"\n<Location "{path}">\n    ForceType text/plain\n'
    apache += "    Require all granted\n</Location>"
    proof = [Proof(command=f"curl -si https://{host}{path}", repaired="version: STSv1", broken="")]
    before = (
        note("sts_site_first", host=host),
        note("sts_site_file", file=f"{folder}/mta-sts.txt"),
        note("replace_paths"),
    )
    back = (note("back_site"),)
    return Repair(before=before, snippets=tuple(both(nginx, apache, host)), back=back, proof=tuple(proof))


def closed_to_outside(context: Context, path: str) -> Repair:
    """A page that only known addresses reach; 192.0.2.0/24 stands for them."""
    nginx = f"location ^~ {path} {{\n    allow REPLACE;\n    deny all;\n}}"
    apache = f'<Location "{path}">\n    Require ip REPLACE\n</Location>'
    proof = [Proof(command=f"curl -sI https://{context.host}{path}", repaired="403", broken="200")]
    made = configured(context, both(nginx, apache, context.host), proof, "ask_close_page", "locked_out")
    return (
        Repair.joined([Repair(before=(note("replace_addresses"), note("page_location"))), made])
        if made.snippets
        else made
    )
