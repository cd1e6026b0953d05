"""Translate pydantic's errors to flaws: sentences with the value, what is allowed, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from mock_server.domain.errors import BY_CODE
from mock_server.scenario import notation
from mock_server.scenario.model import MASK, Scenario
from mock_server.scenario.problems import Flaw, Path, did_you_mean, shown
from mock_server.scenario.stub_model import MAPPING_TAG, TEXT_TAG

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_HIDDEN: Final = frozenset({"password", "username", "api_keys"})
"""Keys whose values are never repeated: secrets, and names that may contain one by mistake (`user:secret`)."""

_EXPECTED: Final[dict[str, str]] = {
    "window": notation.DURATION_WORDS,
    "timeout": notation.DURATION_WORDS,
    "retries": notation.DURATION_WORDS,
    "after": notation.DELAY_WORDS,
    "at": notation.INSTANT_WORDS,
    "destination": notation.NUMBER_WORDS,
    "watchlist": notation.NUMBER_WORDS,
    "unreachable": notation.NUMBER_WORDS,
    "refuse": "a code of the refusal catalogue: " + ", ".join(map(str, sorted(BY_CODE))),
    "limit": "a whole number, 0 or more",
    "retry_after": "a whole number of seconds, 0 or more",
    "times": "a whole number, 1 or more",
    "nth": "a whole number, 1 or more, or a list of them",
    "probability": "a number that is more than 0 and at most 1",
    "priority": "a whole number from -1000 to 1000",
    "answer.status": "a whole number from 200 to 599",
    "fault.status": "a whole number from 200 to 599",
    "sigma": "a number from 0 to 5",
    "seed": "a whole number of at most 64 bits",
    "version": "1, the only version of this format",
    "factor": "a number that is more than 0 and at most 100,000",
    "api_keys": "a text of at least 4 visible ASCII characters, with spaces only between them",
    "username": "a text of at least one character and no ':'",
    "headers": "a mapping of names to texts",
}
_YES_OR_NO: Final = {"on": "true", "yes": "true", "off": "false", "no": "false"}


def flaw_of(error: ErrorDetails) -> Flaw:
    """Translate one pydantic error."""
    # For a value with two notations, pydantic inserts the tag of the one it tried, which is not in the file.
    path: Path = tuple(step for step in error["loc"] if step not in (TEXT_TAG, MAPPING_TAG))
    sentence = _SENTENCES.get(error["type"], _not_allowed)
    return Flaw(path, sentence(path, error), at_key=error["type"] in {"extra_forbidden", "invalid_key"})


def _key_of(path: Path) -> str:
    """The innermost key of a path."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _expected(path: Path, default: str) -> str:
    """What is allowed at a path; it depends on the key, and for some keys on the one that contains it."""
    within = ".".join([step for step in path if isinstance(step, str)][-2:])
    return _EXPECTED.get(within) or _EXPECTED.get(_key_of(path), default)


def _not_value(path: Path, value: object) -> str:
    """`, not 'x'`, or nothing if the value must not be repeated."""
    return "" if _key_of(path) in _HIDDEN else f", not {shown(value)}"


def _not_allowed(path: Path, error: ErrorDetails) -> str:
    return f"must be {_expected(path, 'valid Unicode text')}{_not_value(path, error['input'])}"


def _missing(_: Path, __: ErrorDetails) -> str:
    return "is required"


def _unknown(path: Path, _: ErrorDetails) -> str:
    known, key = keys_at(path[:-1]), str(path[-1])
    # Keys of a stub's 'when' or 'then' are often written one level too high.
    below = next((name for name in ("when", "then") if name in known and key in keys_at((*path[:-1], name))), None)
    meant = did_you_mean(key, known) if below is None else f"; did you mean '{below}.{key}'?"
    return f"unknown key; known here: {', '.join(known)}{meant}"


def _not_text(path: Path, error: ErrorDetails) -> str:
    expected, value = _expected(path, "a text"), error["input"]
    quotable = value is not None and isinstance(value, bool | int | float)
    return f"must be {expected}{_not_value(path, value)}" + ("; put it in quotes" if quotable else "")


def _too_short(_: Path, error: ErrorDetails) -> str:
    if error["input"] == MASK:
        return f"'{MASK}' is the mask of a key, not a key; write the key itself"
    least = error["ctx"]["min_length"]
    return f"must hold at least {'one character' if least == 1 else f'{least} characters'}"


def _too_long(_: Path, error: ErrorDetails) -> str:
    return f"must hold at most {error['ctx']['max_length']:,} characters"


def _not_boolean(path: Path, error: ErrorDetails) -> str:
    value = error["input"]
    meant = _YES_OR_NO.get(value.casefold()) if isinstance(value, str) else None
    near = f"; did you mean '{meant}'?" if meant else ""
    return f"must be true or false{_not_value(path, value)}{near}"


def _not_a_choice(path: Path, error: ErrorDetails) -> str:
    value, allowed = error["input"], error["ctx"]["expected"]
    if allowed == "True":
        return f"must be true{_not_value(path, value)}; otherwise leave the key out"
    near = did_you_mean(value, re.findall("'([^']+)'", allowed)) if isinstance(value, str) else ""
    return f"must be {allowed}{_not_value(path, value)}{near}"


def _not_mapping(_: Path, error: ErrorDetails) -> str:
    return f"must be a mapping (key: value){_not_kind(error['input'])}"


def _not_list(_: Path, error: ErrorDetails) -> str:
    return f"must be a list{_not_kind(error['input'])}"


def _not_kind(value: object) -> str:
    """The kind of the value; never the value itself, which may be a misplaced password."""
    if value is None:
        return "; it is empty: leave the key out to get its default"
    return ", not a single value" if isinstance(value, str | int | float) else f", not {shown(value)}"


def _custom(path: Path, error: ErrorDetails) -> str:
    sentence, *meant = error["ctx"]["sentence"].split("; did you mean")
    return "; did you mean".join([f"{sentence}{_not_value(path, error['input'])}", *meant])


_SENTENCES: Final[dict[str, Callable[[Path, ErrorDetails], str]]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "invalid_key": _unknown,
    "string_type": _not_text,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "bool_type": _not_boolean,
    "literal_error": _not_a_choice,
    "enum": _not_a_choice,
    "model_type": _not_mapping,
    "dict_type": _not_mapping,
    "tuple_type": _not_list,
    "notation": _custom,
}


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that the model has at a path, in order."""
    model: type[BaseModel] | None = Scenario
    for step in path:
        if isinstance(step, str) and model is not None:
            model = _part(model, step)
    return () if model is None else tuple(field.alias or name for name, field in model.model_fields.items())


def _part(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    return next(_parts_in(model.model_fields[key].annotation), None)


def _parts_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _parts_in(inner)
