"""The statements that can be read in more than one way, and which reading a target follows."""

from __future__ import annotations

from collections.abc import Mapping

from contract_tests.contract.requirements import load_requirements

Value = str
"""A reading as the scenario key `assume` spells it, always as text: `150`, `sliding`, `null`."""


class Readings:
    """Known readings are binding. An unknown one is open until the target shows it; then it is binding too.

    A statement whose reading is open accepts every documented alternative, and `seen` tells which one it was.
    """

    def __init__(self, known: Mapping[str, object] | None = None, *, open_ones: bool = False) -> None:
        """Take `known` as given; the others are at their default, or open."""
        self._values: dict[str, tuple[Value, ...]] = {
            requirement.id: tuple(str(value) for value in requirement.switch_values)
            for requirement in load_requirements()
            if requirement.switch_values
        }
        self.seen: dict[str, Value] = {}
        self._known: dict[str, Value] = {} if open_ones else {id_: all_[0] for id_, all_ in self._values.items()}
        for id_, value in (known or {}).items():
            self._known[id_] = self._checked(id_, "null" if value is None else str(value))

    def _checked(self, id_: str, value: Value) -> Value:
        if id_ not in self._values:
            raise ValueError(f"{id_} cannot be read in more than one way; these can: {', '.join(self._values)}.")
        if value not in self._values[id_]:
            raise ValueError(f"{id_} is read as one of {', '.join(self._values[id_])}, not {value!r}.")
        return value

    def of(self, id_: str) -> tuple[Value, ...]:
        """Every reading that the target may follow; one where it is known."""
        known = self._known.get(id_)
        return self._values[id_] if known is None else (known,)

    def known(self, id_: str) -> Value | None:
        """The reading, where there is no doubt about it."""
        return self._known.get(id_)

    def saw(self, id_: str, value: Value) -> None:
        """Take note of the reading that an answer showed: from now on it is binding."""
        if id_ not in self._known:
            self._known[id_] = self.seen[id_] = value

    def as_assumed(self) -> dict[str, object]:
        """What is known, as a scenario's `assume` takes it."""
        return {id_: int(value) if value.isdigit() else value for id_, value in self._known.items()}
