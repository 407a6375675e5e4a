"""The real servers of the test world: one process each, its configuration written into a folder of its own."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ALL_SUITES = "ALL:@SECLEVEL=0"
ANY_TLS = {
    "smtpd_tls_auth_only": "no",
    "smtpd_tls_protocols": "",
    "smtpd_tls_mandatory_protocols": "",
    "smtpd_tls_ciphers": "medium",
    "smtpd_tls_mandatory_ciphers": "medium",
    "tls_medium_cipherlist": ALL_SUITES,
}
"""Settings of Postfix that accept every version and suite, and passwords in the clear."""
_SBIN = "/usr/sbin"


class Daemon:
    """A server process that logs into `<folder>/<name>.log` and ends with its whole process group."""

    def __init__(self, name: str, folder: Path, line: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._out = self.log.open("ab")
        self.process = subprocess.Popen(
            list(line),
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )

    def wait_for_line(self, text: str, *, seconds: float = 20) -> None:
        """Return when its log holds `text`; RuntimeError when it ended or time is over."""
        end = time.monotonic() + seconds
        while text not in self.log.read_text(errors="replace"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} never wrote {text!r}:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it: politely first, by force after three seconds."""
        for force in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, force)
            except ProcessLookupError:
                break
            try:
                self.process.wait(timeout=3)
                if force is signal.SIGTERM:
                    self._sweep()
                break
            except subprocess.TimeoutExpired:
                continue
        self.process.wait(timeout=3)
        self._out.close()

    def _sweep(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def environment() -> dict[str, str]:
    """What every server gets to see of this machine's environment: nothing that could bend its behaviour."""
    return {"PATH": f"{_SBIN}:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


def nsd(folder: Path, address: str, master_files: Mapping[str, str]) -> Daemon:
    """The authoritative name server for all of `master_files` (origin → text)."""
    lines = [
        "server:",
        *_settings(
            {
                "ip-address": address,
                "port": "53",
                "username": '""',
                "chroot": '""',
                "database": '""',
                "zonesdir": f'"{folder}"',
                "pidfile": f'"{folder}/nsd.pid"',
                "xfrdfile": f'"{folder}/xfrd.state"',
                "zonelistfile": f'"{folder}/zones.list"',
                "server-count": "1",
                "rrl-ratelimit": "0",
                "hide-version": "yes",
            }
        ),
        "remote-control:",
        "    control-enable: no",
    ]
    for number, (origin, content) in enumerate(master_files.items()):
        (folder / f"zone{number}").write_text(content, encoding="utf-8")
        lines += ["zone:", f'    name: "{origin}"', f'    zonefile: "zone{number}"']
    (folder / "nsd.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Daemon("nsd", folder, [f"{_SBIN}/nsd", "-d", "-c", f"{folder}/nsd.conf"], environment())


def unbound(folder: Path, address: str, authority: str, anchor: str) -> Daemon:
    """The validating resolver that knows no root but the toy root at `authority`."""
    (folder / "root.hints").write_text(f". NS ns.servers.example.\nns.servers.example. A {authority}\n")
    (folder / "root.key").write_text(anchor)
    lines = [
        "server:",
        *_settings(
            {
                "interface": address,
                "port": "53",
                "access-control": "127.0.0.0/8 allow",
                "do-not-query-localhost": "no",
                "do-ip6": "no",
                "username": '""',
                "chroot": '""',
                "directory": f'"{folder}"',
                "pidfile": f'"{folder}/unbound.pid"',
                "root-hints": f'"{folder}/root.hints"',
                "trust-anchor-file": f'"{folder}/root.key"',
                "module-config": '"validator iterator"',
                "use-syslog": "no",
                "val-log-level": "2",
                "num-threads": "1",
                "so-rcvbuf": "0",
                "target-fetch-policy": '"0 0 0 0 0"',
            }
        ),
        *(f"    local-zone: {zone} nodefault" for zone in ("127.in-addr.arpa.", "test.")),
        "remote-control:",
        "    control-enable: no",
    ]
    (folder / "unbound.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Daemon("unbound", folder, [f"{_SBIN}/unbound", "-d", "-c", f"{folder}/unbound.conf"], environment())


def postfix(
    folder: Path, domain: str, services: Sequence[str], settings: Mapping[str, str], within: Sequence[str] = ()
) -> Daemon:
    """A Postfix of its own for `domain`: the `services` lines of master.cf, `settings` over safe defaults.

    Unless the settings say otherwise it never takes a mail: every DATA is refused, and nothing is delivered anywhere.
    `within` is a command that runs the rest of its line.
    """
    owner = pwd.getpwnam("postfix")
    queue, state = folder / "queue", folder / "state"
    parts = "active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace"
    for part in parts.split():
        (queue / part).mkdir(parents=True)
        os.chown(queue / part, owner.pw_uid, owner.pw_gid)
    (queue / "pid").mkdir()
    state.mkdir()
    os.chown(state, owner.pw_uid, owner.pw_gid)
    chosen = {
        "compatibility_level": "3.7",
        "queue_directory": str(queue),
        "data_directory": str(state),
        "maillog_file": str(folder / "postfix.mail.log"),
        "maillog_file_prefixes": str(folder),
        "inet_protocols": "ipv4",
        "mynetworks": "127.255.255.255/32",
        "mydestination": domain,
        "alias_maps": "",
        "local_transport": "discard:nobody lives here",
        "default_transport": "discard:no mail leaves this world",
        "smtpd_data_restrictions": "reject",
        "smtpd_tls_session_cache_database": "",
        "smtpd_timeout": "20s",
    } | dict(settings)
    (folder / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()))
    base = (
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n 300 1 qmgr",
        "tlsmgr unix - - n 1000? 1 tlsmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce",
        "proxymap unix - - n - - proxymap",
        "error unix - - n - - error",
        "discard unix - - n - - discard",
        "retry unix - - n - - error",
        "anvil unix - - n - 1 anvil",
        "postlog unix-dgram n - n - 1 postlogd",
    )
    (folder / "master.cf").write_text("\n".join([*services, *base]) + "\n")
    line = [*within, "/usr/lib/postfix/sbin/master", "-c", str(folder), "-s"]
    return Daemon("postfix", folder, line, environment() | {"MAIL_CONFIG": str(folder)})


def dovecot(folder: Path, address: str, lines: Sequence[str]) -> Daemon:
    """A Dovecot with IMAP and POP3 at `address`, and the socket `auth` for Postfix; nobody can log in."""
    settings = [
        f"base_dir = {folder}/run",
        f"state_dir = {folder}/state",
        "log_path = /dev/stderr",
        "protocols = imap pop3",
        f"listen = {address}",
        "auth_mechanisms = plain login",
        f"passdb {{\n  driver = passwd-file\n  args = {folder}/nobody\n}}",
        "userdb {\n  driver = static\n  args = uid=65534 gid=65534 home=/nonexistent\n}",
        "ssl_client_require_valid_cert = no",
        "stats_writer_socket_path =",
        f"service auth {{\n  unix_listener {folder}/auth {{\n    mode = 0666\n  }}\n}}",
        *lines,
    ]
    (folder / "state").mkdir()
    (folder / "nobody").touch()
    (folder / "dovecot.conf").write_text("\n".join(settings) + "\n")
    return Daemon("dovecot", folder, [f"{_SBIN}/dovecot", "-F", "-c", f"{folder}/dovecot.conf"], environment())


def sshd(folder: Path, address: str, settings: Mapping[str, str]) -> Daemon:
    """An OpenSSH server at `address`:22 with a fresh Ed25519 host key, and RSA where `settings` offer `ssh-rsa`."""
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    kinds = ("ed25519", "rsa") if "ssh-rsa" in settings.get("HostKeyAlgorithms", "") else ("ed25519",)
    for kind in kinds:
        make = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(folder / f"host_{kind}")]
        subprocess.run(make, check=True, env=environment())
    chosen = {
        "ListenAddress": address,
        "Port": "22",
        "PidFile": "none",
        "UsePAM": "no",
        "PermitRootLogin": "no",
        "AuthorizedKeysFile": "none",
        "LogLevel": "VERBOSE",
    } | dict(settings)
    lines = [f"{name} {value}" for name, value in chosen.items()]
    lines += [f"HostKey {folder}/host_{kind}" for kind in kinds]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    return Daemon("sshd", folder, [f"{_SBIN}/sshd", "-D", "-e", "-f", f"{folder}/sshd_config"], environment())


def nginx(folder: Path, servers: Sequence[str]) -> Daemon:
    """One web server for all the world's web sites; `servers` are its server blocks."""
    temporary = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    lines = [
        "daemon off;",
        "worker_processes 1;",
        "user root;",
        f"pid {folder}/nginx.pid;",
        "error_log stderr notice;",
        "events { worker_connections 256; }",
        "http {",
        *temporary,
        "access_log /dev/stdout;",
        "server_tokens off;",
        "types { text/plain txt; text/html html; }",
        "default_type text/html;",
        *servers,
        "}",
    ]
    (folder / "nginx.conf").write_text("\n".join(lines) + "\n")
    return Daemon("nginx", folder, [f"{_SBIN}/nginx", "-c", f"{folder}/nginx.conf", "-e", "stderr"], environment())


def apache(folder: Path, address: str, www: Path, lines: Sequence[str]) -> Daemon:
    """An Apache HTTP server at `address`, with the modules that a usual installation with TLS has."""
    modules = "mpm_event authz_core authz_host alias dir headers mime ssl socache_shmcb"
    settings = [
        f"ServerRoot {folder}",
        *(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules.split()),
        f"Listen {address}:80",
        f"Listen {address}:443",
        "ServerName localhost",
        f"PidFile {folder}/apache2.pid",
        f"DefaultRuntimeDir {folder}",
        f"Mutex file:{folder} default",
        "User www-data",
        "Group www-data",
        "ErrorLog /dev/stderr",
        "TypesConfig /etc/mime.types",
        "ServerLimit 4",
        "ThreadsPerChild 8",
        "MaxRequestWorkers 32",
        f"<Directory {www}>\nRequire all granted\n</Directory>",
        *lines,
    ]
    (folder / "apache.conf").write_text("\n".join(settings) + "\n")
    return Daemon(
        "apache2", folder, [f"{_SBIN}/apache2", "-D", "FOREGROUND", "-f", f"{folder}/apache.conf"], environment()
    )


def wait_for(address: str, port: int, daemon: Daemon, *, seconds: float = 20) -> None:
    """Return when `address`:`port` takes TCP connections; RuntimeError when the server ended or time is over."""
    end = time.monotonic() + seconds
    while daemon.process.poll() is None and time.monotonic() < end:
        with socket.socket() as attempt:
            attempt.settimeout(1)
            if attempt.connect_ex((address, port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{daemon.name} does not answer at {address}:{port}:\n{daemon.log.read_text(errors='replace')}")


def _settings(values: Mapping[str, str]) -> list[str]:
    return [f"    {name}: {value}" for name, value in values.items()]
