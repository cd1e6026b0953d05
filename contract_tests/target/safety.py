"""What may be sent to which target: everything to stand-ins; to a real environment only what cannot become an SMS."""

from __future__ import annotations

import json
import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.target.exchange import Request

_STAND_IN_SUFFIXES = (".localhost", ".local", ".internal", ".test", ".example", ".invalid", ".lan", ".home.arpa")
_DIALLABLE = re.compile(rb"(?:[0-9](?:\\[tnr]|[^0-9A-Za-z]){0,3}){5,}")
"""Five digits in a row, however they are set apart: a lenient gateway might dial them, wherever they stand."""
_ESCAPED_DIGIT = re.compile(rb"\\u003[0-9]|\\u066[0-9]|\\uff1[0-9]", re.IGNORECASE)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})

UNDIALLABLE = "+0"
"""In place of a number where none may be sent to: no country has it and no network dials it."""


class NotTestableError(Exception):
    """A check cannot run on this target; the argument says why and what would help."""


def looks_real(url: str) -> bool:
    """Whether a host could be a real environment.

    It could not if it is a loopback or private address, a name without a dot (as of containers), or a name that no
    public host can have.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_STAND_IN_SUFFIXES)


def is_handset(number: str) -> bool:
    """Whether this is an international number: a plus and 7 to 15 digits."""
    return _E164.fullmatch(number) is not None


def may_become_an_sms(request: Request) -> bool:
    """Whether the most lenient gateway might send an SMS for this request."""
    sends = "send" in unquote(request.path.partition("?")[0]).lower()
    if request.method.upper() in _LOOKING and not sends:
        return False
    raw = (request.body + unquote(request.path).encode()).replace(b"\0", b"")
    if _DIALLABLE.search(raw) is not None or _ESCAPED_DIGIT.search(raw) is not None:
        return True
    return sends and _names_a_number(request.body)


def _names_a_number(body: bytes) -> bool:
    """Whether a destination other than our undiallable one has a digit; short numbers count."""
    try:
        found = _Members(body)
    except (ValueError, RecursionError):
        # Nobody knows what a lenient parser makes of it: any digit may be dialled.
        return _has_digit(body.replace(b"\0", b"").replace(f'"{UNDIALLABLE}"'.encode(), b"").decode(errors="replace"))
    named = found.destinations if found.is_object else [found.content]
    return any(_has_digit(str(each)) for each in named if each != UNDIALLABLE)


class _Members:
    """A parsed body with every destination in it: at any depth, in any case, and repeated."""

    def __init__(self, body: bytes) -> None:
        self.destinations: list[Any] = []
        self.content: Any = json.loads(body.decode(), object_pairs_hook=self._noted)
        self.is_object = isinstance(self.content, dict)

    def _noted(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self.destinations += [value for name, value in pairs if "destination" in name.casefold()]
        return dict(pairs)


def _has_digit(text: str) -> bool:
    return any(character.isnumeric() for character in text)


class Allowance:
    """The handset of a live run, and the number of messages that it may get (`--allow-send-to`, `--max-messages`)."""

    def __init__(self, destination: str | None = None, messages: int = 0) -> None:
        self.destination = destination
        self.left = messages if destination else 0

    def use(self, request: Request) -> None:
        """Count a request that may become an SMS.

        Raises:
            NotTestableError: no handset is named, the request names another one, or the cap is reached.
        """
        if not may_become_an_sms(request):
            return
        if self.destination is None:
            raise NotTestableError("it might send an SMS: name your handset with --allow-send-to")
        if _destination_of(request.body) != self.destination:
            raise NotTestableError("it might send an SMS to a number other than that of --allow-send-to")
        if self.left <= 0:
            raise NotTestableError("the messages allowed by --max-messages are used up")
        self.left -= 1


def _destination_of(body: bytes) -> object:
    """The destination of a plain, well-formed submission that contains no other number."""
    try:
        found = _Members(body)
    except (ValueError, RecursionError):
        return None
    if not found.is_object or len(found.destinations) != 1:
        return None
    elsewhere = {key: value for key, value in found.content.items() if key != "destination"}
    return None if _DIALLABLE.search(json.dumps(elsewhere).encode()) else found.content.get("destination")
