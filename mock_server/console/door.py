"""Access to the console: by the guard of the control API, or by a cookie after its token was entered."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from mock_server.api.guard import Access, Guard, Refusal, from_another_site

COOKIE = "sms_mock_console"

_PURPOSE = b"sms-mock console"
_READING = frozenset({"GET", "HEAD"})


class Door:
    """Allows a request as the guard of the control API does, or by a cookie where a token is needed.

    A browser sends a cookie whoever asked it to; so what changes something is refused to pages of other sites, with a
    token as without one.
    """

    def __init__(self, access: Access) -> None:
        self._guard = Guard(access)
        self._pass = None if access.token is None else _pass_for(access.token)

    def refusal(self, request: Request) -> Refusal | None:
        """Why a request is refused; `None` if it is allowed."""
        if self._pass is not None and self._shows_the_pass(request.cookies):
            return None if request.method in _READING else from_another_site(request.scope["headers"])
        return self._guard.refusal(request.scope)

    def pass_for(self, token: str) -> str | None:
        """The cookie's value, which does not reveal the token."""
        if self._pass is None:
            return None
        return self._pass if hmac.compare_digest(_pass_for(token), self._pass) else None

    def _shows_the_pass(self, cookies: Mapping[str, str]) -> bool:
        shown = cookies.get(COOKIE, "").encode()
        return self._pass is not None and hmac.compare_digest(shown, self._pass.encode())


def _pass_for(token: str) -> str:
    # Derived, not random: open pages survive a restart of the server.
    return hmac.digest(token.encode(errors="surrogatepass"), _PURPOSE, "sha256").hex()
