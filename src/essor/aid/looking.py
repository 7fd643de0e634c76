"""Looks whether a page of the web answers, without ever reaching what is not public: an address written in the
catalogue must not make the platform speak to its own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from essor import __version__

SECONDS, MOST_SECONDS = 10, 30
"""For a server to say anything, and for a page in all."""

MOST_REDIRECTS = 5
AGENT = f"Essor/{__version__} (link check)"
KEPT = "%/:;?#[]@!$&'()*+,=~"
"""Of RFC 3986: what is written in an address as it is; the rest (accents, spaces) is encoded."""

PORTS = frozenset({80, 443})
UNICAST = ipaddress.ip_network("2000::/3")
"""RFC 4291, 2.4: where every public address of IPv6 is."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: addresses that carry one of IPv4, which is what is judged."""

REFUSED = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Global by its number, and the own network of a host of machines."""

MayReach = Callable[[str, int], bool]
"""Whether one may speak to an address, on a port."""


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
        if found not in UNICAST:
            return False
    return found.is_global and not found.is_multicast and found not in REFUSED


def is_reachable(address: str, port: int) -> bool:
    return port in PORTS and is_public(address)


def look(url: str, *, may_reach: MayReach = is_reachable, seconds: float = MOST_SECONDS) -> int | None:
    """What the server answers, redirections followed; None: no answer within ``seconds`` in all, or an address that may
    not be reached."""
    status, ends = None, time.monotonic() + seconds
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, target = _ask(url, may_reach, ends)
            if target is None:
                break
            url = urljoin(url, target)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return status


def _ask(url: str, may_reach: MayReach, ends: float) -> tuple[int, str | None]:
    """One request: the status, and where it leads. Raises OSError, HTTPException or ValueError."""
    parts = urlsplit(url)
    plain = _connect(parts, may_reach)
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=KEPT)
    with _cut_at(ends, plain):
        connection = _speak_over(plain, parts)
        try:
            connection.request("GET", path, headers={"User-Agent": AGENT, "Accept": "*/*"})
            answer = connection.getresponse()
            target = answer.getheader("Location") if answer.status in {301, 302, 303, 307, 308} else None
            return answer.status, target
        finally:
            connection.close()


def _connect(parts: SplitResult, may_reach: MayReach) -> socket.socket:
    """To the very address that was judged: a name asked twice may answer otherwise."""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(parts.scheme)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(may_reach(address, port) for address in addresses):
        raise OSError(parts.hostname)
    return socket.create_connection((addresses[0], port), timeout=SECONDS)


@contextmanager
def _cut_at(ends: float, plain: socket.socket) -> Iterator[None]:
    """At that moment the connection falls, whatever is being said over it: a server may answer a byte at a time."""
    line = plain.dup()  # the same connection, whoever takes the other over
    timer = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _speak_over(plain: socket.socket, parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    connection.sock = plain
    if parts.scheme == "https":
        connection.default_port = 443
        try:
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except (OSError, ValueError):
            plain.close()
            raise
    return connection
