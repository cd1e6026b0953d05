"""Access to the control routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mock_server.api.answers import RawHeader, answer_control_error
from mock_server.domain.secrets import spellings

TOKEN_HEADER = b"x-mock-control-token"

_CHALLENGE: RawHeader = (b"www-authenticate", b'Bearer realm="SMS gateway mock control"')
_TOKEN = re.compile(r"[!-~]{1,256}")
_SHORT = 8
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252})|\[[0-9a-f:.]+\]")
_AUTHORITY = re.compile(r"(?P<name>\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?")
_LONGEST_SHOWN = 80

_WAYS_IN = (
    "--control-token (SMS_MOCK_CONTROL_TOKEN) lets in whoever has the token, "
    "--control-open (SMS_MOCK_CONTROL_OPEN) everybody"
)


class AccessError(ValueError):
    """An invalid access setting; the sentence names the option."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the control API: with a token whoever presents it, else this machine, or everybody if open."""

    token: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()
    """Names that a request's `Host` may have, in addition to this machine's own."""
    open: bool = False

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            AccessError: a token that no header can carry, or a host that is no name.
        """
        if self.token is not None and _TOKEN.fullmatch(self.token) is None:
            said = "it is empty" if not self.token else "1 to 256 visible ASCII characters are allowed, and no spaces"
            raise AccessError(f"--control-token: {said}; leave the option out for a control surface without a token")
        for name in self.hosts:
            if _NAME.fullmatch(_plain(name)) is None:
                raise AccessError(f"--control-host: {name!r} is no host name; name it without scheme and port")

    @property
    def secrets(self) -> frozenset[bytes]:
        """Every spelling of the token, to be masked in what clients sent."""
        return frozenset() if self.token is None else spellings("", self.token)

    @property
    def warning(self) -> str | None:
        """Warnings about unsafe settings."""
        if self.token is not None and len(self.token) < _SHORT:
            return f"--control-token: {len(self.token)} characters are quickly guessed; take at least {_SHORT}"
        return None


class Refusal(NamedTuple):
    """Why a request is refused."""

    status: int
    message: str
    details: str
    headers: tuple[RawHeader, ...] = ()


class Guard:
    """Checks control requests by their headers and client address."""

    def __init__(self, access: Access) -> None:
        self._token = None if access.token is None else access.token.encode()
        self._hosts = frozenset(map(_plain, access.hosts))
        self._open = access.open

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is refused; `None` if it is allowed."""
        headers: list[RawHeader] = scope["headers"]
        if self._token is not None:
            return self._without_token(headers, self._token)
        if not self._open:
            peer = scope.get("client")
            if peer is not None and not _is_this_machine(peer[0]):
                return _forbidden(f"the control surface answers on this machine only, not to {peer[0]}; {_WAYS_IN}")
            foreign = next(self._foreign_hosts(headers), None)
            if foreign is not None:
                return _forbidden(foreign)
        return from_another_site(headers)

    def _without_token(self, headers: Iterable[RawHeader], token: bytes) -> Refusal | None:
        presented = list(_presented(headers))
        # Constant time, so that timing reveals nothing of the token.
        if any(compare_digest(each, token) for each in presented):
            return None
        what = "the token that came is not the one of --control-token" if presented else "a token is needed"
        details = f"{what}: send `Authorization: Bearer <token>` or `X-Mock-Control-Token: <token>`"
        return Refusal(401, "Control token required", details, (_CHALLENGE,))

    def _foreign_hosts(self, headers: Iterable[RawHeader]) -> Iterator[str]:
        """What is wrong with the `Host`: a foreign name may be a DNS rebinding attack."""
        found = [value for name, value in headers if name == b"host"]
        if not found:
            yield f"a Host header is needed, such as localhost; {_WAYS_IN}"
        for value in found:
            authority = _AUTHORITY.fullmatch(value.decode("latin-1"))
            name = None if authority is None else _plain(authority["name"])
            if name is None or not (name in self._hosts or names_this_machine(name)):
                shown = value[:_LONGEST_SHOWN].decode("latin-1")
                yield (
                    f"Host: {shown!r} does not name this machine; --control-host NAME (SMS_MOCK_CONTROL_HOST) "
                    f"allows a name; {_WAYS_IN}"
                )


class GuardedRoute(Route):
    """A route whose methods are guarded, unknown ones included, except for those that are open."""

    def __init__(self, guard: Guard, *route: Any, open_methods: Iterable[str] = (), **named: Any) -> None:
        super().__init__(*route, **named)
        self._guard = guard
        self._open = frozenset(open_methods)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        refusal = None if scope["method"] in self._open else self._guard.refusal(scope)
        if refusal is None:
            await super().handle(scope, receive, send)
        else:
            await answer_control_error(
                send, refusal.status, refusal.message, refusal.details, headers=refusal.headers
            )


def _presented(headers: Iterable[RawHeader]) -> Iterator[bytes]:
    for name, value in headers:
        if name == TOKEN_HEADER:
            yield value.strip()
        elif name == b"authorization":
            scheme, _, token = value.strip().partition(b" ")
            if scheme.lower() == b"bearer":
                yield token.strip()


def from_another_site(headers: Iterable[RawHeader]) -> Refusal | None:
    """Whether a browser sent the request from a page of another site."""
    hosts = {value.lower() for name, value in headers if name == b"host"}
    for name, value in headers:
        if name == b"origin" and value.lower().partition(b"://")[2] not in hosts - {b""}:
            shown = value[:_LONGEST_SHOWN].decode("latin-1")
            return _forbidden(
                f"Origin: {shown!r} is another site than the one that is asked: a page of one site may not steer "
                f"another; --control-token (SMS_MOCK_CONTROL_TOKEN) lets in whoever has the token"
            )
    return None


def _forbidden(details: str) -> Refusal:
    return Refusal(403, "Control surface closed", details)


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def names_this_machine(name: str) -> bool:
    """Whether a host name or address means the loopback interface."""
    return name == "localhost" or name.endswith(".localhost") or _is_this_machine(name.strip("[]"))


def _is_this_machine(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback
