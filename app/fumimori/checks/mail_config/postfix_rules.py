"""What Postfix's own settings mean (postconf(5)): who may relay, who may log in how, and which TLS is spoken."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence

from fumimori.checks.mail_config.facts import Facts, Service
from fumimori.grammar.versions import older

OLD = frozenset({"sslv2", "sslv3", "tlsv1", "tlsv1.0", "tlsv1.1"})
_RESTRICTIONS = ("client", "helo", "sender", "relay", "recipient", "data", "end_of_data")
_USUAL_RELAY = "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination"
_CLOSING = frozenset({"reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "defer_if_permit"})
_PLAIN_RELAY = _CLOSING | {"permit_mynetworks", "permit_sasl_authenticated"}
FILTERS: Mapping[str, tuple[str, ...]] = {
    "Rspamd": ("rspamd", ":11332"),
    "Amavis": ("amavis", ":10024", ":10026"),
    "ClamAV": ("clamav", "clamsmtp"),
    "SpamAssassin": ("spamass", "spamd"),
}
"""By words of `smtpd_milters` and `content_filter`, or the ports that they listen on unless told otherwise."""
_LOOPBACK = ("127.", "[::1]", "localhost:")


def ways_in(facts: Facts) -> tuple[Service | None, ...]:
    """The services that others than this machine reach; None stands for main.cf where no service is listed."""
    if facts.services:
        return tuple(service for service in facts.services if not service.name.startswith(_LOOPBACK))
    return (None,)


def name_of(service: Service | None) -> str:
    """As people know it."""
    return f"Postfix {service.name}" if service else "Postfix"


def tokens(value: str) -> list[str]:
    """The words of a list, whether commas or spaces part them."""
    return [word for word in value.replace(",", " ").split() if word]


def restrictions(facts: Facts, service: Service | None) -> set[str]:
    """Every word of every list of restrictions that counts for the service."""
    lists = (facts.get(f"smtpd_{kind}_restrictions", "", service) for kind in _RESTRICTIONS)
    return {word for value in lists for word in tokens(value)}


def logs_in(facts: Facts, service: Service | None) -> bool:
    """Whether people can log in there."""
    return facts.get("smtpd_sasl_auth_enable", "no", service).lower() == "yes"


def login_before_tls(facts: Facts, service: Service | None) -> bool:
    """Whether a password may travel there before TLS has begun."""

    def get(name: str) -> str:
        return facts.get(name, "", service).lower()

    only_tls = "yes" in (get("smtpd_tls_auth_only"), get("smtpd_tls_wrappermode"), get("smtpd_enforce_tls"))
    only_tls = only_tls or get("smtpd_tls_security_level") in ("encrypt", "dane", "dane-only", "secure", "verify")
    hidden = "noplaintext" in tokens(get("smtpd_sasl_security_options"))
    return logs_in(facts, service) and not only_tls and not hidden


def speaks_tls(facts: Facts, service: Service | None) -> bool:
    """Whether TLS is offered there."""
    level = facts.get("smtpd_tls_security_level", "", service).lower()
    words = [
        facts.get(f"smtpd_{name}", "no", service).lower() for name in ("use_tls", "enforce_tls", "tls_wrappermode")
    ]
    return level not in ("", "none") or "yes" in words


def refuses_strangers(facts: Facts, service: Service | None) -> bool:
    """Whether mail from anybody to anybody else is refused there."""
    relay = facts.get("smtpd_relay_restrictions", _USUAL_RELAY, service)
    return _closes(relay) or _closes(facts.get("smtpd_recipient_restrictions", "", service))


def _closes(value: str) -> bool:
    """Whether a list comes to a word that refuses, and to no `permit` before it."""
    for word in tokens(value):
        if word == "permit":
            return False
        if word in _CLOSING:
            return True
    return False


def trusted_networks(facts: Facts) -> tuple[list[str], list[str]]:
    """Networks of `mynetworks` that hold the world, or a good part of it, and those that are wide and public."""
    world, wide = [], []
    for word in tokens(facts.get("mynetworks")):
        text = word.replace("[", "").replace("]", "")
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            continue  # a table, a file, or what is taken out with !
        bits = network.prefixlen + (0 if network.version == 4 else -16)
        if bits <= 8 and not network.is_private:
            world.append(word[:60])
        elif network.is_global and bits < (24 if network.version == 4 else 32):
            wide.append(word[:60])
    if not facts.get("mynetworks") and facts.get("mynetworks_style") == "class":
        wide.append("mynetworks_style = class")
    return world, wide


def allows_old(value: str) -> bool:
    """Whether a list of protocols (`>=TLSv1.2`, `!SSLv2, !SSLv3`, `TLSv1.2`) lets TLS 1.1 or older in."""
    words = [word.lower() for word in tokens(value.replace(":", " "))]
    if not words:
        return False
    floors = [word[2:] for word in words if word.startswith(">=")]
    if floors:
        return floors[-1] in OLD
    named = [word for word in words if not word.startswith("!")]
    if named:
        return bool(OLD & set(named))
    return bool({"tlsv1", "tlsv1.1"} - {word[1:] for word in words})


def smuggles(facts: Facts) -> bool:
    """Whether a message can be hidden in another one (CVE-2023-51764); false while the version is not known."""
    if not facts.version or not older(facts.version, "3.9"):
        return False
    if facts.get("smtpd_forbid_bare_newline", "no").lower() in ("yes", "normalize", "reject"):
        return False
    short_term = "reject_unauth_pipelining" in tokens(facts.get("smtpd_data_restrictions"))
    return not (short_term and "chunking" in facts.get("smtpd_discard_ehlo_keywords").lower())


def sends_plainly(facts: Facts) -> bool | None:
    """Whether outgoing mail is never encrypted; None where it depends on what is not known."""
    level = facts.get("smtp_tls_security_level", "?").lower()
    if level not in ("?", "", "none"):
        return False
    if "yes" in (facts.get("smtp_use_tls").lower(), facts.get("smtp_enforce_tls").lower()):
        return False
    if level != "?":
        return True
    # Since 3.11 the default is to encrypt, but only at that level of compatibility.
    known = [version for version in (facts.get("compatibility_level"), facts.version) if version]
    return True if facts.complete and any(older(version, "3.11") for version in known) else None


def has_filter(facts: Facts, service: Service | None) -> bool:
    """Whether something looks at what comes in there."""
    words = restrictions(facts, service)
    listed = any(word in words for word in ("check_policy_service", "reject_rbl_client", "reject_rhsbl_sender"))
    return listed or bool(facts.get("smtpd_milters", "", service) or facts.get("content_filter", "", service))


def known_filter(facts: Facts, service: Service | None) -> str:
    """Which filter for spam and viruses looks at what comes in there; empty for none that is known.

    A milter alone is no filter: many only sign.
    """
    said = f"{facts.get('smtpd_milters', '', service)} {facts.get('content_filter', '', service)}".lower()
    return next((name for name, signs in FILTERS.items() if any(sign in said for sign in signs)), "")


def trusts_nobody(facts: Facts) -> bool:
    """Whether senders to other domains have to log in: no network is trusted but this machine itself."""
    for way in ways_in(facts):
        words = tokens(facts.get("smtpd_relay_restrictions", _USUAL_RELAY, way))
        if not _closes(" ".join(words)) or any(word not in _PLAIN_RELAY for word in words):
            return False
    networks = tokens(facts.get("mynetworks"))
    return bool(networks) and all(_is_loopback(word) for word in networks)


def _is_loopback(word: str) -> bool:
    try:
        network = ipaddress.ip_network(word.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False  # a table or a file, which is not seen
    mapped = network.network_address.ipv4_mapped if network.version == 6 else None
    return network.is_loopback or (mapped is not None and mapped.is_loopback) or network.network_address.is_loopback


def may_send_as_anybody(facts: Facts, services: Sequence[Service | None]) -> Iterator[str]:
    """The services where a logged-in user may use any sender address."""
    for service in services:
        words = restrictions(facts, service)
        if logs_in(facts, service) and not any(word.endswith("sender_login_mismatch") for word in words):
            yield name_of(service)
