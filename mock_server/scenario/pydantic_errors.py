"""What the model found, in sentences that name the value, what is allowed, and the way out."""

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
"""Values that are never repeated: secrets, and a name that may hold one by mistake (`user:secret`)."""

_WORDS: Final[dict[str, str]] = {
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
    "api_keys": "a text of at least 4 visible characters of ASCII, with blanks inside only",
    "username": "a text of at least one character and no ':'",
    "headers": "a mapping of names to texts",
}
_YES_OR_NO: Final = {"on": "true", "yes": "true", "off": "false", "no": "false"}


def flaw_of(error: ErrorDetails) -> Flaw:
    """The flaw that an error of the model stands for."""
    # Of two ways to write a value pydantic names the one that it tried: no step that anybody wrote.
    path: Path = tuple(step for step in error["loc"] if step not in (TEXT_TAG, MAPPING_TAG))
    say = _SENTENCES.get(error["type"], _not_allowed)
    return Flaw(path, say(path, error), at_key=error["type"] in {"extra_forbidden", "invalid_key"})


def _key_of(path: Path) -> str:
    """The innermost key: the one that says what a value is for."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _words(path: Path, usual: str) -> str:
    """What may stand at a path; some keys mean something else inside another."""
    within = ".".join([step for step in path if isinstance(step, str)][-2:])
    return _WORDS.get(within) or _WORDS.get(_key_of(path), usual)


def _but(path: Path, value: object) -> str:
    """`, not 'x'`, unless the value is one that is never repeated."""
    return "" if _key_of(path) in _HIDDEN else f", not {shown(value)}"


def _not_allowed(path: Path, error: ErrorDetails) -> str:
    words = _words(path, "a text that can be written")
    return f"must be {words}{_but(path, error['input'])}"


def _missing(_: Path, __: ErrorDetails) -> str:
    return "is required"


def _unknown(path: Path, _: ErrorDetails) -> str:
    known, key = keys_at(path[:-1]), str(path[-1])
    # A key of a stub's 'when' or 'then' is easily written one level too high.
    below = next((name for name in ("when", "then") if name in known and key in keys_at((*path[:-1], name))), None)
    meant = did_you_mean(key, known) if below is None else f"; did you mean '{below}.{key}'?"
    return f"unknown key; known here: {', '.join(known)}{meant}"


def _no_text(path: Path, error: ErrorDetails) -> str:
    words, value = _words(path, "a text"), error["input"]
    quotable = value is not None and isinstance(value, bool | int | float)
    return f"must be {words}{_but(path, value)}" + ("; put it in quotes" if quotable else "")


def _too_short(_: Path, error: ErrorDetails) -> str:
    if error["input"] == MASK:
        return f"'{MASK}' is what stands in place of a key when it is shown; give the key"
    least = error["ctx"]["min_length"]
    return f"must hold at least {'one character' if least == 1 else f'{least} characters'}"


def _too_long(_: Path, error: ErrorDetails) -> str:
    return f"must hold at most {error['ctx']['max_length']:,} characters"


def _no_flag(path: Path, error: ErrorDetails) -> str:
    value = error["input"]
    meant = _YES_OR_NO.get(value.casefold()) if isinstance(value, str) else None
    near = f"; did you mean '{meant}'?" if meant else ""
    return f"must be true or false{_but(path, value)}{near}"


def _no_choice(path: Path, error: ErrorDetails) -> str:
    value, allowed = error["input"], error["ctx"]["expected"]
    if allowed == "True":
        return f"must be true{_but(path, value)}: leave the key out where it is not meant"
    near = did_you_mean(value, re.findall("'([^']+)'", allowed)) if isinstance(value, str) else ""
    return f"must be {allowed}{_but(path, value)}{near}"


def _no_mapping(_: Path, error: ErrorDetails) -> str:
    return f"must be a mapping (key: value){_instead(error['input'])}"


def _no_list(_: Path, error: ErrorDetails) -> str:
    return f"must be a list{_instead(error['input'])}"


def _instead(value: object) -> str:
    """What kind of thing stands there; never the thing itself, which may be a password out of place."""
    if value is None:
        return "; nothing stands here: leave the key out to get its default"
    return ", not a single value" if isinstance(value, str | int | float) else f", not {shown(value)}"


def _own_words(path: Path, error: ErrorDetails) -> str:
    sentence, *meant = error["ctx"]["sentence"].split("; did you mean")
    return "; did you mean".join([f"{sentence}{_but(path, error['input'])}", *meant])


_SENTENCES: Final[dict[str, Callable[[Path, ErrorDetails], str]]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "invalid_key": _unknown,
    "string_type": _no_text,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "bool_type": _no_flag,
    "literal_error": _no_choice,
    "enum": _no_choice,
    "model_type": _no_mapping,
    "dict_type": _no_mapping,
    "tuple_type": _no_list,
    "notation": _own_words,
}


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that the model knows at a path, in its order."""
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
