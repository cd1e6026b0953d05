"""The requirements with more than one reading, and the reading that a target follows."""

from __future__ import annotations

from collections.abc import Mapping

from contract_tests.contract.requirements import load_requirements

Value = str
"""A reading as the scenario key `assume` spells it, always as text: `150`, `sliding`, `null`."""


class Readings:
    """Known readings are binding. An unknown one is open until an answer of the target shows it.

    A requirement with an open reading allows every alternative; `seen` has the one that was shown.
    """

    def __init__(self, known: Mapping[str, object] | None = None, *, open_ones: bool = False) -> None:
        """`known` readings are given; the others have their default, or are open."""
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
        """Every reading that the target may follow; one if it is known."""
        known = self._known.get(id_)
        return self._values[id_] if known is None else (known,)

    def known(self, id_: str) -> Value | None:
        """The reading, if it is known."""
        return self._known.get(id_)

    def saw(self, id_: str, value: Value) -> None:
        """Record the reading that an answer showed; it is binding from then on."""
        if id_ not in self._known:
            self._known[id_] = self.seen[id_] = value

    def as_assumed(self) -> dict[str, object]:
        """The known readings in the form of a scenario's `assume`."""
        return {id_: int(value) if value.isdigit() else value for id_, value in self._known.items()}
