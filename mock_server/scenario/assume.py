"""The requirements that can be read in more than one way (the key `assume`), and what each reading changes.

A further reading needs one more entry in `SWITCHES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from mock_server.domain.flooding import Limits, WindowKind
from mock_server.domain.notification import WebhookRules
from mock_server.domain.policy import Overlong, Readings

Spelling = str | int
"""How a scenario writes a reading; `null`, quoted or not, is kept as a text."""

Owner: TypeAlias = Readings | Limits | WebhookRules
"""The classes whose fields a reading can set."""

_Owned = TypeVar("_Owned", Readings, Limits, WebhookRules)


class Switch(msgspec.Struct, frozen=True):
    """A requirement with its readings; the first is the default."""

    id: str
    question: str
    owner: type[Owner]
    """The class whose field the reading sets."""
    field: str
    values: dict[Spelling, object]
    """Each reading as it is written, with the value it gives the field."""

    def reading_of(self, value: object) -> Spelling | None:
        """The reading that a value from a file means, or `None` if there is no such reading."""
        written = "null" if value is None else str(value)
        return next((spelling for spelling in self.values if str(spelling) == written), None)

    def allowed(self) -> str:
        """The readings as a list for a sentence."""
        return ", ".join(str(spelling) for spelling in self.values)


SWITCHES: Final[tuple[Switch, ...]] = (
    Switch("AF-2", "How many messages of any content a destination may get within the window",
        Limits, "volume", {150: 150, 100: 100}),
    Switch("AF-4", "Whether a window slides with each message, or is fixed and starts with the first",
        Limits, "kind", {"sliding": WindowKind.SLIDING, "fixed": WindowKind.FIXED}),
    Switch("AF-5", "What counts towards the volume: messages handed over, or every well-formed attempt",
        Limits, "count_attempts", {"handed-over": False, "attempts": True}),
    Switch("AF-7", "What the status look-ups know of a message that was silently dropped: nothing, or a rejection",
        Readings, "dropped_is_rejected", {"unknown": False, "rejected": True}),
    Switch("ANS-2", "The member 'provider' of an answer that is not detailed",
        Readings, "provider_null_when_not_detailed", {"absent": False, "null": True}),
    Switch("ANS-5", "Whether a 401 carries a WWW-Authenticate challenge",
        Readings, "challenge", {"challenge": True, "no-challenge": False}),
    Switch("NUM-1", "How much of a destination is checked: its country code, or the whole numbering plan",
        Readings, "numbering_plan", {"country-code": False, "numbering-plan": True}),
    Switch("ACC-2", "The status that an account without the admin privilege gets on the administrators' operation",
        Readings, "unprivileged_is_forbidden", {401: False, 403: True}),
    Switch("ACC-3", "Whether an unknown impersonated account is refused, or ignored",
        Readings, "unknown_account_is_ignored", {"refused": False, "ignored": True}),
    Switch("URL-3", "Whether a bare domain is a URL, or only what has a scheme or 'www.'",
        Readings, "bare_domains_are_urls", {"bare-domains": True, "explicit": False}),
    Switch("BAD-1", "The status for a body that is not a JSON object",
        Readings, "malformed_is_500", {400: False, 500: True}),
    Switch("BAD-3", "What a text of more than 1600 characters gets: status 400, acceptance, or code 66",
        Readings, "overlong", {400: Overlong.MALFORMED, "accepted": Overlong.ACCEPTED, 66: Overlong.NO_TEXT}),
    Switch("BAD-7", "What a text of only white space gets: acceptance, or code 66",
        Readings, "blank_text_is_empty", {"accepted": False, 66: True}),
    Switch("WH-5", "Whether a notification waits until the one before was taken or given up, or goes out on its own",
        WebhookRules, "in_order", {"in-order": True, "independent": False}),
)  # fmt: skip

BY_ID: Final[dict[str, Switch]] = {row.id: row for row in SWITCHES}

SET_BY_KEYS: Final[dict[str, str]] = {"BAD-6": "webhooks.https_only"}
"""Requirements whose reading is chosen by another key."""


def canonical(assumed: Mapping[str, object]) -> dict[str, object]:
    """The same readings in canonical spelling; unknown ones are kept unchanged."""
    return {id_: _canonical(id_, value) for id_, value in assumed.items()}


def _canonical(id_: str, value: object) -> object:
    row = BY_ID.get(id_)
    spelling = row.reading_of(value) if row is not None else None
    return value if spelling is None else spelling


def with_readings(owned: _Owned, assumed: Mapping[str, object]) -> _Owned:
    """The same value with the fields set that these readings change."""
    return msgspec.structs.replace(owned, **dict(_effects(assumed, type(owned))))


def _effects(assumed: Mapping[str, object], owner: type[Owner]) -> Iterator[tuple[str, Any]]:
    for id_, value in assumed.items():
        row = BY_ID[id_]
        spelling = row.reading_of(value)
        if row.owner is owner and spelling is not None:
            yield row.field, row.values[spelling]
