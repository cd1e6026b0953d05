"""All mistakes in a scenario are reported at once, with their positions and with what is allowed."""

from __future__ import annotations

import pytest

from contract_tests.openapi import documented_codes
from mock_server.scenario.loader import ScenarioError, parse_scenario, scenario_of
from mock_server.scenario.model import Scenario

TOP = ", ".join(Scenario.model_fields)
ACCOUNT = "username, password, admin, active, urls"
NUMBER = "an E.164 number such as '+447700900061', or a prefix such as '+447700901*'"
DURATION = "a length of time with its unit, such as '1h', '90s', '10m', '1h30m' or '500ms'"
INSTANT = "a point in time with its offset, such as '2026-01-15T09:00:00Z' or '2026-01-15T10:00:00+01:00'"
CODES = "a code of the refusal catalogue: " + ", ".join(map(str, documented_codes()))
STEP = "after, status, provider, forced"
THEN = "refuse, accept, drop, deliver, channel, adversity, answer, fault, delay, hold"
STUB = "when, then, times, probability, for, priority, name"
OUTCOMES = "refuse, accept, drop, deliver, adversity, answer, fault, delay, hold"
LIMIT_IT = "limit it by times, nth, for or probability"
WHEN = "destination, text, account, service, action, key, operation, nth"
STATUSES = "'SENT', 'DELIVERED', 'REJECTED', 'UNDELIVERED' or 'READ'"
ADVERSITIES = (
    "'duplicate', 'reorder', 'late', 'before-answer', 'missing', 'unknown-status', 'unknown-fields', "
    "'malformed-json', 'wrong-content-type', 'repeated-final' or 'burst'"
)
FACTOR = "a number that is more than 0 and at most 100,000"
BACKWARDS = "'after' counts from the acceptance, and steps must be in order of time"
SWITCHES = "AF-2, AF-4, AF-5, AF-7, ANS-2, ANS-5, NUM-1, ACC-2, ACC-3, URL-3, BAD-1, BAD-3, BAD-7, WH-5"
NO_READING = f"has no alternative reading; requirements that have: {SWITCHES}"


