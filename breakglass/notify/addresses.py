"""Which addresses of the internet are anybody's to reach, whatever way they are written. No socket is opened here."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291: all that was ever allocated
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def is_public(address: str) -> bool:
    """Whether an IPv4 or IPv6 address, as getaddrinfo gives it, is global unicast.

    One that carries an IPv4 address inside (mapped, NAT64, 6to4) is judged by that one; Teredo is refused.
    """
    address, _, zone = address.partition("%")
    if zone:
        return False
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inside = _inside(ip)
        if inside is not None:
            return _is_global(inside)
        if ip.teredo is not None:
            return False
    return _is_global(ip)


def _is_global(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip not in GLOBAL_UNICAST:
        return False  # site-local (fec0::/10) and whatever nobody was given yet
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _inside(ip: IPv6Address) -> IPv4Address | None:
    if ip in NAT64:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour
