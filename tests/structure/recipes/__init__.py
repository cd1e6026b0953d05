"""The places that a change has to reach: the recipes of `docs/changing.md`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.structure.recipes.behaviour import FAULT, READING, REFUSAL, SCENARIO_KEY
from tests.structure.recipes.place import Place, Recipe, files_of, forgotten, replaced, text_of
from tests.structure.recipes.surfaces import CONSOLE_PAGE, CONTROL_VERB

__all__ = ["RECIPES", "Place", "Recipe", "files_of", "forgotten", "replaced", "text_of"]

RECIPES: Mapping[str, Recipe] = {
    each.title: each for each in (REFUSAL, SCENARIO_KEY, FAULT, CONTROL_VERB, CONSOLE_PAGE, READING)
}
