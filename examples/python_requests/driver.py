"""Lets `sms-contract client` call the client beside it: one intent a line on standard input, one answer out."""

from __future__ import annotations

import json
import sys
from typing import Any

from sms_client import Accepted, Refused, SmsClient


def answer(client: SmsClient, intent: dict[str, Any]) -> dict[str, Any]:
    """Send what the intent asks for, and tell what became of it."""
    client.timeout = intent["timeout_s"]
    outcome = client.send(intent["message"], intent["operation"])
    if isinstance(outcome, Accepted):
        return {"outcome": "accepted", "message_id": outcome.message_id, "provider": outcome.provider}
    if isinstance(outcome, Refused):
        return {"outcome": "refused", "code": outcome.code}
    return {"outcome": "failed", "reason": outcome.reason}


def main() -> None:
    """Answer until the input ends; the client is kept as long as it is for the same account."""
    account, client = None, None
    for line in sys.stdin:
        intent = json.loads(line)
        wanted = (intent["base_url"], intent["username"], intent["password"])
        if client is None or account != wanted:
            if client is not None:
                client.close()
            account, client = wanted, SmsClient(*wanted)
        print(json.dumps({"id": intent["id"], **answer(client, intent)}), flush=True)


if __name__ == "__main__":
    main()
