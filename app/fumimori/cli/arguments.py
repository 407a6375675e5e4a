"""What the options ask for as records: the assessment's scope and consent, and how the run connects."""

import argparse
import dataclasses
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import msgspec

from fumimori.cli.files import WrongUseError, readable
from fumimori.engine import NetworkSettings, confirmed
from fumimori.grammar.domain_names import BadDomainError, ascii_domain, ascii_host
from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Organisation, Rules, Scope
from fumimori.texts import Texts


def assessment(options: argparse.Namespace, first: str, texts: Texts) -> Assessment:
    """An empty assessment of the domain `first` and of what else the options name; WrongUseError."""
    level = ConsentLevel(options.consent)
    name, _, role = (part.strip() for part in options.authorised_by.partition(","))
    if level >= ConsentLevel.AUTHORISED and not (name and role):
        raise WrongUseError(texts("cli.needs_authority"))
    if level >= ConsentLevel.RELAY and not options.own_server:
        raise WrongUseError(texts("cli.needs_own_server"))
    mail = dict.fromkeys((first, *options.also_domain)) | dict.fromkeys(options.parked_domain, False)
    domains = [DomainScope(name=domain_name(typed, texts), sends_mail=sends) for typed, sends in mail.items()]
    domains[0] = msgspec.structs.replace(domains[0], selectors=tuple(options.selector))
    made = msgspec.structs.replace(
        empty(domains[0].name),
        scope=Scope(
            domains=tuple({domain.name: domain for domain in domains}.values()),
            mail_hosts=host_names(options.mail_host, texts),
            ssh_hosts=host_names(options.ssh_host, texts),
            webmail_hosts=host_names(options.webmail_host, texts),
            own_hosts=host_names(options.own_host, texts),
            addresses=_mail_addresses(options.address, texts),
            sending_addresses=_ip_addresses(options.sending_address, texts),
        ),
        consent=Consent(
            level=level,
            name=name,
            role=role,
            own_server=options.own_server,
        ),
    )
    if not level:
        return made
    # On the command line, naming the level confirms it for the targets of the same line.
    also = host_names(options.also_contact, texts)
    return msgspec.structs.replace(made, consent=confirmed(made, datetime.now(UTC).astimezone(), also))


def settings(options: argparse.Namespace, texts: Texts) -> NetworkSettings:
    """How the run connects, and how thorough it is; WrongUseError."""
    chosen = outward(options, texts)
    return dataclasses.replace(chosen, from_outside=options.from_outside, thorough=options.thorough)


def outward(options: argparse.Namespace, texts: Texts) -> NetworkSettings:
    """The resolvers, roots and control hosts of a run; WrongUseError."""
    return NetworkSettings(
        resolver=_resolver(options.resolver, texts),
        second_resolver=_resolver(options.second_resolver, texts),
        dnssec_anchor=_anchor(options.dnssec_anchor, texts),
        ca_file=readable(options.ca_file, texts),
        control_hosts=_control_hosts(options.control_host, texts) or None,
    )


def empty(domain: str) -> Assessment:
    """An assessment of `domain` in which nothing has been seen or answered."""
    return Assessment(
        id=str(uuid.uuid4()),
        created=datetime.now(UTC).astimezone(),
        organisation=Organisation(name=domain),
        scope=Scope(domains=(DomainScope(name=domain),)) if domain else Scope(),
    )


def with_blocklists(assessment: Assessment, options: argparse.Namespace, rules: Rules, texts: Texts) -> Assessment:
    """The assessment with the blocklists that were switched on: those that may be asked freely, and those named."""
    free = [row["zone"] for row in rules.tables["blocklists"].dicts() if row["use"] == "free"]
    zones = tuple(dict.fromkeys((*(free if options.blocklists else ()), *host_names(options.blocklist, texts))))
    return msgspec.structs.replace(assessment, scope=msgspec.structs.replace(assessment.scope, blocklists=zones))


def domain_name(typed: str, texts: Texts) -> str:
    """The domain in its ASCII form; WrongUseError."""
    try:
        return ascii_domain(typed)
    except BadDomainError:
        raise WrongUseError(texts("cli.bad_domain", domain=typed)) from None


def host_names(named: Sequence[str], texts: Texts) -> tuple[str, ...]:
    """`HOST` or `HOST:PORT` in ASCII form; WrongUseError."""
    hosts = []
    for host in named:
        try:
            hosts.append(ascii_host(host))
        except BadDomainError:
            raise WrongUseError(texts("cli.bad_host", host=host)) from None
    return tuple(hosts)


def _control_hosts(named: Sequence[str], texts: Texts) -> tuple[str, ...]:
    """`HOST`, `HOST:PORT` or an IP address; WrongUseError."""
    hosts: list[str] = []
    for typed in named:
        try:
            hosts.append(str(ip_address(typed.strip())))
        except ValueError:
            hosts += host_names((typed,), texts)
    return tuple(hosts)


def _mail_addresses(named: Sequence[str], texts: Texts) -> tuple[str, ...]:
    """Mail addresses, the local part as it was typed, the domain in its ASCII form."""
    addresses = []
    for address in named:
        local, _, domain = address.strip().rpartition("@")
        try:
            name = ascii_domain(domain)
        except BadDomainError:
            name = ""
        if not (local and name):
            raise WrongUseError(texts("cli.bad_address", address=address))
        addresses.append(f"{local}@{name}")
    return tuple(addresses)


def _ip_addresses(named: Sequence[str], texts: Texts) -> tuple[str, ...]:
    """IP addresses in their usual form."""
    addresses = []
    for address in named:
        try:
            addresses.append(str(ip_address(address.strip())))
        except ValueError:
            raise WrongUseError(texts("cli.bad_ip", address=address)) from None
    return tuple(addresses)


def _resolver(named: str | None, texts: Texts) -> str | None:
    from fumimori.net.resolvers import parse_upstream

    if named is None:
        return None
    try:
        parse_upstream(named)
    except ValueError:
        raise WrongUseError(texts("cli.bad_resolver", resolver=named)) from None
    return named


def _anchor(name: str | None, texts: Texts) -> Path | None:
    from fumimori.net.dnssec_keys import read_anchors

    path = readable(name, texts)
    if path is not None:
        try:
            read_anchors(path.read_text(encoding="ascii", errors="replace"))
        except ValueError as error:
            raise WrongUseError(texts("cli.bad_anchor", path=str(path), detail=str(error))) from None
    return path
