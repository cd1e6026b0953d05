"""Export of the scenario in force, as a file for another session like this one."""

from __future__ import annotations

from typing import Any

from mock_server import explanation
from mock_server.domain.instants import SECOND, rfc3339
from mock_server.domain.secrets import Secrets, spellings
from mock_server.domain.stub import Origin
from mock_server.scenario import pack
from mock_server.scenario.export import exported
from mock_server.scenario.loader import CREATION_KEYS
from mock_server.scenario.model import MASK
from mock_server.scenario.unmask import MaskedValues
from mock_server.session.session import Session

_PROSE = ("title", "description")

_HIDDEN = (
    f"'{MASK}' stands in place of passwords and API keys that no shipped scenario shows. Put yours there: until then",
    "this file does not load. GET /_control/scenario/export?secrets=true writes them out.",
)
_KEPT = (
    f"'{MASK}' stands in place of a password or an API key that is not shown: leave it, and it stays what it was.",
)
_CONTROLLED = ("Stubs that were added by POST /_control/stubs are not in here; GET /_control/stubs has them.",)


def exported_session(session: Session, *, secrets: bool) -> str:
    """The YAML text; without `secrets` all secrets are masked but those of shipped scenarios."""
    settled = session.scenario.model_copy(update={"seed": session.state.seed, "clock": None})
    document = settled.document()
    clock = _clock(session)
    if clock is None:
        del document["clock"]
    else:
        document["clock"] = clock
    remarks = () if secrets or not _mask(document, session) else _HIDDEN
    controlled = any(stub.origin is Origin.CONTROL for stub in session.state.stubs)
    return exported(document, (*remarks, *(_CONTROLLED if controlled else ())))


def editable(session: Session) -> str:
    """The scenario as a text for editing: without seed and clock, and with masked secrets."""
    document = session.scenario.document()
    for key in CREATION_KEYS:
        document.pop(key, None)
    return exported(document, _KEPT if _mask(document, session) else ())


def hidden_in(session: Session) -> MaskedValues:
    """The secrets behind the masks of `editable`."""
    scenario, secret = session.scenario, _secret(session)
    told = {key: getattr(scenario, key) for key in _PROSE}
    return MaskedValues(
        {account.username: account.password for account in scenario.accounts},
        tuple(key for key in scenario.api_keys if key not in pack.public_secrets().keys),
        {key: (explanation.masked(text, secret) or "", text) for key, text in told.items()},
    )


def _clock(session: Session) -> dict[str, Any] | None:
    """The clock as a scenario spells it; `None` for the default."""
    mode, now = session.state.clock.mode, session.now()
    if mode == "real":
        return {"mode": "real"} if "clock" in session.scenario.model_fields_set else None
    fraction = now % SECOND
    at = rfc3339(now).removesuffix("Z") + (f".{fraction:06d}" if fraction else "") + "Z"
    return {"mode": mode, "at": at} | ({"factor": session.state.clock.rate} if mode == "scaled" else {})


def _mask(document: dict[str, Any], session: Session) -> bool:
    """Mask secrets, in prose too; whether a password or key was masked."""
    shown = pack.public_secrets()
    masked = False
    for account in document.get("accounts", ()):
        if (account["username"], account["password"]) not in shown.pairs:
            account["password"], masked = MASK, True
    keys = document.get("api_keys", [])
    for index, key in enumerate(keys):
        if key not in shown.keys:
            keys[index], masked = MASK, True
    secret = _secret(session)
    document |= {key: explanation.masked(document[key], secret) for key in _PROSE if key in document}
    return masked


def _secret(session: Session) -> Secrets:
    """The session's secrets that no shipped scenario publishes."""
    shown = pack.public_secrets()
    return session.secrets.without(
        each
        for username, password in (*shown.pairs, *(("", key) for key in shown.keys))
        for each in spellings(username, password)
    )
