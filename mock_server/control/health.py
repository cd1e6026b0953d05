"""The verbs of health: which parts of the gateway and which providers are up."""

from __future__ import annotations

from typing import Any

import msgspec

from mock_server import wire
from mock_server.control.patching import patch
from mock_server.control.requests import ControlRequestError
from mock_server.domain.policy import Health
from mock_server.session.session import Session

PARTS = Health.__struct_fields__
"""The parts that the health checks report."""

_WORDS = {True: "up", False: "down"}


class HealthVerbs:
    """Show one session's health, and switch its parts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def show(self) -> dict[str, Any]:
        """Which parts and providers are up, and the health checks' answer without stubs."""
        policy = self._session.policy
        return {
            "parts": msgspec.structs.asdict(policy.health),
            "providers": [msgspec.structs.asdict(each) for each in policy.providers],
            "answer": msgspec.json.decode(wire.health_answer(policy.health)),
        }

    def switch(self, part: str, *, up: bool) -> dict[str, Any]:
        """Switch what the health checks report of one part; sends are unaffected (OP-9)."""
        if part not in PARTS:
            raise ControlRequestError(400, "Bad request", f"part: {part[:40]!r} is not one of {', '.join(PARTS)}")
        parts = self.show()["parts"] | {part: up}
        patch(self._session, {"health": {name: _WORDS[is_up] for name, is_up in parts.items()}})
        return self.show()

    def switch_provider(self, name: str, *, up: bool) -> dict[str, Any]:
        """Switch one provider; while none is up, sends get 64 (PR-2)."""
        providers = self.show()["providers"]
        if all(each["name"] != name for each in providers):
            known = ", ".join(each["name"] for each in providers) or "none"
            raise ControlRequestError(404, "Unknown provider", f"provider: {name[:40]!r} is not one of {known}")
        changed = [each | {"up": up} if each["name"] == name else each for each in providers]
        patch(self._session, {"providers": changed})
        return self.show()
