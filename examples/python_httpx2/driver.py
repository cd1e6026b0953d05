"""Lets `sms-contract client` call the client beside it: one intent a line on standard input, one answer out."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx2
from sms_client import Accepted, Refused, SmsClient


async def answer(http: httpx2.AsyncClient, intent: dict[str, Any]) -> dict[str, Any]:
    """Send what the intent asks for, and tell what became of it."""
    client = SmsClient(http, intent["base_url"], intent["username"], intent["password"], timeout=intent["timeout_s"])
    outcome = await client.send(intent["message"], intent["operation"])
    if isinstance(outcome, Accepted):
        return {"outcome": "accepted", "message_id": outcome.message_id, "provider": outcome.provider}
    if isinstance(outcome, Refused):
        return {"outcome": "refused", "code": outcome.code}
    return {"outcome": "failed", "reason": outcome.reason}


def main() -> None:
    """Answer until the input ends."""
    with asyncio.Runner() as runner:
        http = httpx2.AsyncClient()
        for line in sys.stdin:
            intent = json.loads(line)
            print(json.dumps({"id": intent["id"], **runner.run(answer(http, intent))}), flush=True)
        runner.run(http.aclose())


if __name__ == "__main__":
    main()
