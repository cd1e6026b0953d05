"""What can go wrong on the transport, each by its name, and how late an answer can be."""

from __future__ import annotations

from enum import StrEnum
from math import exp

import msgspec

from mock_server.domain.instants import HOUR, SECOND, Duration


class FaultKind(StrEnum):
    """A trouble between the gateway and its client."""

    RESET = "reset"
    """The connection is reset in place of an answer."""
    EMPTY = "empty"
    """The connection is closed without a byte of an answer."""
    HANG = "hang"
    """No answer ever comes, and the connection stays open."""
    DOWN = "down"
    """The gateway is down: every request of every operation ends in a reset, read or not."""
    TRUNCATED_BODY = "truncated-body"
    """The connection is closed in the middle of the body."""
    MALFORMED_CHUNK = "malformed-chunk"
    """The body is chunked, and the size of a chunk is no number."""
    BROKEN_JSON = "broken-json"
    """The body is JSON that breaks off, in an answer that is whole."""
    WRONG_CONTENT_LENGTH = "wrong-content-length"
    """The answer declares fewer bytes than come."""
    SLOW_DRIP = "slow-drip"
    """The answer comes byte by byte."""
    WRONG_CONTENT_TYPE = "wrong-content-type"
    """The right body says that it is text/html."""
    CLOSED_IDLE = "closed-idle"
    """A right answer that keeps the connection, which is then closed all the same: idle ones are, unannounced."""
    HTML_PAGE = "html-page"
    """A proxy's error page in place of the answer."""
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    TOO_MANY_REQUESTS = "429"


STATUSES = {
    FaultKind.HTML_PAGE: 502,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.GATEWAY_TIMEOUT: 504,
    FaultKind.TOO_MANY_REQUESTS: 429,
}
"""The faults that are an answer of something in between, and its usual status."""

NEEDS_A_PORT = {
    FaultKind.SLOW_DRIP: "slow-drip needs a real port: in process there are no bytes to send slowly, and no client "
    "library has an error for it; delay needs none"
}
"""The faults that are nothing without a socket, and why."""

SPOILS_THE_ANSWER = frozenset(
    {
        FaultKind.TRUNCATED_BODY,
        FaultKind.MALFORMED_CHUNK,
        FaultKind.BROKEN_JSON,
        FaultKind.WRONG_CONTENT_LENGTH,
        FaultKind.SLOW_DRIP,
        FaultKind.WRONG_CONTENT_TYPE,
        FaultKind.CLOSED_IDLE,
    }
)
"""The faults that need an answer to spoil: the gateway has always decided by then."""


class Fault(msgspec.Struct, frozen=True):
    """A trouble, and whether the gateway has seen the request by then: the difference is a second SMS."""

    kind: FaultKind
    after: bool = False
    """The gateway has decided, and a message that it took is on its way; else it never saw the request."""
    status: int | None = None
    """Of the answer of something in between."""
    retry_after: int | None = None
    """Seconds, told by the answer of something in between."""
    interval: Duration = SECOND // 10
    """Between two bytes of a slow answer."""


def fault_name(fault: Fault) -> str:
    """A fault as a line of text names it."""
    return f"{fault.kind}-after" if fault.after and fault.kind not in SPOILS_THE_ANSWER else fault.kind.value


_LONGEST: Duration = HOUR


class Delay(msgspec.Struct, frozen=True):
    """How late an answer is: `least` to `most` evenly, or about `median` with a long tail.

    In wall time, unless it is `virtual`: then it waits for the session's clock.
    """

    least: Duration = 0
    most: Duration = 0
    median: Duration | None = None
    sigma: float = 0.0
    virtual: bool = False

    def drawn(self, draw: float) -> Duration:
        """The delay that a draw from [0, 1) stands for; never more than an hour where chance decides."""
        if self.median is not None:
            from statistics import NormalDist  # noqa: PLC0415 - heavy, and only a log-normal delay needs it

            bent = NormalDist().inv_cdf(min(max(draw, 1e-9), 1 - 1e-9))
            return min(round(self.median * exp(self.sigma * bent)), _LONGEST)
        return self.least + round((self.most - self.least) * draw)
