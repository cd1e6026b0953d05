"""Checks across keys: duplicates, contradictions, and unknown readings.

They check the raw document, so that their flaws are reported together with those of the model.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Final

from mock_server.scenario.assume import BY_ID, SET_BY_KEYS
from mock_server.scenario.model import LISTS, MASK
from mock_server.scenario.plans import flaws_of_plan
from mock_server.scenario.problems import Flaw, Path, did_you_mean, shown
from mock_server.scenario.stub_checks import flaws_of_stubs

_NAMED_LISTS: Final = (
    ("accounts", ("username",)),
    ("providers", ("name",)),
)
_AF_2: Final[Path] = ("assume", "AF-2")
_VOLUME_LIMIT: Final[Path] = ("anti_flooding", "volume", "limit")

_TOGETHER: Final = (frozenset({"delivery", "stubs", "faults"}), frozenset({"assume", "anti_flooding"}))
"""Top-level keys that can contradict each other; all others are independent."""


def interdependent(keys: Iterable[str]) -> frozenset[str]:
    """The further top-level keys to validate when these are replaced."""
    replaced = frozenset(keys)
    return frozenset().union(*(group for group in _TOGETHER if group & replaced)) - replaced


def flaws_of(document: Mapping[object, object]) -> Iterator[Flaw]:
    """All flaws across keys, in no particular order."""
    for key in LISTS:
        yield from _repeated(document, key, ())
    for key, name in _NAMED_LISTS:
        yield from _repeated(document, key, name)
    yield from _clock(document)
    yield from _plans(document)
    yield from _masks(document)
    yield from _assumptions(document)


def _at(value: object, path: Path) -> object:
    """The value at a path, `None` if there is none."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value


def _listed(document: object, key: str) -> range:
    entries = _at(document, (key,))
    return range(len(entries)) if isinstance(entries, list | tuple) else range(0)


def _repeated(document: object, key: str, name: Path) -> Iterator[Flaw]:
    first: dict[Hashable, Path] = {}
    for index in _listed(document, key):
        path: Path = (key, index, *name)
        value = _at(document, path)
        # A username with ':' is reported by the model, and may contain a password by mistake (`user:secret`).
        if not isinstance(value, str) or (key == "accounts" and ":" in value):
            continue
        if value in first and (key, value) != ("api_keys", MASK):
            what = "key" if key == "api_keys" else shown(value)
            yield Flaw(path, f"duplicate {what}; the first is {{other}}", other=first[value])
        first.setdefault(value, path)


def _clock(document: object) -> Iterator[Flaw]:
    at, factor, mode = (_at(document, ("clock", key)) for key in ("at", "factor", "mode"))
    if at is not None and mode in (None, "real"):
        yield Flaw(("clock", "at"), "needs 'mode: frozen' or 'mode: scaled'; a real clock cannot be set")
    if factor is not None and mode in (None, "real", "frozen"):
        yield Flaw(("clock", "factor"), "needs 'mode: scaled'; other clocks have no factor")
    if factor is None and mode == "scaled":
        yield Flaw(("clock", "factor"), "is required with 'mode: scaled'; with 60, a minute passes in each second")


def _plans(document: object) -> Iterator[Flaw]:
    usual = _at(document, ("delivery", "channel"))
    yield from flaws_of_plan(_at(document, ("delivery", "plan")), ("delivery", "plan"), usual)
    yield from flaws_of_stubs(_at(document, ("stubs",)), ("stubs",), usual)
    yield from flaws_of_stubs(_at(document, ("faults",)), ("faults",), usual, faults=True)


def _masks(document: object) -> Iterator[Flaw]:
    for index in _listed(document, "accounts"):
        path: Path = ("accounts", index, "password")
        if _at(document, path) == MASK:
            yield Flaw(path, f"'{MASK}' is the mask of a password, not a password; write the password itself")


def _assumptions(document: object) -> Iterator[Flaw]:
    assumed = _at(document, ("assume",))
    if not isinstance(assumed, Mapping):
        return
    for id_, value in assumed.items():
        path: Path = ("assume", str(id_))
        row = BY_ID.get(str(id_))
        if row is None and str(id_) in SET_BY_KEYS:
            yield Flaw(path, f"is set by the key {SET_BY_KEYS[str(id_)]}", at_key=True)
        elif row is None:
            known = ", ".join(BY_ID)
            near = _meant(str(id_))
            yield Flaw(path, f"has no alternative reading; requirements that have: {known}{near}", at_key=True)
        elif row.reading_of(value) is None:
            near = did_you_mean(str(value), map(str, row.values)) if isinstance(value, str) else ""
            yield Flaw(path, f"must be one of {row.allowed()}, not {shown(value)}{near}")
    if "AF-2" in assumed and _at(document, _VOLUME_LIMIT) is not None:
        yield Flaw(_AF_2, "sets the same limit as {other}; keep one of the two", at_key=True, other=_VOLUME_LIMIT)


def _meant(id_: str) -> str:
    """Suggest only ids with the same letters and digits: for AF-7, AF-5 would be no better guess than any other."""
    folded = {"".join(filter(str.isalnum, row)).casefold(): row for row in BY_ID}
    row = folded.get("".join(filter(str.isalnum, id_)).casefold())
    return f"; did you mean '{row}'?" if row else ""
