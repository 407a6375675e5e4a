"""Repairs of web sites, proved with nginx and with Apache: the printed lines go where they say they belong."""

import pytest

from servers.machine import AUTO, DOMAIN, HOST, STS, Machine
from servers.proving import prove
from servers.unproved import told

pytestmark = pytest.mark.usefixtures("own_network")
POLICY = f"version: STSv1\nmode: enforce\nmx: {HOST}\nmax_age: 1209600\n"
ANNOUNCED = {f"_mta-sts.{DOMAIN}": {"TXT": ["v=STSv1; id=1"]}}
SETTINGS = (
    '<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.jp"><domain>example.jp</domain>'
    f'<incomingServer type="imap"><hostname>{HOST}</hostname><port>143</port><socketType>plain</socketType>'
    "</incomingServer></emailProvider></clientConfig>"
)
FORM = "<form><input type=password name=p></form>"


class Site:
    """Lines that give a site a fault, in the words of the web server that runs."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.nginx = machine, machine.web == "nginx"
        self.folder = f"$MACHINE/{machine.web}"
        self.reload = f"systemctl reload {'nginx' if self.nginx else 'apache2'}"

    def lines(self, nginx: str, apache: str, file: str = "site.conf") -> str:
        """The lines at the end of a site's settings."""
        return f"cat >> {self.folder}/{file} <<'END'\n{nginx if self.nginx else apache}\nEND\n{self.reload}"

    def port80(self, nginx: str, apache: str, name: str = HOST, file: str = "port80.conf") -> str:
        """Another site on port 80."""
        address = self.machine.address
        block = (
            f"server {{ listen {address}:80; server_name {name};\n{nginx}\n}}"
            if self.nginx
            else f"<VirtualHost {address}:80>\nServerName {name}\n{apache}\n</VirtualHost>"
        )
        return f"cat > {self.folder}/{file} <<END\n{block}\nEND\n{self.reload}"

    def certificate(self, name: str, file: str = "site.conf") -> str:
        """Another certificate."""
        return f"sed -i 's#/expired/#/{name}/#; s#/good/#/{name}/#' {self.folder}/{file}\n{self.reload}"

    def unencrypted(self) -> str:
        """No site knows TLS."""
        return f"sed -i 's# ssl;#;#; /^ssl_/d; /^SSL/d' {self.folder}/*.conf\n{self.reload}"

    def page(self, path: str, content: str) -> str:
        """A file of a site."""
        return f"mkdir -p $(dirname $MACHINE/www/{path}) && cat > $MACHINE/www/{path} <<'END'\n{content.strip()}\nEND"


@pytest.fixture
def site(web_machine: Machine) -> Site:
    return Site(web_machine)


@pytest.fixture
def machine(web_machine: Machine) -> Machine:
    return web_machine


def test_printed_lines_end_the_findings_of_webmail(machine):
    prove(machine, "webmail")


@pytest.mark.parametrize("name", ["self", "urgent", "soon", "foreign", "other"])
def test_certificates_of_webmail(machine, site, name):
    prove(machine, "webmail", site.certificate(name), ("certificate",), {"webmail.hsts_missing"})


def test_weak_suites_of_webmail(machine, site):
    fault = site.certificate("rsa") + "\n"
    fault += f"sed -i 's#ALL:@SECLEVEL=0#ALL:!aNULL:@SECLEVEL=0#' {site.folder}/site.conf\n{site.reload}"
    prove(machine, "webmail", fault, ("suite", "tls_old"))


def test_a_short_time_of_strict_transport(machine, site):
    header = '"max-age=600"'
    lines = site.lines(
        f"add_header Strict-Transport-Security {header} always;",
        f"Header always set Strict-Transport-Security {header}",
    )
    prove(machine, "webmail", f"{site.certificate('good')}\n{lines}", ("hsts_short",))


@pytest.mark.parametrize("word", ["login_in_clear", "detour", "redirect_unreadable"])
def test_ways_from_http_to_https(machine, site, word):
    fault = {
        "login_in_clear": site.page(f"{HOST}/index.html", FORM),
        "detour": site.port80(
            f"location = / {{ return 302 http://{HOST}/there; }} location / {{ return 302 https://{HOST}/; }}",
            f"RedirectMatch ^/$ http://{HOST}/there\nRedirect /there https://{HOST}/",
        ),
        "redirect_unreadable": site.port80(
            "location / { return 302 http://[::1/; }",
            'RedirectMatch ^/ http://x.example/\nHeader always set Location "http://[::1/"',
        ),
    }[word]
    assert f"webmail.{word}" in prove(machine, "webmail", fault, (word,))


