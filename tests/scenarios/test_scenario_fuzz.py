"""Any text or JSON value is either a scenario that survives a round trip, or a list of problems."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.domain.adversity import Adversity
from mock_server.domain.errors import BY_CODE
from mock_server.scenario.assume import SWITCHES
from mock_server.scenario.compile import policy_of, stubs_of
from mock_server.scenario.loader import Problem, ScenarioError, parse_scenario, scenario_of
from mock_server.scenario.model import Scenario
from tests.domain.asking import PREDICTABLE

CALM = settings(PREDICTABLE, suppress_health_check=[HealthCheck.too_slow])
"""Slow generation on a busy machine is not a failure."""

NUMBERS = st.from_regex(r"\+[1-9][0-9]{6,14}|\+(?:[1-9][0-9]{0,14})?\*", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":"), min_size=1, max_size=20)
WINDOWS = st.sampled_from(["1h", "90s", "10m", "1h30m", "500ms"])
FLAGS = st.booleans()
ADVERSITY = st.sampled_from([adversity.value for adversity in Adversity])
CHANNELS = st.sampled_from(["SMS", "RCS"])
CARRIERS = st.fixed_dictionaries({}, optional={"code": WORDS, "status": WORDS, "message": WORDS})
KEYS = st.from_regex(r"[!-~][ -~]{2,9}[!-~]", fullmatch=True)


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, object]]:
    """Steps in order of time; each is forced, so that any order of statuses is valid."""
    after = sorted(draw(st.lists(st.integers(0, 10**9 - 1), max_size=5)))
    statuses = st.sampled_from(["SENT", "DELIVERED", "REJECTED", "UNDELIVERED", "READ"])
    return [
        {"after": f"{each}ms", "status": draw(statuses), "forced": True}
        | draw(st.fixed_dictionaries({}, optional={"provider": CARRIERS}))
        for each in after
    ]


FATES = st.fixed_dictionaries({"deliver": steps()}, optional={"channel": CHANNELS, "adversity": ADVERSITY})
OUTCOMES = st.one_of(
    st.fixed_dictionaries({"refuse": st.sampled_from(sorted(BY_CODE))}),
    st.fixed_dictionaries({"adversity": ADVERSITY}),
    FATES,
)
DOCUMENTS = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "title": st.text(st.characters(exclude_categories=["Cs"])),
        "seed": st.integers(-(2**63), 2**63 - 1),
        "clock": st.sampled_from(
            [
                {"mode": "frozen", "at": "2026-01-15T09:00:00Z"},
                {"mode": "scaled", "at": "2026-01-15T09:00:00Z", "factor": 60},
                {"mode": "scaled", "factor": 0.5},
            ]
        ),
        "accounts": st.lists(
            st.fixed_dictionaries(
                {"username": WORDS, "password": WORDS.filter(lambda word: word != "***")},
                optional={"admin": FLAGS, "active": FLAGS, "urls": st.sampled_from(["allowed", "denied"])},
            ),
            unique_by=lambda account: account["username"],
        ),
        "api_keys": st.lists(KEYS, unique=True),
        "services": st.lists(WORDS, unique=True),
        "watchlist": st.lists(NUMBERS, unique=True),
        "unreachable": st.lists(NUMBERS, unique=True),
        "anti_flooding": st.fixed_dictionaries(
            {}, optional={"duplicates": st.fixed_dictionaries({"limit": st.integers(0, 9), "window": WINDOWS})}
        ),
        "providers": st.lists(
            st.fixed_dictionaries({"name": WORDS}, optional={"up": FLAGS}),
            unique_by=lambda provider: provider["name"],
        ),
        "delivery": st.fixed_dictionaries({}, optional={"channel": CHANNELS, "plan": steps()}),
        "webhooks": st.fixed_dictionaries(
            {},
            optional={
                "https_only": FLAGS,
                "timeout": WINDOWS,
                "retries": st.lists(WINDOWS),
                "adversity": ADVERSITY,
            },
        ),
        "stubs": st.lists(
            st.fixed_dictionaries({"when": st.fixed_dictionaries({"destination": NUMBERS}), "then": OUTCOMES}),
            unique_by=lambda stub: str(stub["when"]["destination"]),
        ),
        "assume": st.fixed_dictionaries({}, optional={row.id: st.sampled_from(list(row.values)) for row in SWITCHES}),
    },
)


@settings(CALM)
@given(DOCUMENTS)
def test_a_document_loads_as_the_scenario_it_came_from(document: dict[str, object]) -> None:
    """document() and scenario_of() are inverses of each other."""
    scenario = scenario_of(document, "f")

    policy_of(scenario)
    stubs_of(scenario)
    assert scenario.document() == document
    assert scenario_of(scenario.document(), "f") == scenario


PIECES = st.sampled_from(
    [
        *("version: 1", "accounts", "username", "password", "assume", "AF-2", "stubs", "when", "then", "refuse"),
        *(
            "delivery",
            "plan",
            "after",
            "status",
            "SENT",
            "READ",
            "1s",
            "channel",
            "RCS",
            "forced",
            "deliver",
            "api_keys",
        ),
        *("webhooks", "retries", "adversity", "late", "mode", "scaled", "factor", "provider", "code"),
        *("clock", "at", "health", "anti_flooding", "volume", "limit", "null", "true", "1", "1.5", "+44", "***", "~"),
        *("\n", "  ", "- ", "[", "]", "{", "}", ": ", ", ", "-", "'", '"', "&a ", "*a", "<<", "!!str ", "!x ", "? "),
        *("---\n", "...\n", "%", "@", "`", "#", ">", "\t", "\r", "\u2028", "\ud800", "\0"),
    ]
)


def problems_of(text: str) -> tuple[Problem, ...]:
    """The problems of a text."""
    try:
        parse_scenario(text, "f")
    except ScenarioError as error:
        return error.problems
    return ()


@settings(CALM)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(st.characters(), max_size=60))
def test_no_text_raises_anything_but_a_scenario_error(text: str) -> None:
    """Any text is a scenario or a list of problems, each on a line of its own."""
    problems = (*problems_of(text), *problems_of(f"version: 1\n{text}"))

    assert all(problem.line and problem.column for problem in problems)
    assert not any("\n" in str(problem) for problem in problems)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9) | PIECES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PIECES, inner),
    max_leaves=20,
)


@settings(CALM)
@given(st.dictionaries(st.sampled_from(sorted(Scenario.model_fields)), JSON))
def test_no_json_raises_anything_but_a_scenario_error(value: dict[str, object]) -> None:
    """The same for the JSON of the control API; a valid one survives a round trip."""
    with suppress(ScenarioError):
        json.dumps(scenario_of({"version": 1, **value}, "f").document())
