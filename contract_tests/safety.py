"""What may be sent where: stand-ins get everything, a real environment only what cannot become an SMS."""

from __future__ import annotations

import json
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from contract_tests.exchange import Request

_STAND_IN_SUFFIXES = (".localhost", ".local", ".internal", ".test", ".example", ".invalid", ".lan", ".home.arpa")
_DIALLABLE = re.compile(rb"(?:[0-9](?:\\[tnr]|[^0-9A-Za-z]){0,3}){5,}")
"""Five digits in a row, however they are set apart: a lenient gateway might dial them."""
_ESCAPED_DIGIT = re.compile(rb"\\u003[0-9]|\\u066[0-9]|\\uff1[0-9]", re.IGNORECASE)


class NotTestableError(Exception):
    """A check that cannot be made on this target; the argument says why and what would help."""


def looks_real(url: str) -> bool:
    """Whether a host could be somebody's real environment.

    It is not where it is a loopback or private address, a name without a dot (as containers have), or a name that no
    public host can have.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_STAND_IN_SUFFIXES)


def may_become_an_sms(request: Request) -> bool:
    """Whether even the most lenient gateway might send something for this request."""
    if request.method != "POST" or not request.path.rstrip("/").lower().endswith("send"):
        return False
    raw = request.body.replace(b"\0", b"")
    return _DIALLABLE.search(raw) is not None or _ESCAPED_DIGIT.search(raw) is not None


class Allowance:
    """How many messages may go to which handset in a live run (`--allow-send-to`, `--max-messages`)."""

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
    """Whom a plain, well-formed submission is for, where no other number stands in it."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or body.count(b'"destination"') != 1:
        return None
    elsewhere = {key: value for key, value in found.items() if key != "destination"}
    return None if _DIALLABLE.search(json.dumps(elsewhere).encode()) else found.get("destination")