def test_a_site_without_encryption(machine, site):
    allowed = {"webmail.no_redirect", "webmail.tls_old"}
    prove(machine, "webmail", site.unencrypted(), ("https_missing",), allowed)


PAGES = {
    "installer": ("installer/index.html", "<title>Roundcube Webmail Installer</title>"),
    "installer_off": ("installer/index.html", "The installer is disabled!"),
    "login_page": ("admin/index.html", "<title>Postfix Admin</title>"),
    "open_console": ("admin/index.html", "<title>Rspamd Web Interface</title>"),
}


@pytest.mark.parametrize("word", sorted(PAGES))
def test_pages_for_administrators_are_closed_to_everybody_else(machine, site, word):
    path, content = PAGES[word]
    fault = f"{site.certificate('good')}\n{site.page(f'{HOST}/{path}', content)}"
    assert f"admin_pages.{word}" in prove(machine, "admin_pages", fault, (word,))


@pytest.mark.parametrize("where", ["malformed", "plain", "http"])
def test_settings_for_mail_programs(machine, site, where):
    path = f"{AUTO}/mail/config-v1.1.xml"
    fault = site.page(path, "<clientConfig" if where == "malformed" else SETTINGS)
    if where == "http":
        root = f"$MACHINE/www/80/{AUTO}"
        fault = site.port80(f"root {root};", f"DocumentRoot {root}", AUTO, "auto80.conf")
        fault = f"{site.page('80/' + path, SETTINGS)}\n{fault}"
    zone = {AUTO: {"A": [machine.address]}}
    proved = prove(machine, "client_settings", fault, ("settings",), zone=zone)
    assert f"client_settings.settings_{where}" in proved


TESTED_FIRST = {"mta_sts.mode_testing"}
"""A policy that nobody could read is tested before it is enforced."""
HERE = {STS: {"A": ["127.9.87.2"]}} | ANNOUNCED
FILE = f"{STS}/.well-known/mta-sts.txt"


@pytest.mark.parametrize("name", ["self", "expired", "other", "urgent", "soon"])
def test_certificates_of_the_site_of_a_policy(machine, site, name):
    fault = f"{site.certificate(name, 'sts.conf')}\n{site.page(FILE, POLICY)}"
    prove(machine, "mta_sts", fault, ("policy", "certificate"), zone=HERE)


@pytest.mark.parametrize("web_machine", ["nginx"], indirect=True)
def test_a_port_of_the_policy_without_encryption(machine, site):
    """In nginx a port has TLS or not, whatever the site; in Apache there is no such port."""
    fault = f"sed -i 's# ssl;#;#' {site.folder}/*.conf\nsed -i '/^ssl_/d' {site.folder}/sts.conf\n{site.reload}"
    proved = prove(machine, "mta_sts", f"{site.page(FILE, POLICY)}\n{fault}", ("policy",), TESTED_FIRST, zone=HERE)
    assert proved == {"mta_sts.policy_no_tls"}


@pytest.mark.parametrize("word", ["policy_status", "policy_type", "policy_redirect"])
def test_a_site_that_does_not_hand_the_policy_out(machine, site, word):
    away = f"https://{STS}/else"
    fault = site.page(FILE, POLICY) + "\n"
    fault += {
        "policy_status": f"rm $MACHINE/www/{FILE}",
        "policy_type": site.lines(
            "location /.well-known/ { default_type text/html; types { } }", "AddType text/html .txt", "sts.conf"
        ),
        "policy_redirect": site.lines(
            f"location /.well-known/ {{ return 302 {away}; }}", f"RedirectMatch ^/.well-known/ {away}", "sts.conf"
        ),
    }[word]
    # the steps before the lines say that a redirect has to go
    first = f"sed -i '/^Redirect/d' {site.folder}/sts.conf" if word == "policy_redirect" else ""
    assert f"mta_sts.{word}" in prove(machine, "mta_sts", fault, ("policy",), TESTED_FIRST, zone=HERE, first=first)


def test_a_host_that_does_not_answer_and_one_that_has_no_address(machine):
    """The printed lines bring the site; its address in the DNS is a step before them."""
    for code, zone in (
        ("mta_sts.policy_no_host", ANNOUNCED),
        ("mta_sts.policy_closed", ANNOUNCED | {STS: {"A": ["127.9.87.3"]}}),
    ):
        assert prove(
            machine, "mta_sts", "", ("policy",), TESTED_FIRST, zone=zone, then={STS: {"A": [machine.address]}}
        ) == {code}


def test_how_many_codes_of_sites_were_proved(capsys):
    told("sites", capsys)
