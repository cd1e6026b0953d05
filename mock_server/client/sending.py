"""Sending as a client of the vendor's API does."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import msgspec

from mock_server.client.asking import Calls, given
from mock_server.client.calling import ControlAnswer, ControlRequest
from mock_server.client.errors import ControlError
from mock_server.client.results import Result

USERNAME = "admin"
PASSWORD = "admin-secret"  # noqa: S105 - the shipped scenarios print it
"""The administrator of the shipped scenarios."""

_PATHS = {"admin": "/api/Admin/send", "services": "/api/Services/send"}


class Sent(Result, frozen=True):
    """The gateway's answer to a send: accepted with an `id`, or refused with a `code`."""

    accepted: bool
    status: int
    """Of HTTP."""
    message: str
    id: str | None = None
    provider: str | None = None
    code: int | None = None
    details: str | None = None
    exchange: str | None = None
    """What explains it."""


class SendCalls(Calls):
    """Send to the session's gateway."""

    def send(  # noqa: PLR0913 - the parts of a send
        self,
        destination: str,
        text: str,
        *,
        username: str | None = None,
        password: str | None = None,
        operation: str = "admin",
        headers: Mapping[str, str] | None = None,
        **fields: object,
    ) -> Sent:
        """Send one message; a refusal is returned like an acceptance.

        Args:
            destination: the number.
            text: the text.
            username: an account of the scenario; by default the administrator of the shipped ones.
            password: its password.
            operation: `admin` or `services`.
            headers: further headers, such as `X-Mock-Outcome`.
            fields: further members of the request, such as `reference`.

        Raises:
            ControlError: no answer came, or one that no gateway gives.
        """
        if operation not in _PATHS:
            raise ControlError(None, "Bad request", f"operation: {operation!r} is neither admin nor services")
        credentials = b64encode(
            f"{username or USERNAME}:{PASSWORD if password is None else password}".encode()
        ).decode()
        all_headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "authorization": f"Basic {credentials}",
            **(headers or {}),
        }
        body = msgspec.json.encode({"destination": destination, "text": text, **given(**fields)})
        return _read(self._caller.call(ControlRequest("POST", self._prefix + _PATHS[operation], all_headers, body)))


def _read(answered: ControlAnswer) -> Sent:
    try:
        content = msgspec.json.decode(answered.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        content = None
    if not isinstance(content, dict) or "message" not in content:
        raise ControlError(
            None, "No answer of a gateway", f"HTTP {answered.status}: {answered.body[:200].decode(errors='replace')}"
        )
    accepted = answered.status == 200 and "id" in content
    about = {"accepted": accepted, "status": answered.status, "exchange": answered.headers.get("x-mock-exchange")}
    if not accepted and about["exchange"] is None:
        # An error of the mock itself, such as an unknown session.
        raise ControlError(answered.status, str(content["message"]), content.get("details"))
    return Sent.of({**content, **about})
