"""The hosts that a page answers for.

Whoever owns a name can let it lead to this machine (DNS rebinding): a browser then takes the page for a part of their
site, and lets that site read and send what it wants. So only known names are served. A literal IP address cannot be
made to lead anywhere else.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass

_HEADER = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)\.?)(?::[0-9]{0,5})?",
                     re.IGNORECASE | re.ASCII)
_LONGEST = 260  # a name of the DNS has 253 characters, a port five


def host_of(header: str | None) -> str | None:
    """The host that a `Host` header names, in its plain form and without the port; None where it names none.

    >>> host_of("Voice.Example.:8000"), host_of("[0:0::1]:8000"), host_of("::1")
    ('voice.example', '::1', None)
    """
    found = _HEADER.fullmatch(header or "")
    if not found or len(found[0]) > _LONGEST:
        return None
    bracketed, name = found.groups()
    if bracketed:
        address = _address(bracketed)
        return str(address) if isinstance(address, ipaddress.IPv6Address) else None
    return str(name).lower()


def is_loopback(host: str) -> bool:
    """Whether a host, an address without brackets or a name, is this machine for every machine."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


@dataclass(frozen=True)
class KnownHosts:
    """The `names` that are known besides loopback; literal IP addresses are, where `addresses` says so."""

    names: frozenset[str]
    addresses: bool

    def host(self, header: str | None) -> bool:
        """Whether a `Host` header names one of them."""
        host = host_of(header)
        return host is not None and (
            host in self.names or is_loopback(host) or (self.addresses and _address(host) is not None))


def known_hosts(bound: str, allowed: tuple[str, ...]) -> KnownHosts:
    """The hosts of a page that listens on `bound`; the `allowed` ones are always known.

    Where it listens on more than loopback, also literal IP addresses and the names of this machine.
    """
    others = not is_loopback(bound)
    own = socket.gethostname()
    short = own.partition(".")[0]
    names = [*allowed, *([bound, own, short, f"{short}.local"] if others else [])]
    return KnownHosts(frozenset(host for name in names if (host := host_of(name)) is not None), others)
