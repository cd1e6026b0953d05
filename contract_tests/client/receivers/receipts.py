"""Posting delivery receipts to a client's receiver: every documented receipt, duplicates, reordered and broken ones.

The kit plays the gateway (WH-1 to WH-6): it posts to the client's endpoint and judges the answers.
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
"""Seconds that an answer may take; the gateway gives up after ten."""

_TIMEOUT_S = 10.0

STATUSES = ("SENT", "DELIVERED", "UNDELIVERED", "REJECTED", "READ")


@dataclass(frozen=True)
class PostedReceipt:
    """A posted receipt and its answer."""

    what: str
    status: int | None
    """`None` if there was no answer."""
    seconds: float
    said: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the gateway would count it as delivered."""
        return self.status is not None and 200 <= self.status < 300


def receipt(message_id: str, number: int, status: str, **more: Any) -> dict[str, Any]:
    """The `number`-th receipt of a message in the gateway's format (WH-2), with a unique id."""
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
    """The client's receiver of receipts."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self.url = url
        self._http = http

    async def post(self, what: str, content: Mapping[str, Any] | bytes, **headers: str) -> PostedReceipt:
        """Post one receipt, with the gateway's time-out."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        began = time.monotonic()
        try:
            answer = await self._http.post(
                self.url, content=body, headers={"Content-Type": "application/json"} | headers
            )
        except (httpx2.HTTPError, OSError) as error:
            return PostedReceipt(what, None, time.monotonic() - began, f"{type(error).__name__}: {error}")
        return PostedReceipt(what, answer.status_code, time.monotonic() - began, answer.text[:200])


@asynccontextmanager
async def open_endpoint(url: str) -> AsyncIterator[ReceiptEndpoint]:
    """Open an endpoint to post to; `CouldNotRunError` if the URL is invalid or refuses connections."""
    async with httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False) as http:
        try:
            await http.get(url)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise CouldNotRunError(f"--webhook-url {url!r} is not an http or https URL: {error}.") from None
        except httpx2.ConnectError as error:
            raise CouldNotRunError(f"--webhook-url {url}: no server is listening there: {error}.") from None
        except httpx2.HTTPError:
            pass  # Any answer to GET will do.
        yield ReceiptEndpoint(url, http)


ReceiptScript = Callable[[ReceiptEndpoint, str], Awaitable[list[PostedReceipt]]]
"""Posts receipts of the message with this id."""


async def documented(endpoint: ReceiptEndpoint, message_id: str) -> list[PostedReceipt]:
    """Post every notified status, and a receipt with a reference."""
    found = []
    for number, status in enumerate(STATUSES):
        found.append(await endpoint.post(f"the receipt {status}", receipt(message_id, number, status)))
    referred = {"message": {"reference": {"service": "AUTHENTICATION", "action": "2FA", "key": "login-42"}}}
    found.append(await endpoint.post("a receipt with a reference", receipt(message_id, 6, "DELIVERED", **referred)))
    return found


async def duplicated(endpoint: ReceiptEndpoint, message_id: str) -> list[PostedReceipt]:
    """Post the same receipt three times: a retry has the id and body of the first."""
    content = receipt(message_id, 1, "DELIVERED")
    return [await endpoint.post(f"the same receipt, time {number}", content) for number in (1, 2, 3)]


async def reordered(endpoint: ReceiptEndpoint, message_id: str) -> list[PostedReceipt]:
    """Post DELIVERED before SENT."""
    sent, delivered = receipt(message_id, 0, "SENT"), receipt(message_id, 1, "DELIVERED")
    return [await endpoint.post("DELIVERED first", delivered), await endpoint.post("SENT after it", sent)]


async def unknown(endpoint: ReceiptEndpoint, message_id: str) -> list[PostedReceipt]:
    """Post an undocumented status, undocumented members, and an unknown message."""
    unknown_id = "00000000-0000-4000-8000-000000000000"
    more = {"trace": {"hop": [1, None]}, "message": {"parts": 2}}
    return [
        await endpoint.post("an unknown status", receipt(message_id, 1, "HANDED_OVER")),
        await endpoint.post("unknown members", receipt(message_id, 2, "DELIVERED", **more)),
        await endpoint.post("an unknown message", receipt(unknown_id, 3, "DELIVERED")),
    ]


async def malformed(endpoint: ReceiptEndpoint, message_id: str) -> list[PostedReceipt]:
    """Post malformed receipts, then a valid one, to see whether the endpoint still works."""
    body = json.dumps(receipt(message_id, 1, "DELIVERED")).encode()
    broken = {
        "truncated JSON": body[: len(body) // 2],
        "an empty body": b"",
        "a list": b"[]",
        "bytes": b"\xff\xfe",
    }
    found = [await endpoint.post(what, content) for what, content in broken.items()]
    return [*found, await endpoint.post("a valid receipt after these", receipt(message_id, 2, "DELIVERED"))]


async def concurrent(endpoint: ReceiptEndpoint, message_id: str) -> list[PostedReceipt]:
    """Post twenty at once; repeat those whose connection was refused or cut, as the gateway does."""

    async def one(number: int) -> PostedReceipt:
        return await endpoint.post("one of twenty at once", receipt(message_id, number, "DELIVERED"))

    found = list(await asyncio.gather(*map(one, range(20))))
    for number, posted in enumerate(found):
        if posted.status is None and posted.seconds < QUICK:
            found[number] = await one(number)
    return found
