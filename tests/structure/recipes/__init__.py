"""The recipes of `docs/changing.md`: the files of each kind of change."""

from __future__ import annotations

from collections.abc import Mapping

from tests.structure.recipes.behaviour import READING, REFUSAL, SCENARIO_KEY, codes_of_rules
from tests.structure.recipes.faults import FAULT
from tests.structure.recipes.place import Place, Recipe, files_of, forgotten, replaced, text_of
from tests.structure.recipes.surfaces import CONSOLE_PAGE, CONTROL_VERB

__all__ = ["RECIPES", "Place", "Recipe", "codes_of_rules", "files_of", "forgotten", "replaced", "text_of"]

RECIPES: Mapping[str, Recipe] = {
    each.title: each for each in (REFUSAL, SCENARIO_KEY, FAULT, CONTROL_VERB, CONSOLE_PAGE, READING)
}
