"""Looks whether a page of the web answers, without ever reaching what is not public: an address written in the
catalogue must not make the platform speak to its own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from essor import __version__

SECONDS = 10
MOST_REDIRECTS = 5
AGENT = f"Essor/{__version__} (link check)"
KEPT = "%/:;?#[]@!$&'()*+,=~"
"""Of RFC 3986: what is written in an address as it is; the rest (accents, spaces) is encoded."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: addresses that carry one of IPv4, which may be private."""

MayReach = Callable[[str], bool]


def is_public(address: str) -> bool:
    """
    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::a00:1")
    (True, False, False, False)
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        carried = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in NAT64 else None
        carried = carried or found.ipv4_mapped or found.sixtofour
        if carried is not None:
            return is_public(str(carried))
    return found.is_global and not found.is_multicast


def look(url: str, *, may_reach: MayReach = is_public) -> int | None:
    """What the server answers, redirections followed; None: no answer, or an address that may not be reached."""
    status: int | None = None
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            status, target = _ask(url, may_reach)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        if target is None:
            return status
        url = urljoin(url, target)
    return status


def _ask(url: str, may_reach: MayReach) -> tuple[int, str | None]:
    """One request: the status, and where it leads. Raises OSError, HTTPException or ValueError."""
    parts = urlsplit(url)
    connection = _open(parts, may_reach)
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=KEPT)
    try:
        connection.request("GET", path, headers={"User-Agent": AGENT, "Accept": "*/*"})
        answer = connection.getresponse()
        target = answer.getheader("Location") if answer.status in {301, 302, 303, 307, 308} else None
        return answer.status, target
    finally:
        connection.close()


def _open(parts: SplitResult, may_reach: MayReach) -> http.client.HTTPConnection:
    """The connection is made to the very address that was judged: a name asked twice may answer otherwise."""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(parts.scheme)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(may_reach(address) for address in addresses):
        raise OSError(host)
    plain = socket.create_connection((addresses[0], port), timeout=SECONDS)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    connection.sock = plain
    if parts.scheme == "https":
        connection.default_port = 443
        try:
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except (OSError, ValueError):
            plain.close()
            raise
    return connection
