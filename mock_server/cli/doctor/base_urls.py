"""Whether what the client has for its base URL leads to this gateway, and to the session that is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from mock_server.cli.doctor.connection import is_mock, no_session, other_scheme, ready_at
from mock_server.cli.doctor.results import Diagnosis, not_asked, ok, problem, vendors_host, warning, without_secrets
from mock_server.cli.doctor.subject import CheckedGateway, Given
from mock_server.client import ControlError

_ABOUT = "base URL"
_OPERATION = re.compile(r"/api/(?:Admin|Services)/\w+/?\Z|/api/messagestatus(?:/.*)?\Z", re.IGNORECASE)
_API = re.compile(r"/api/?\Z", re.IGNORECASE)
_PREFIX = re.compile(r"/~([^/]+)")


class _Target(NamedTuple):
    """A base URL taken apart: the server, and the session that its path names."""

    root: str
    session: str
    path: str


def base_urls(checked: CheckedGateway, *, steerable: bool) -> Iterator[Diagnosis]:
    """The first problem of each base URL."""
    if not checked.base_urls:
        yield not_asked(_ABOUT, "no variable has SMS in its name and a URL in it; --base-url names the client's")
    for given in checked.base_urls:
        yield _judged(checked, given, steerable=steerable)


def _judged(checked: CheckedGateway, given: Given, *, steerable: bool) -> Diagnosis:
    shown = f"{given.origin} {without_secrets(given.url)}"
    parts = _parts(given.url)
    if parts is None:
        return problem(_ABOUT, f"{shown} is not the URL of a gateway", f"give the client {checked.url}")
    host = vendors_host(given.url)
    if host is not None:
        return problem(
            _ABOUT, f"{shown} names {host}, which looks like the vendor's", f"give the client {checked.url}"
        )
    path = parts.path
    root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if _OPERATION.search(path):
        end = f"{root}{_OPERATION.sub('', path)}"
        return problem(_ABOUT, f"{shown} names an operation, to which a client adds its path", f"end it at {end}")
    if _API.search(path):
        end = f"{root}{_API.sub('', path)}"
        return problem(_ABOUT, f"{shown} ends in /api, and clients add /api/…: /api/api/… is 404", f"end it at {end}")
    return _led(checked, shown, root, path, steerable=steerable)


def _led(checked: CheckedGateway, shown: str, root: str, path: str, *, steerable: bool) -> Diagnosis:
    """Where a URL leads whose form is good, or nearly."""
    prefix = _PREFIX.match(path)
    named = prefix[1] if prefix else "default"
    rest = path[prefix.end() :] if prefix else path
    if rest.strip("/"):
        return problem(_ABOUT, f"{shown}: the gateway has no path {rest!r}", f"give the client {checked.url}")
    astray = _astray(checked, shown, _Target(root, named, path), steerable=steerable)
    if astray is not None:
        return astray
    if rest:
        return warning(
            _ABOUT, f"{shown} ends in a slash: a client that puts /api/… behind it asks for //api/…, which is 404",
            "leave the slash out",
        )  # fmt: skip
    if named != checked.session:
        return warning(
            _ABOUT, f"{shown} leads to the session {named!r}, and you look at {checked.session!r}",
            f"look there (--session {named}), or give the client {checked.url}",
        )  # fmt: skip
    return ok(_ABOUT, f"{shown} leads here")


def _astray(checked: CheckedGateway, shown: str, target: _Target, *, steerable: bool) -> Diagnosis | None:
    """What answers there instead, if not this gateway."""
    here = f"give the client {checked.url}"
    try:
        answered = ready_at(target.root)
    except ControlError as error:
        speaks = other_scheme(target.root)
        if speaks is not None:
            scheme = target.root.partition("://")[0]
            return problem(_ABOUT, f"{shown}: its server does not speak {scheme}", f"write {speaks}{target.path}")
        return problem(_ABOUT, f"{shown} leads nowhere: {error.details or error}", here)
    if not is_mock(answered):
        return problem(_ABOUT, f"{shown} leads to something that is no SMS gateway mock", here)
    if steerable and not _same(checked, target.root):
        return problem(_ABOUT, f"{shown} leads to another mock than {checked.root}", f"{here}, or look there (--url)")
    if ready_at(target.root, target.session).status == 404:
        return problem(_ABOUT, f"{shown}: {no_session(target.session)}", here)
    return None


def _same(checked: CheckedGateway, root: str) -> bool:
    """Whether two URLs have one server behind them: a session that is made at the one is there at the other."""
    with checked.server.create_session() as made:
        return ready_at(root, made.session().id).status == 200


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if good and url.isprintable() and " " not in url else None
