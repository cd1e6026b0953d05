"""`docs/changing.md`: each recipe names every place that a change has to reach, and a forgotten place is told."""

from __future__ import annotations

import re

import pytest

from tests.structure.project_sources import ROOT, pages
from tests.structure.recipes import RECIPES, Place, Recipe, forgotten

PAGE = pages()["docs/changing.md"]
PLACES = [(recipe, place) for recipe in RECIPES.values() for place in recipe.places]
IDS = [f"{recipe.title}: {place.file}" for recipe, place in PLACES]

INVENTED = "invented"
"""A name that no catalogue has."""


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_place_names_what_the_catalogue_has(recipe: Recipe) -> None:
    """A change that forgot a place fails here, with a sentence that names the file and what to write."""
    assert forgotten(recipe, recipe.known()) == []


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_catalogue_is_not_empty(recipe: Recipe) -> None:
    """A comparison with nothing would find nothing forgotten."""
    assert recipe.known()


@pytest.mark.parametrize(("recipe", "place"), PLACES, ids=IDS)
def test_a_new_name_is_missed_in_every_place(recipe: Recipe, place: Place) -> None:
    """An invented name, added to the catalogue alone, is missed in each file by name."""
    told = forgotten(recipe, {*recipe.known(), INVENTED})

    assert f"{place.file.replace('<name>', INVENTED)}: {place.write} for {INVENTED}" in told


@pytest.mark.parametrize(("recipe", "place"), PLACES, ids=IDS)
def test_a_name_that_a_place_lost_is_missed(recipe: Recipe, place: Place) -> None:
    """What one file no longer names is told, and nothing else is."""
    lost = min(recipe.known())
    without = place._replace(named=lambda: set(place.named()) - {lost})
    changed = recipe._replace(places=tuple(without if each is place else each for each in recipe.places))

    assert forgotten(changed, recipe.known()) == [f"{place.file.replace('<name>', lost)}: {place.write} for {lost}"]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_page_lists_the_places_of_the_recipe(recipe: Recipe) -> None:
    """A section for each recipe, with a row for each file, in the order in which one writes them."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (found,) = [each for each in section if each.startswith(f"{recipe.title}\n")]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", found, re.MULTILINE)

    stated = [(recipe.catalogue, recipe.begin), *((place.file, place.write) for place in recipe.places)]
    assert rows == stated


@pytest.mark.parametrize(("recipe", "place"), PLACES, ids=IDS)
def test_a_place_is_a_file_or_a_folder_of_the_project(recipe: Recipe, place: Place) -> None:
    """A path with a placeholder names a folder that exists; any other path a file."""
    path = place.file.partition("<")[0]

    assert (ROOT / path).exists() or (ROOT / path).parent.is_dir(), place.file


def test_the_page_has_no_other_recipes() -> None:
    """A recipe that no test holds would drift."""
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == list(RECIPES)
