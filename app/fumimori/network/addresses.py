"""Addresses that the Internet carries nothing to: those of private networks and of this machine itself."""

from ipaddress import ip_address, ip_network

NOT_ROUTED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "::/128",
        "fc00::/7",
        "fe80::/10",
        "224.0.0.0/3",
        "ff00::/8",
    )
)
"""Networks that end at somebody's own router (RFC 1918, RFC 6598, RFC 4193), this machine, and no machine at all."""


def not_routed(address: str) -> bool:
    """Whether the Internet carries no packets to `address`; an IPv4 address written as IPv6 counts as IPv4.

    False for what is no address.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in NOT_ROUTED)
