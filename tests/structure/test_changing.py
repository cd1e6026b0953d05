"""`docs/changing.md`: each recipe lists every file of a change, and a forgotten file fails with its name."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import ExitStack

import pytest

from tests.structure.project_sources import pages
from tests.structure.recipes import RECIPES, Place, Recipe, files_of, forgotten, replaced, text_of
from tests.structure.recipes.surfaces import called_among

PAGE = pages()["docs/changing.md"]
PLACES = [(recipe, place) for recipe in RECIPES.values() for place in recipe.places]
IDS = [f"{recipe.title}: {place.file}" for recipe, place in PLACES]

INVENTED = "invented"
"""A name that is in no catalogue."""


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_place_names_what_the_catalogue_has(recipe: Recipe) -> None:
    """A forgotten file fails here, with a sentence that names it and what to write."""
    assert forgotten(recipe, recipe.known()) == []


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_catalogue_is_not_empty(recipe: Recipe) -> None:
    """A comparison with an empty catalogue would find nothing."""
    assert recipe.known()


@pytest.mark.parametrize(("recipe", "place"), PLACES, ids=IDS)
def test_a_new_name_is_missed_in_every_place(recipe: Recipe, place: Place) -> None:
    """An invented name, added to the catalogue alone, is missed in each file by name."""
    reported = forgotten(recipe, {*recipe.known(), INVENTED})

    assert f"{place.file.replace('<name>', INVENTED)}: {place.write} for {INVENTED}" in reported


@pytest.mark.parametrize(("recipe", "place"), PLACES, ids=IDS)
def test_a_name_that_a_place_lost_is_missed(recipe: Recipe, place: Place) -> None:
    """A name that is missing in one file is reported for that file only."""
    lost = min(recipe.known())
    without = place._replace(named=lambda: set(place.named()) - {lost})
    changed = recipe._replace(places=tuple(without if each is place else each for each in recipe.places))

    assert forgotten(changed, recipe.known()) == [f"{place.file.replace('<name>', lost)}: {place.write} for {lost}"]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_page_lists_the_places_of_the_recipe(recipe: Recipe) -> None:
    """Each recipe has a section with a row for each file, in the order of the edits."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (found,) = [each for each in section if each.startswith(f"{recipe.title}\n")]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", found, re.MULTILINE)

    stated = [(recipe.catalogue, recipe.begin), *((place.file, place.write) for place in recipe.places)]
    assert rows == stated


def garbled(text: str, spellings: Collection[str]) -> str:
    """The text with each of these names misspelled."""
    names = "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))
    return re.sub(
        rf"(?<!\w)(?:{names})(?![\w/{{])",
        lambda found: f"9{found[0]}9" if found[0].isdigit() else f"{found[0][0]}zz{found[0][1:]}",
        text,
    )


@pytest.mark.parametrize(
    ("recipe", "place"),
    [(recipe, place) for recipe, place in PLACES if not place.imported and "<" not in place.file],
    ids=lambda each: each.title if isinstance(each, Recipe) else each.file,
)
def test_a_place_is_read_from_its_file(recipe: Recipe, place: Place) -> None:
    """With every name misspelled in the file, each is reported, except those that are exempt there."""
    known = set(recipe.known())
    spellings = {each for name in known for each in recipe.spellings(name)}
    with replaced(place.file, garbled(text_of(place.file), spellings)):
        missed = {name for name in known if any(f" for {name}" in said for said in _told_of(recipe, place, name))}

    assert known - missed == set(place.exempt)


def _told_of(recipe: Recipe, place: Place, name: str) -> list[str]:
    return [said for said in forgotten(recipe._replace(places=(place,)), {name}) if said.startswith(place.file)]


def test_calls_are_read_from_the_client() -> None:
    """Without its calls, the client covers only the exempt routes."""
    recipe = RECIPES["A control verb"]
    place = recipe.places[-1]
    with ExitStack() as files:
        for file in files_of(place):
            files.enter_context(replaced(file, text_of(file).replace("._ask(", "._lost(")))
        assert set(place.named()) == set(place.exempt)


@pytest.mark.parametrize(
    "route",
    [
        "DELETE /_control/clock",
        "PUT /_control/stubs",
        "GET /_control/exchanges/invented",
        "POST /_control/messages/{id}/invented",
        "GET /_control/invented",
    ],
)
def test_a_verb_that_no_call_of_the_client_has_is_missed(route: str) -> None:
    """A route with another method, another segment or another path is a different verb."""
    assert called_among([route, "GET /_control/clock"]) == {"GET /_control/clock"}


@pytest.mark.parametrize(("recipe", "place"), PLACES, ids=IDS)
def test_a_place_is_a_file_of_the_project(recipe: Recipe, place: Place) -> None:
    """A path exists; one with a placeholder stands for at least one file."""
    assert files_of(place), f"docs/changing.md: {recipe.title}: there is no {place.file}"


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_catalogue_is_a_file_of_the_project(recipe: Recipe) -> None:
    """The file that a recipe begins in exists, and so does each file that a sentence names."""
    catalogue = Place(recipe.catalogue, recipe.begin, set)
    sentences = [recipe.begin, *(place.write for place in recipe.places)]
    named = {path for said in sentences for path in re.findall(r"`((?:\w+/)+[\w<>]+\.\w+)`", said)}

    assert files_of(catalogue)
    assert [path for path in sorted(named) if not files_of(Place(path, "", set))] == []


def test_the_page_has_no_other_recipes() -> None:
    """A recipe without a test would become outdated."""
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == list(RECIPES)
