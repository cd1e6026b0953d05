"""Faults and delays: what goes wrong on purpose on the transport between client and gateway."""

from __future__ import annotations

from enum import StrEnum
from math import exp

import msgspec

from mock_server.domain.instants import HOUR, SECOND, Duration


class FaultKind(StrEnum):
    """A problem between the gateway and its client."""

    RESET = "reset"
    """The connection is reset instead of an answer."""
    EMPTY = "empty"
    """The connection is closed before the first byte of an answer."""
    HANG = "hang"
    """No answer is sent, and the connection stays open."""
    DOWN = "down"
    """The gateway is down: requests of all operations end in a reset, whether they were read or not."""
    TRUNCATED_BODY = "truncated-body"
    """The connection is closed in the middle of the body."""
    MALFORMED_CHUNK = "malformed-chunk"
    """The body is chunked, and the size of one chunk is not a number."""
    BROKEN_JSON = "broken-json"
    """The body is truncated JSON in an otherwise complete answer."""
    WRONG_CONTENT_LENGTH = "wrong-content-length"
    """The answer declares fewer bytes than it sends."""
    SLOW_DRIP = "slow-drip"
    """The answer is sent byte by byte."""
    WRONG_CONTENT_TYPE = "wrong-content-type"
    """The body is correct, its content type is text/html."""
    CLOSED_IDLE = "closed-idle"
    """A correct answer that keeps the connection alive, which is then closed unannounced, as idle ones are."""
    HTML_PAGE = "html-page"
    """An HTML error page of a proxy instead of the answer."""
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
"""The faults that are the answer of a proxy, with its default status."""

NEEDS_A_PORT = {
    FaultKind.SLOW_DRIP: "slow-drip needs a real port: in process there are no bytes to send slowly, and no client "
    "library has an error for it; delay needs none"
}
"""The faults that need a real socket, and why."""

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
"""The faults that spoil an answer: they act only after the gateway's decision."""

BEFORE_ONLY = frozenset({FaultKind.DOWN})
"""The faults that keep requests from the gateway: they act only before its decision."""

BREAKS_THE_CONNECTION = frozenset(
    {
        FaultKind.RESET,
        FaultKind.EMPTY,
        FaultKind.HANG,
        FaultKind.DOWN,
        FaultKind.TRUNCATED_BODY,
        FaultKind.MALFORMED_CHUNK,
    }
)
"""The faults that a client library raises an error for, since no complete answer comes."""


class Fault(msgspec.Struct, frozen=True):
    """A fault, and whether the gateway has processed the request before it.

    The difference matters to a client that retries: after a processed request, its retry sends a second SMS.
    """

    kind: FaultKind
    after: bool = False
    """True: the gateway has decided, and an accepted message is on its way; false: it never saw the request."""
    status: int | None = None
    """Of a proxy's answer."""
    retry_after: int | None = None
    """Seconds, for the header Retry-After of a proxy's answer."""
    interval: Duration = SECOND // 10
    """Time between two bytes of a slow answer."""


def fault_name(fault: Fault) -> str:
    """The name of a fault as scenarios write it: `reset`, `reset-after`."""
    return f"{fault.kind}-after" if fault.after and fault.kind not in SPOILS_THE_ANSWER else fault.kind.value


_LONGEST: Duration = HOUR


class Delay(msgspec.Struct, frozen=True):
    """How late an answer is: uniform from `least` to `most`, or log-normal with a `median`.

    In wall time, unless `virtual`: then on the session's clock.
    """

    least: Duration = 0
    most: Duration = 0
    median: Duration | None = None
    sigma: float = 0.0
    virtual: bool = False

    def drawn(self, draw: float) -> Duration:
        """The delay for a random number from [0, 1); a log-normal one is at most an hour."""
        if self.median is not None:
            from statistics import NormalDist  # noqa: PLC0415 - heavy, and only a log-normal delay needs it

            deviate = NormalDist().inv_cdf(min(max(draw, 1e-9), 1 - 1e-9))
            return min(round(self.median * exp(self.sigma * deviate)), _LONGEST)
        return self.least + round((self.most - self.least) * draw)
