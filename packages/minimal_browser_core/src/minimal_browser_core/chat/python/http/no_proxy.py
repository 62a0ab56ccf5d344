"""Which hosts the environment variable `NO_PROXY` excludes from its proxies.

The entries are separated by commas or spaces: `*` for everything, a host with its subdomains (`api.test`, `.api.test`,
`*.api.test`), an IP address, or a network (`10.0.0.0/8`). Hosts and addresses may have a port (`[::1]:8080`).
"""

import ipaddress
import re

_BRACKETED = re.compile(r"\[([^\]]*)\](?::(\d+))?")
_PORTS = {"http": 80, "https": 443}


def is_excluded(no_proxy: str, scheme: str, host: str, port: int | None) -> bool:
    """Return whether `host` is reached without a proxy; `port` defaults to that of `scheme`."""
    host = host.lower().rstrip(".")
    port = port or _PORTS[scheme]
    return any(_matches(entry.lower(), host, port) for entry in re.split(r"[\s,]+", no_proxy) if entry)


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    entry_port: str | None = None
    if bracketed := _BRACKETED.fullmatch(entry):
        entry, entry_port = bracketed.groups()
    elif entry.count(":") == 1:
        entry, _, entry_port = entry.partition(":")
    if entry_port is not None and entry_port != str(port):
        return False
    address = _address(host)
    if address is not None:
        return _contains(entry, address)
    name = entry.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _contains(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
