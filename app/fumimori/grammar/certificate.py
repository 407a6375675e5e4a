"""A certificate (RFC 5280 section 4.1) from its DER."""

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

DER_MOST = 65_536
"""Bytes of one certificate that are read."""


def parse_certificate(der: bytes) -> "x509.Certificate | None":
    """The certificate in `der`; None when it is not one, or too long to be one."""
    from cryptography import x509

    if len(der) > DER_MOST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        return None
