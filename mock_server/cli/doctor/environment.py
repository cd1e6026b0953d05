"""Checks of the environment: the vendor's hosts, and proxies."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from mock_server.cli.doctor.results import Diagnosis, ok, problem, vendors_host, warning, without_secrets
from mock_server.cli.doctor.subject import CheckedGateway


def vendor(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """A variable with a host of the vendor, through which a client would send real messages."""
    named = [(name, host) for name, value in sorted(checked.environ.items()) if (host := vendors_host(value))]
    for name, host in named:
        yield problem(
            "vendor", f"the variable {name} names {host}, which looks like the vendor's",
            f"set it to {checked.url}, or a client that reads it sends real messages",
        )  # fmt: skip
    if not named:
        yield ok("vendor", "no variable names a host that looks like the vendor's")


def proxy(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """A proxy that would get the calls to the gateway."""
    proxies = getproxies_environment()
    caught = False
    for url in dict.fromkeys([checked.root, *(each.url for each in checked.base_urls)]):
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            continue
        through = proxies.get(parts.scheme, proxies.get("all"))
        if through and host and not proxy_bypass(host):
            caught = True
            yield warning(
                "proxy", f"many clients would ask the proxy {without_secrets(through)} for {host}",
                f"put {host} into NO_PROXY (and no_proxy)",
            )  # fmt: skip
    if not caught:
        yield ok("proxy", "no proxy stands between" if not proxies else "NO_PROXY keeps the proxy out of it")
