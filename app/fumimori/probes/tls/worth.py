"""What a certificate is worth to those who meet it: time left by its own lifetime, key, signature, chain, name."""

from datetime import datetime, timedelta

from fumimori.core.model import Rules
from fumimori.core.network.tls import Certificate, CertificateChain

DAY = timedelta(days=1)
OLD_HASHES = frozenset({"md2", "md4", "md5", "sha1"})


def days_left(certificate: Certificate, at: datetime) -> int:
    """Whole days until it expires; negative once whole days have gone by since."""
    return int((certificate.not_after - at) / DAY)


def urgency(certificate: Certificate, at: datetime, rules: Rules) -> str:
    """`expired`, `soon` (act now), `near` (renewal is late) or empty, measured by the certificate's own lifetime.

    Fixed numbers of days would cry wolf for certificates of 47 or 6 days, which renew themselves (CA/B SC-081v3).
    """
    left = certificate.not_after - at
    lifetime = certificate.not_after - certificate.not_before
    number = rules.number
    if left <= timedelta(0):
        return "expired"
    if left < max(DAY, lifetime * number("mail_ports.expiry_soon_share")):
        return "soon"
    if lifetime <= number("mail_ports.lifetime_short_days") * DAY:
        return "near" if left < lifetime * number("mail_ports.expiry_near_share") else ""
    if left < number("mail_ports.expiry_soon_days") * DAY:
        return "soon"
    return "near" if left < number("mail_ports.expiry_near_days") * DAY else ""


def weak_key(chain: CertificateChain, rules: Rules) -> Certificate | None:
    """The first certificate of the chain whose key is shorter than public authorities may certify, roots apart.

    Keys of a kind that is not known pass.
    """
    least = {"rsa": rules.number("mail_ports.rsa_bits_least"), "ec": rules.number("mail_ports.ec_bits_least")}
    leaf_and_issuers = (*chain.certificates[:1], *(each for each in chain.certificates[1:] if not each.self_signed))
    return next((each for each in leaf_and_issuers if each.key_bits < least.get(each.key, 0)), None)


def old_signature(chain: CertificateChain) -> str:
    """The broken hash that a certificate of the chain is signed with; a root's signature of itself does not count."""
    hashes = (each.signature_hash for each in chain.certificates if not each.self_signed)
    return next((name for name in hashes if name in OLD_HASHES), "")


def distrust(chain: CertificateChain, *, name_is_confirmed: bool) -> tuple[str, ...]:
    """Why a careful client refuses the chain, apart from time: of `self_signed`, `incomplete`, `untrusted`,
    `wrong_name`. Weak keys and signatures are told apart from that; the name counts where people are known to use it.
    """  # noqa: D205 - one sentence
    faults: list[str] = []
    if chain.trust_error == "self_signed" or (chain.certificates and chain.certificates[0].self_signed):
        faults.append("self_signed")
    elif chain.trust_error == "incomplete":
        faults.append("incomplete")
    elif chain.trust_error in ("unknown_issuer", "not_yet_valid", "other"):
        faults.append("untrusted")
    if name_is_confirmed and chain.certificates and not chain.name_matches and "self_signed" not in faults:
        faults.append("wrong_name")
    return tuple(faults)
