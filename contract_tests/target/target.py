"""The target: the server at `--url`, called in well-formed HTTP only."""

from __future__ import annotations

import ssl
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from contract_tests.target.deadline import Deadline
from contract_tests.target.exchange import LOOK_UPS, Answer, Login, Request
from contract_tests.target.safety import Allowance, looks_real

_READ_LIMIT = 2 * 1024 * 1024
"""No answer of a gateway comes near it; what is longer is not read on."""

_CANNOT_SPEAK = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ssl.SSLError, OSError)


class CouldNotRunError(Exception):
    """The suite cannot run: exit 2 with this sentence."""


class NoAnswerError(Exception):
    """A request got no HTTP answer; the sentence says what happened."""


class Target:
    """A base URL and the connections to it. Redirects are answers and are not followed."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        ca: Path | None = None,
        live: Allowance | None = None,
        status_url: str | None = None,
    ) -> None:
        self.url = checked_url(url)
        self.status_url = self.url if status_url is None else checked_url(status_url)
        self.live = live
        self.timeout = timeout
        self._client = httpx2.Client(
            timeout=timeout,
            follow_redirects=False,
            verify=_trust(ca),
            # A proxy in the environment answers for other machines than this one.
            trust_env=looks_real(self.url),
            # Content is judged as it came: nothing is unpacked, so that no small answer grows large.
            headers={"user-agent": "sms-contract", "accept-encoding": "identity"},
        )
        self._deadline = Deadline()
        self._deadline.guard(self._client)

    def __enter__(self) -> Self:
        """Open nothing; the first request connects."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._client.close()

    def at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Limit the time of everything that is sent in this block."""
        return self._deadline.together(seconds)

    def send(self, request: Request, prefix: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Answer:
        """Make one exchange; `prefix` and `headers` choose a session of a stand-in.

        Raises:
            NoAnswerError: the connection failed, was cut, did not end in time, or the answer was too long.
            NotTestableError: in live mode, if the request might become an SMS that is not allowed.
        """
        if self.live is not None:
            self.live.use(request)
        built = self._client.build_request(
            request.method, self._base_of(request) + prefix + request.path, content=request.body or None
        )
        built.headers.update(dict([*request.headers, *headers]))
        if not request.header("accept"):
            built.headers.pop("accept", None)
        started = time.monotonic()
        self._deadline.start(self.timeout)
        try:
            answer = self._client.send(built, stream=True)
            try:
                body = _read(answer)
            finally:
                answer.close()
        except _CANNOT_SPEAK as error:
            raise NoAnswerError(_sentence(error, self._deadline)) from error
        headers_of = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers_of, body, time.monotonic() - started)

    def _base_of(self, request: Request) -> str:
        """The base URL of a path: the vendor has the Message Status API on another host (OP-7)."""
        return self.status_url if request.path.startswith(LOOK_UPS) else self.url


def _read(answer: httpx2.Response) -> bytes:
    """The content as it arrives."""
    read = bytearray()
    for chunk in answer.iter_raw():
        read += chunk
        if len(read) > _READ_LIMIT:
            raise NoAnswerError(f"its answer ({answer.status_code}) is longer than {_READ_LIMIT >> 20} MiB")
    return bytes(read)


def checked_url(url: str) -> str:
    """The base URL without a final slash; `CouldNotRunError` if it is not a URL."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise CouldNotRunError(f"{url!r} is no http or https URL.") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise CouldNotRunError(f"{url!r} is no http or https URL.")
    if parsed.query or parsed.fragment:
        raise CouldNotRunError(f"{url!r} must end with its path: no query and no fragment.")
    if parsed.userinfo:
        raise CouldNotRunError("Give credentials with --username and --password, not in the URL.")
    return url.rstrip("/")


def _trust(ca: Path | None) -> ssl.SSLContext | bool:
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca))
    except (OSError, ssl.SSLError) as error:
        raise CouldNotRunError(f"The certificates in {ca} cannot be read: {error}.") from error


def _sentence(error: Exception, deadline: Deadline) -> str:
    said = str(error)
    if isinstance(error, httpx2.TimeoutException):
        what = "the answer was not complete" if deadline.heard else "nothing came"
        return f"{what} within {deadline.seconds:.3g} seconds"
    if "CERTIFICATE" in said.upper() or "SSL" in said.upper() or "TLS" in said.upper():
        return f"TLS failed: {said}"
    if isinstance(error, httpx2.ConnectError):
        return f"no connection: {said}"
    return f"the exchange broke off: {said or type(error).__name__}"


def json_request(
    path: str, body: bytes, login: Login | None = None, *, content_type: str | None = "application/json"
) -> Request:
    """A send as the vendor's pages show it (OP-8)."""
    headers = [("Accept", "application/json")]
    if content_type is not None:
        headers.append(("Content-Type", content_type))
    if login is not None:
        headers.append(("Authorization", login.header))
    return Request("POST", path, tuple(headers), body, login)