def said(text: str) -> list[str]:
    """The problems of a text after a valid first line."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(f"version: 1\n{text}\n", "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        # Unknown keys: the position is that of the key.
        ("titel: x", f"2:1: titel: unknown key; known here: {TOP}; did you mean 'title'?"),
        ("fault: []", f"2:1: fault: unknown key; known here: {TOP}; did you mean 'faults'?"),
        ("7: x", f"2:1: 7: unknown key; known here: {TOP}"),
        (
            "accounts: [{username: a, password: b, url: allowed}]",
            f"2:39: accounts[0].url: unknown key; known here: {ACCOUNT}; did you mean 'urls'?",
        ),
        (
            'stubs: [{when: {destination: "+447700900064", nht: [1]}, then: {refuse: 64}}]',
            f"2:47: stubs[0].when.nht: unknown key; known here: {WHEN}; did you mean 'nth'?",
        ),
        (
            'stubs: [{when: {destination: "+447700900064"}, then: {refuse: 64}, nth: 1}]',
            f"2:68: stubs[0].nth: unknown key; known here: {STUB}; did you mean 'when.nth'?",
        ),
        (
            "faults: [{then: {fault: reset}, delay: 1s}]",
            f"2:33: faults[0].delay: unknown key; known here: {STUB}; did you mean 'then.delay'?",
        ),
        (
            'stubs: [{when: {destination: "+447700900064"}, then: {refuse: 64, dellay: 3s}}]',
            f"2:67: stubs[0].then.dellay: unknown key; known here: {THEN}; did you mean 'delay'?",
        ),
        (
            "delivery: {plan: [{after: 1s, status: SENT, force: true}]}",
            f"2:45: delivery.plan[0].force: unknown key; known here: {STEP}; did you mean 'forced'?",
        ),
        (
            "stubs: [{when: {destination: +1*}, then: {deliver: [{after: 1s, status: SENT, provider: {cod: x}}]}}]",
            (
                "2:90: stubs[0].then.deliver[0].provider.cod: unknown key; known here: code, status, message; "
                "did you mean 'code'?"
            ),
        ),
        (
            "webhooks: {retry: []}",
            (
                "2:12: webhooks.retry: unknown key; known here: https_only, timeout, retries, adversity; "
                "did you mean 'retries'?"
            ),
        ),
        # Missing keys: the position is the start of the mapping.
        ("accounts: [{username: a}]", "2:12: accounts[0].password: is required"),
        ("accounts:\n  - password: b", "3:5: accounts[0].username: is required"),
        ("stubs:\n  - when: {nth: 1}", "3:5: stubs[0].then: is required"),
        ("delivery: {plan: [{status: SENT}]}", "2:19: delivery.plan[0].after: is required"),
        ("delivery: {plan: [{after: 1s}]}", "2:19: delivery.plan[0].status: is required"),
        (
            "clock: {mode: scaled}",
            "2:8: clock.factor: is required with 'mode: scaled'; with 60, a minute passes in each second",
        ),
        ("providers: [{up: true}]", "2:13: providers[0].name: is required"),
        # Invalid values: the position is that of the value.
        ("title: 2026", "2:8: title: must be a text, not 2026; put it in quotes"),
        ("title: true", "2:8: title: must be a text, not true; put it in quotes"),
        ("title: [a]", "2:8: title: must be a text, not a list"),
        ("description:", "2:13: description: must be a text, not null"),
        ("seed: x", "2:7: seed: must be a whole number of at most 64 bits, not 'x'"),
        ("seed: 1.5", "2:7: seed: must be a whole number of at most 64 bits, not 1.5"),
        (
            "seed: 9999999999999999999",
            "2:7: seed: must be a whole number of at most 64 bits, not 9999999999999999999",
        ),
        (
            "accounts: [{username: a, password: b, urls: alowed}]",
            "2:45: accounts[0].urls: must be 'allowed' or 'denied', not 'alowed'; did you mean 'allowed'?",
        ),
        (
            "accounts: [{username: a, password: b, admin: yes}]",
            "2:46: accounts[0].admin: must be true or false, not 'yes'; did you mean 'true'?",
        ),
        (
            "providers: [{name: P, up: Off}]",
            "2:27: providers[0].up: must be true or false, not 'Off'; did you mean 'false'?",
        ),
        ("providers: [{name: P, up: 1}]", "2:27: providers[0].up: must be true or false, not 1"),
        ("providers: [{name: ''}]", "2:20: providers[0].name: must hold at least one character"),
        ("services: [A, 404]", "2:15: services[1]: must be a text, not 404; put it in quotes"),
        ("services: [A, '']", "2:15: services[1]: must hold at least one character"),
        ("health: {database: dwn}", "2:20: health.database: must be 'up' or 'down', not 'dwn'; did you mean 'down'?"),
        ("health: {database: [up]}", "2:20: health.database: must be 'up' or 'down', not a list"),
        ("watchlist: [447700900061]", f"2:13: watchlist[0]: must be {NUMBER}, not 447700900061; put it in quotes"),
        ("watchlist: ['+44 7700']", f"2:13: watchlist[0]: must be {NUMBER}, not '+44 7700'"),
        ("unreachable: ['*']", f"2:15: unreachable[0]: must be {NUMBER}, not '*'"),
        ("unreachable: ['+0*']", f"2:15: unreachable[0]: must be {NUMBER}, not '+0*'"),
        (
            "stubs: [{when: {destination: '0770'}, then: {refuse: 64}}]",
            f"2:30: stubs[0].when.destination: must be {NUMBER}, not '0770'",
        ),
        (
            'stubs: [{when: {destination: "+447700900064"}, then: {refuse: 62}}]',
            f"2:63: stubs[0].then.refuse: must be {CODES}, not 62",
        ),
        (
            'stubs: [{when: {destination: "+447700900064"}, then: {refuse: "64"}}]',
            f"2:63: stubs[0].then.refuse: must be {CODES}, not '64'",
        ),
        (
            "anti_flooding: {volume: {limit: -1}}",
            "2:33: anti_flooding.volume.limit: must be a whole number, 0 or more, not -1",
        ),
        (
            "anti_flooding: {duplicates: {limit: true}}",
            "2:37: anti_flooding.duplicates.limit: must be a whole number, 0 or more, not true",
        ),
        (
            "anti_flooding: {volume: {window: 90}}",
            f"2:34: anti_flooding.volume.window: must be {DURATION}, not 90; put it in quotes",
        ),
        (
            "anti_flooding: {volume: {window: 1 hour}}",
            f"2:34: anti_flooding.volume.window: must be {DURATION}, not '1 hour'",
        ),
        (
            "anti_flooding: {volume: {window: 0s}}",
            "2:34: anti_flooding.volume.window: must be longer than 0s, not '0s'",
        ),
        (
            "anti_flooding: {volume: {window: 87841h}}",
            "2:34: anti_flooding.volume.window: must be at most ten years (87840h), not '87841h'",
        ),
        (
            "clock: {mode: frozzen}",
            "2:15: clock.mode: must be 'real', 'frozen' or 'scaled', not 'frozzen'; did you mean 'frozen'?",
        ),
        ("clock: {mode: scaled, factor: 0}", f"2:31: clock.factor: must be {FACTOR}, not 0"),
        ("clock: {mode: scaled, factor: 100001}", f"2:31: clock.factor: must be {FACTOR}, not 100001"),
        ("clock: {mode: scaled, factor: fast}", f"2:31: clock.factor: must be {FACTOR}, not 'fast'"),
        ("clock: {mode: scaled, factor: true}", f"2:31: clock.factor: must be {FACTOR}, not true"),
        (
            "delivery: {channel: MMS}",
            "2:21: delivery.channel: must be 'SMS' or 'RCS', not 'MMS'; did you mean 'SMS'?",
        ),
        (
            "delivery: {plan: [{after: 1s, status: sent}]}",
            f"2:39: delivery.plan[0].status: must be {STATUSES}, not 'sent'; did you mean 'SENT'?",
        ),
        (
            "delivery: {plan: [{after: 0s, status: PROVIDER_ACCEPTANCE}]}",
            f"2:39: delivery.plan[0].status: must be {STATUSES}, not 'PROVIDER_ACCEPTANCE'",
        ),
        (
            "delivery: {plan: [{after: soon, status: SENT}]}",
            f"2:27: delivery.plan[0].after: must be {DURATION}, or '0s', not 'soon'",
        ),
        (
            "delivery: {plan: [{after: 0, status: SENT}]}",
            f"2:27: delivery.plan[0].after: must be {DURATION}, or '0s', not 0; put it in quotes",
        ),
        (
            "delivery: {plan: [{after: 87841h, status: SENT}]}",
            "2:27: delivery.plan[0].after: must be at most ten years (87840h), not '87841h'",
        ),
        (
            "delivery: {plan: [{after: 1s, status: SENT, provider: {code: 0}}]}",
            "2:62: delivery.plan[0].provider.code: must be a text, not 0; put it in quotes",
        ),
        (
            "webhooks: {https_only: no}",
            "2:24: webhooks.https_only: must be true or false, not 'no'; did you mean 'false'?",
        ),
        ("webhooks: {timeout: 0s}", "2:21: webhooks.timeout: must be longer than 0s, not '0s'"),
        (
            "webhooks: {retries: [10s, 60]}",
            f"2:27: webhooks.retries[1]: must be {DURATION}, not 60; put it in quotes",
        ),
        (
            "webhooks: {adversity: duplicates}",
            f"2:23: webhooks.adversity: must be {ADVERSITIES}, not 'duplicates'; did you mean 'duplicate'?",
        ),
        (
            "clock: {mode: frozen, at: 2026-01-15}",
            f"2:27: clock.at: must be {INSTANT}, not '2026-01-15'",
        ),
        (
            "clock: {mode: frozen, at: '2026-02-30T00:00:00Z'}",
            f"2:27: clock.at: is not a valid date and time; it must be {INSTANT}, not '2026-02-30T00:00:00Z'",
        ),
        (
            "clock: {mode: frozen, at: '1969-12-31T23:59:59Z'}",
            "2:27: clock.at: must lie between the years 1970 and 9999, not '1969-12-31T23:59:59Z'",
        ),
        (f"title: {'x' * 10_001}", "2:8: title: must hold at most 10,000 characters"),
        # Values of the wrong kind.
        (
            "health:",
            "2:8: health: must be a mapping (key: value); it is empty: leave the key out to get its default",
        ),
        ("health: up", "2:9: health: must be a mapping (key: value), not a single value"),
        ("accounts: [[a]]", "2:12: accounts[0]: must be a mapping (key: value), not a list"),
        ("accounts: {admin: x}", "2:11: accounts: must be a list, not a mapping"),
        ("watchlist: '+447700900061'", "2:12: watchlist: must be a list, not a single value"),
        ("delivery: {plan: never}", "2:18: delivery.plan: must be a list, not a single value"),
        ("webhooks: {retries: 10s}", "2:21: webhooks.retries: must be a list, not a single value"),
        ("api_keys: status-key", "2:11: api_keys: must be a list, not a single value"),
        ("assume: [AF-2]", "2:9: assume: must be a mapping (key: value), not a list"),
        # Flaws across keys.
        ("version: 1", "2:1: version: is given twice; first at 1:1"),
        ("services: [A, B, A]", "2:18: services[2]: duplicate 'A'; the first is services[0] at 2:12"),
        (
            "watchlist:\n  - '+447700900061'\n  - '+447700900061'",
            "4:5: watchlist[1]: duplicate '+447700900061'; the first is watchlist[0] at 3:5",
        ),
        (
            "providers: [{name: P}, {name: P}]",
            "2:31: providers[1].name: duplicate 'P'; the first is providers[0].name at 2:20",
        ),
        (
            "accounts: [{username: a, password: b}, {username: a, password: c}]",
            "2:51: accounts[1].username: duplicate 'a'; the first is accounts[0].username at 2:23",
        ),
        (
            "stubs: [{when: {destination: +1*}, then: {refuse: 8}}, {when: {destination: +1*}, then: {refuse: 61}}]",
            f"2:56: stubs[1]: never applies: stubs[0] at 2:9 matches the same requests; {LIMIT_IT}",
        ),
        (
            "clock: {at: '2026-01-15T09:00:00Z'}",
            "2:13: clock.at: needs 'mode: frozen' or 'mode: scaled'; a real clock cannot be set",
        ),
        ("clock: {factor: 2}", "2:17: clock.factor: needs 'mode: scaled'; other clocks have no factor"),
        ("clock: {mode: [frozen], factor: 2}", "2:15: clock.mode: must be 'real', 'frozen' or 'scaled', not a list"),
        (
            "clock: {mode: frozen, factor: 2}",
            "2:31: clock.factor: needs 'mode: scaled'; other clocks have no factor",
        ),
        # Delivery plans.
        (
            "delivery: {plan: [{after: 1s, status: DELIVERED}]}",
            (
                "2:39: delivery.plan[0].status: DELIVERED may not follow PROVIDER_ACCEPTANCE (only SENT or REJECTED "
                "may); 'forced: true' allows it"
            ),
        ),
        (
            "delivery:\n  plan:\n    - {after: 1s, status: SENT}\n    - {after: 2s, status: SENT}",
            (
                "5:27: delivery.plan[1].status: SENT may not follow SENT (only DELIVERED or UNDELIVERED may); "
                "'forced: true' allows it"
            ),
        ),
        (
            "delivery: {plan: [{after: 1s, status: REJECTED}, {after: 1s, status: SENT, forced: false}]}",
            "2:70: delivery.plan[1].status: SENT may not follow REJECTED (nothing may); 'forced: true' allows it",
        ),
        (
            (
                "delivery:\n plan:\n - {after: 0s, status: SENT}\n - {after: 1s, status: DELIVERED}\n"
                " - {after: 1s, status: READ}"
            ),
            (
                "6:24: delivery.plan[2].status: READ may follow DELIVERED on RCS only; set 'channel: RCS', or allow "
                "it with 'forced: true'"
            ),
        ),
        (
            "stubs: [{when: {destination: +1*}, then: {deliver: [{after: 1s, status: READ}], channel: RCS}}]",
            (
                "2:73: stubs[0].then.deliver[0].status: READ may not follow PROVIDER_ACCEPTANCE (only SENT or "
                "REJECTED may); 'forced: true' allows it"
            ),
        ),
        (
            "delivery:\n  plan:\n    - {after: 3s, status: SENT}\n    - {after: 1s, status: DELIVERED}",
            f"5:15: delivery.plan[1].after: is earlier than delivery.plan[0].after at 4:15; {BACKWARDS}",
        ),
        # Outcomes of stubs.
        (
            "stubs: [{when: {destination: +1*}, then: {}}]",
            f"2:42: stubs[0].then: must have at least one of {OUTCOMES}",
        ),
        (
            "stubs: [{when: {destination: +1*}, then: {deliver: }}]",
            f"2:42: stubs[0].then: must have at least one of {OUTCOMES}",
        ),
        (
            "stubs: [{when: {destination: +1*}, then: {channel: RCS, adversity: late}}]",
            "2:43: stubs[0].then.channel: needs 'deliver', the status changes on that channel",
        ),
        *(
            (
                f"stubs: [{{when: {{destination: +1*}}, then: {{refuse: 64, {key}: {value}}}}}]",
                f"2:55: stubs[0].then.{key}: excludes 'refuse': with it, no message is delivered",
            )
            for key, value in [("deliver", "[]"), ("channel", "RCS"), ("adversity", "late")]
        ),
        # Alternative readings.
        ("assume: {AF-6: x}", f"2:10: assume.AF-6: {NO_READING}"),
        ("assume: {AF-7: x}", "2:16: assume.AF-7: must be one of unknown, rejected, not 'x'"),
        (
            "assume: {BAD-6: plain-http}",
            "2:10: assume.BAD-6: is set by the key webhooks.https_only",
        ),
        (
            "assume: {af4: fixed}",
            f"2:10: assume.af4: {NO_READING}; did you mean 'AF-4'?",
        ),
        ("assume: {AF-2: 120}", "2:16: assume.AF-2: must be one of 150, 100, not 120"),
        (
            "assume: {AF-4: fixd}",
            "2:16: assume.AF-4: must be one of sliding, fixed, not 'fixd'; did you mean 'fixed'?",
        ),
        ("assume: {AF-4: }", "2:16: assume.AF-4: must be one of sliding, fixed, not null"),
        ("assume: {ACC-2: true}", "2:17: assume.ACC-2: must be one of 401, 403, not true"),
        (
            "anti_flooding: {volume: {limit: 5}}\nassume: {AF-2: 100}",
            "3:10: assume.AF-2: sets the same limit as anti_flooding.volume.limit at 2:33; keep one of the two",
        ),
        # YAML that other parsers accept.
        ("services: !!python/tuple [A]", "2:11: services: must have no YAML tag; quote a text that begins with '!'"),
        ("title: !x y", "2:8: title: must have no YAML tag; quote a text that begins with '!'"),
        ("!!str title: y", None),
        ("!x title: y", "2:1: must have no YAML tag; quote a text that begins with '!'"),
        ("health: {<<: up}", "2:10: health: '<<' merges a mapping or a list of mappings, and this is neither"),
    ],
)
def test_a_mistake_is_reported_at_its_position(text: str, problem: str | None) -> None:
    """Position, path, value, what is allowed and a suggestion, in one line."""
    if problem is None:
        assert parse_scenario(f"version: 1\n{text}\n", "f.yaml").title == "y"
        return
    assert said(text) == [f"f.yaml:{problem}"]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    """Those of YAML, of the model and of the checks across keys together."""
    text = "titel: x\nwatchlist: [1, '+1*', '+1*']\nversion: 1\nassume: {AF-6: 1, AF-4: x}\nhealth: {databse: up}"

    lines = [line.split(": ")[0] for line in said(text)]

    assert lines == [
        "f.yaml:2:1",
        "f.yaml:3:13",
        "f.yaml:3:23",
        "f.yaml:4:1",
        "f.yaml:5:10",
        "f.yaml:5:25",
        "f.yaml:6:10",
    ]


def test_all_steps_of_a_plan_are_checked_at_once() -> None:
    """In status and in time, up to the first step with an unknown status."""
    steps = (
        "{after: 5s, status: READ}, {after: 4s, status: SENT}, {after: x, status: lost}, {after: 1s, status: READ}"
    )

    paths = [line.split(": ")[1] for line in said(f"delivery: {{plan: [{steps}]}}")]

    assert paths == [
        "delivery.plan[0].status",
        "delivery.plan[1].after",
        "delivery.plan[1].status",
        "delivery.plan[2].after",
        "delivery.plan[2].status",
        "delivery.plan[3].after",
    ]


@pytest.mark.parametrize("version", ["2", "'1'", "true", "1.0", "null"])
def test_only_version_one_is_known(version: str) -> None:
    """A later format is refused, not partly understood."""
    with pytest.raises(ScenarioError, match="f:1:10: version: must be 1, the only version of this format, not"):
        parse_scenario(f"version: {version}", "f")


def test_a_problem_of_decoded_json_has_a_path_and_no_line() -> None:
    """Decoded JSON has no positions."""
    value = {"version": 1, "watchlist": ["x"], "anti_flooding": {"volume": {"limit": 1}}, "assume": {"AF-2": 150}}

    with pytest.raises(ScenarioError) as caught:
        scenario_of(value, "inline")

    first, second = caught.value.problems
    assert str(first) == f"inline: watchlist[0]: must be {NUMBER}, not 'x'"
    assert str(second) == (
        "inline: assume.AF-2: sets the same limit as anti_flooding.volume.limit; keep one of the two"
    )
    assert (first.line, first.column, first.path) == (None, None, "watchlist[0]")


@pytest.mark.parametrize("value", [None, [], "version: 1", 1, True])
def test_decoded_json_that_is_not_an_object_is_one_problem(value: object) -> None:
    """Anything that is not a scenario is reported with one sentence."""
    with pytest.raises(ScenarioError, match=r"^inline: a scenario is an object; it holds at least 'version': 1$"):
        scenario_of(value, "inline")


def test_a_value_is_shortened_and_made_printable() -> None:
    """A problem is always a single line."""
    (long,) = said(f"health: {{database: {'x' * 500}}}")
    (odd,) = said('health: {database: "a\\nb"}')

    (key,) = said('"a\\nb": 1')

    assert f"'{'x' * 59}…'" in long
    assert key.startswith('f.yaml:2:1: "a\\nb": unknown key')
    assert 'not "a\\nb"' in odd


def test_a_lone_surrogate_in_json_is_refused() -> None:
    """Such a text cannot be encoded."""
    with pytest.raises(ScenarioError, match=r'inline: title: must be valid Unicode text, not "\\ud800"'):
        scenario_of({"version": 1, "title": "\ud800"}, "inline")


@pytest.mark.parametrize(
    ("stub", "sentence"),
    [
        ({"times": 0}, "times: must be a whole number, 1 or more, not 0"),
        ({"when": {"nth": 0}}, "when.nth: must be a whole number, 1 or more, or a list of them, not 0"),
        ({"when": {"nth": []}}, "when.nth: must be a whole number, 1 or more, or a list of them, not a list"),
        ({"probability": 2}, "probability: must be a number that is more than 0 and at most 1, not 2"),
        ({"priority": 1001}, "priority: must be a whole number from -1000 to 1000, not 1001"),
        ({"then": {"answer": {"status": 99}}}, "then.answer.status: must be a whole number from 200 to 599, not 99"),
        (
            {"then": {"fault": {"kind": "503", "retry_after": -1}}},
            "then.fault.retry_after: must be a whole number of seconds, 0 or more, not -1",
        ),
        (
            {"then": {"delay": {"lognormal": {"median": "1s", "sigma": 6}}}},
            "then.delay.lognormal.sigma: must be a number from 0 to 5, not 6",
        ),
        ({"then": {"hold": False}}, "then.hold: must be true, not false; otherwise leave the key out"),
    ],
    ids=str,
)
def test_a_number_of_a_stub_out_of_range_is_reported_with_the_range(stub: dict[str, object], sentence: str) -> None:
    """And not as a value of the wrong type."""
    document = {"version": 1, "stubs": [{"then": {"refuse": 61}} | stub]}

    with pytest.raises(ScenarioError) as refused:
        scenario_of(document, "inline")

    assert str(refused.value) == f"inline: stubs[0].{sentence}"


def test_mistakes_after_the_thousandth_are_only_counted() -> None:
    """A hundred thousand sentences would take the server a minute."""
    told = said("".join(f"k{number}: 1\n" for number in range(1234)))

    assert len(told) == 1001
    assert "f.yaml:1:1: 234 further mistakes are not shown" in told
