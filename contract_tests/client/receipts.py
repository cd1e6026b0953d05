"""Delivery receipts for a client that takes them: all documented payloads, and what networks make of them (WH-1..6).

The kit is the gateway here: it posts to the client's own endpoint, and judges by what that answers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx2

from contract_tests.target.target import CouldNotRunError

QUICK = 2.0
"""Seconds that a receipt may take to be taken: the gateway gives up after ten."""

_PATIENCE = 10.0

STATUSES = ("SENT", "DELIVERED", "UNDELIVERED", "REJECTED", "READ")


@dataclass(frozen=True)
class Posted:
    """One receipt that was posted, and how it went."""

    what: str
    status: int | None
    """`None` where no answer came."""
    seconds: float
    said: str = ""

    @property
    def taken(self) -> bool:
        """Whether the gateway would count it as taken."""
        return self.status is not None and 200 <= self.status < 300


def receipt(message_id: str, number: int, status: str, **more: Any) -> dict[str, Any]:
    """The `number`-th receipt of a message as the gateway writes it (WH-2); no other has its id."""
    channel = "RCS" if status == "READ" else "SMS"
    provider = {"name": "MITTO", "id": f"mitto-{number}", "status": status, "code": "0"}
    if status in {"UNDELIVERED", "REJECTED"}:
        provider |= {"code": "7", "message": "Number Blocked by Carrier"}
    return {
        "id": str(UUID(bytes=sha256(f"{message_id} {number}".encode()).digest()[:16], version=4)),
        "webhookConfigurationId": str(UUID(int=int(UUID(message_id)) ^ 1, version=4)),
        "type": "STATUS_UPDATE",
        "createdAt": f"2026-02-12T14:51:0{number % 10}Z",
        "message": {
            "id": message_id,
            "providerAcceptanceAt": "2026-02-12T14:50:57Z",
            "statusChangedAt": f"2026-02-12T14:51:0{number % 10}Z",
            "reference": {},
            "channel": channel,
            "status": status,
            "provider": provider,
            "sms": {"segments": 1},
            **more.pop("message", {}),
        },
        **more,
    }


class ReceiptEndpoint:
    """The client's own receiver of receipts."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self.url = url
        self._http = http

    async def post(self, what: str, content: Mapping[str, Any] | bytes, **headers: str) -> Posted:
        """Post one receipt, and wait as long as the gateway would."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        began = time.monotonic()
        try:
            answer = await self._http.post(
                self.url, content=body, headers={"Content-Type": "application/json"} | headers
            )
        except (httpx2.HTTPError, OSError) as error:
            return Posted(what, None, time.monotonic() - began, f"{type(error).__name__}: {error}")
        return Posted(what, answer.status_code, time.monotonic() - began, answer.text[:200])


@asynccontextmanager
async def endpoint(url: str) -> AsyncIterator[ReceiptEndpoint]:
    """An endpoint to post to; `CouldNotRunError` where the URL is none or nobody listens there."""
    async with httpx2.AsyncClient(timeout=_PATIENCE, trust_env=False, follow_redirects=False) as http:
        try:
            await http.get(url)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise CouldNotRunError(f"--webhook-url {url!r} is no http or https URL: {error}.") from None
        except httpx2.ConnectError as error:
            raise CouldNotRunError(f"--webhook-url {url}: nobody listens there: {error}.") from None
        except httpx2.HTTPError:
            pass  # It has its own opinion of a GET; receipts are judged below.
        yield ReceiptEndpoint(url, http)


Trial = Callable[[ReceiptEndpoint, str], Awaitable[list[Posted]]]
"""Posts receipts of the message with this id."""


async def documented(to: ReceiptEndpoint, message_id: str) -> list[Posted]:
    """Every status that is notified, with all members and with the fewest."""
    found = []
    for number, status in enumerate(STATUSES):
        found.append(await to.post(f"the receipt {status}", receipt(message_id, number, status)))
    referred = {"message": {"reference": {"service": "AUTHENTICATION", "action": "2FA", "key": "login-42"}}}
    found.append(await to.post("a receipt with a reference", receipt(message_id, 6, "DELIVERED", **referred)))
    return found


async def duplicated(to: ReceiptEndpoint, message_id: str) -> list[Posted]:
    """The same receipt three times: a retry has the id and the body of the first."""
    content = receipt(message_id, 1, "DELIVERED")
    return [await to.post(f"the same receipt, time {number}", content) for number in (1, 2, 3)]


async def reordered(to: ReceiptEndpoint, message_id: str) -> list[Posted]:
    """DELIVERED before SENT."""
    sent, delivered = receipt(message_id, 0, "SENT"), receipt(message_id, 1, "DELIVERED")
    return [await to.post("DELIVERED first", delivered), await to.post("SENT after it", sent)]


async def unknown(to: ReceiptEndpoint, message_id: str) -> list[Posted]:
    """A status and members that nobody documented, and a message that nobody knows."""
    stranger = "00000000-0000-4000-8000-000000000000"
    more = {"trace": {"hop": [1, None]}, "message": {"parts": 2}}
    return [
        await to.post("a status that is unknown", receipt(message_id, 1, "HANDED_OVER")),
        await to.post("members that are unknown", receipt(message_id, 2, "DELIVERED", **more)),
        await to.post("a message that is unknown", receipt(stranger, 3, "DELIVERED")),
    ]


async def malformed(to: ReceiptEndpoint, message_id: str) -> list[Posted]:
    """What is no receipt; the last is a right one, to see whether the endpoint still lives."""
    body = json.dumps(receipt(message_id, 1, "DELIVERED")).encode()
    broken = {
        "JSON that breaks off": body[: len(body) // 2],
        "an empty body": b"",
        "a list": b"[]",
        "bytes": b"\xff\xfe",
    }
    found = [await to.post(what, content) for what, content in broken.items()]
    return [*found, await to.post("a right receipt after all that", receipt(message_id, 2, "DELIVERED"))]


async def side_by_side(to: ReceiptEndpoint, message_id: str) -> list[Posted]:
    """Twenty at once; one whose connection is refused or cut is repeated by itself, as the gateway does."""

    async def one(number: int) -> Posted:
        return await to.post("one of twenty at once", receipt(message_id, number, "DELIVERED"))

    found = list(await asyncio.gather(*map(one, range(20))))
    for number, posted in enumerate(found):
        if posted.status is None and posted.seconds < QUICK:
            found[number] = await one(number)
    return found
