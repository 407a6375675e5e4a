"""Judges a certificate by key, signature, chain and name; its validity period is judged in `checks.expiry`."""

from fumimori.model import Rules
from fumimori.network.tls import Certificate, CertificateChain

OLD_HASHES = frozenset({"md2", "md4", "md5", "sha1"})


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
    """Why a validating client refuses the chain, apart from time: `self_signed`, `incomplete`, `untrusted`,
    `wrong_name`. Weak keys and signatures are distinguished from that; the name counts where people are known to use
    it.
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
