"""Repairs of the automatic settings for mail programs: the same servers, at the ports with implicit TLS."""

import re
from collections.abc import Callable, Mapping

from fumimori.checks.client_settings.facts import CLIENT_SETTINGS
from fumimori.checks.mx.facts import MX
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note, word
from fumimori.grammar.client_config import ClientServer, parse_client_config
from fumimori.model import Proof, Repair, Snippet, SnippetKind

SAFE_PORTS = {"imap": 993, "pop3": 995, "smtp": 465}
"""RFC 8314 section 3.3."""
SAFE_SERVICES = {"imap": "imaps", "pop3": "pop3s", "submission": "submissions"}
SAFE_OF = {"imaps": 993, "pop3s": 995, "submissions": 465}
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def _file(context: Context) -> Repair:
    """The settings file with encrypted connections alone, at its place by https."""
    servers, domain = _servers(context), word(context.subject)
    if not servers:
        return Repair()
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<clientConfig version="1.1">',
        f'  <emailProvider id="{domain}">',
        f"    <domain>{domain}</domain>",
    ]
    for one in servers:
        element = "outgoingServer" if one.kind == "smtp" else "incomingServer"
        lines += [
            f'    <{element} type="{one.kind}">',
            f"      <hostname>{one.host}</hostname>",
            f"      <port>{SAFE_PORTS[one.kind]}</port>",
            "      <socketType>SSL</socketType>",
            "      <username>%EMAILADDRESS%</username>",
            "      <authentication>password-cleartext</authentication>",
            f"    </{element}>",
        ]
    content = "\n".join([*lines, "  </emailProvider>", "</clientConfig>", ""])
    url = f"https://autoconfig.{domain}/mail/config-v1.1.xml"
    proof = Proof(
        command=f"curl -s {url}", repaired="<socketType>SSL</socketType>", broken="<socketType>plain</socketType>"
    )
    return Repair(
        before=(note("safe_ports_first"),),
        snippets=(Snippet(kind=SnippetKind.FILE, place=url, content=content),),
        risks=(note("set_up_programs"),),
        back=(note("back_policy"),),
        proof=(proof,),
    )


def _servers(context: Context) -> list[ClientServer]:
    """The servers of the files that were found, each once; the mail servers where no file can be read."""
    facts = context.observations.facts(CLIENT_SETTINGS, context.subject)
    read = [parse_client_config(answer.untrusted_body) for answer in (facts.configs if facts is not None else ())]
    found = {(one.kind, one.host): one for config in read for one in config.servers}
    good = [one for one in found.values() if one.kind in SAFE_PORTS and _HOST.fullmatch(one.host)]
    mx = context.observations.facts(MX, context.subject)
    hosts = context.assessment.scope.mail_hosts or (mx.mail_hosts if mx is not None else ())
    if good or not hosts or not _HOST.fullmatch(hosts[0]):
        return good
    return [ClientServer(kind=kind, host=hosts[0]) for kind in ("imap", "smtp")]


def _records(context: Context) -> Repair:
    """Records for the encrypted ports in addition to the old ones (RFC 6186, RFC 8314 section 5.1)."""
    facts = context.observations.facts(CLIENT_SETTINGS, context.subject)
    made = []
    for old, new in SAFE_SERVICES.items():
        for target in dict.fromkeys(facts.targets(old) if facts is not None else ()):
            host = target.rpartition(":")[0]
            made.append(zone.record(f"_{new}._tcp.{context.subject}", "SRV", f"0 1 {SAFE_OF[new]} {host}."))
    return zone.published(made, before=[note("safe_ports_first")])


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "settings_plain": _file,
    "settings_http": _file,
    "settings_malformed": _file,
    "srv_clear_only": _records,
}
