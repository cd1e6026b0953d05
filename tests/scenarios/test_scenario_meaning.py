"""What a scenario compiles to: defaults, readings, limits, stubs."""

from __future__ import annotations

import pytest

from contract_tests.contract.requirements import load_requirements
from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Carrier, Channel, Plan, Status, Step, default_carrier
from mock_server.domain.flooding import Limits, WindowKind
from mock_server.domain.instants import HOUR, MINUTE, SECOND, Instant
from mock_server.domain.notification import WebhookRules
from mock_server.domain.policy import Account, Health, Overlong, Policy, Provider, Readings
from mock_server.domain.stub import StubTable
from mock_server.scenario.assume import BY_ID, SET_BY_KEYS, SWITCHES, Switch
from mock_server.scenario.compile import policy_of, stubs_of
from mock_server.scenario.loader import parse_scenario, scenario_of
from mock_server.scenario.notation import parse_delay, parse_duration, parse_instant
from tests.scenarios.stub_tables import first_for


def policy(text: str) -> Policy:
    """The policy of a text after the version."""
    return policy_of(parse_scenario(f"version: 1\n{text}", "f"))


def stubs(text: str) -> StubTable:
    """The stubs of a text after the version."""
    return stubs_of(parse_scenario(f"version: 1\n{text}", "f"))


@pytest.mark.requirement("REQ-4", "AF-1", "AF-2", "OP-5", "PR-2", "ST-2", "WH-4", "MS-1")
def test_the_version_alone_is_a_valid_scenario() -> None:
    """All other keys have documented defaults."""
    made = policy("")

    assert made.accounts == {"admin": Account("admin", "admin-secret", admin=True)}
    assert made.services == {"AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN"}
    assert made.limits == Limits(2, HOUR, 150, HOUR)
    assert made.providers == (Provider("PROVIDER1"),)
    assert made.health == Health()
    assert made.readings == Readings()
    assert made.plan == Plan()
    assert made.webhooks == WebhookRules()
    assert made.api_keys == {"status-key"}
    assert made.watchlist.entries == made.unreachable.entries == ()


def test_every_key_reaches_the_policy() -> None:
    """No key is ignored."""
    made = policy(
        """
accounts: [{username: a, password: p, admin: true, active: false, urls: allowed}]
services: [S]
watchlist: [+447700900061]
unreachable: [+4477009*]
anti_flooding: {duplicates: {limit: 0, window: 90s}, volume: {limit: 7, window: 1h30m}}
providers: [{name: MITTO, up: false}, {name: PROVIDER1}]
delivery: {channel: RCS, plan: [{after: 0s, status: SENT}, {after: 90m, status: READ, forced: true}]}
health: {database: down, services: up, gateway: down}
webhooks: {https_only: false, timeout: 2s, retries: [500ms, 1m], adversity: unknown-status}
api_keys: [first-key, second key]
"""
    )

    assert made.accounts == {"a": Account("a", "p", admin=True, active=False, urls_allowed=True)}
    assert made.services == {"S"}
    assert made.watchlist.entries == ("+447700900061",)
    assert made.unreachable.covers("+447700900123")
    assert made.limits == Limits(0, 90 * SECOND, 7, 90 * MINUTE)
    assert made.providers == (Provider("MITTO", up=False), Provider("PROVIDER1"))
    assert made.plan == Plan((Step(0, Status.SENT), Step(90 * MINUTE, Status.READ, forced=True)), Channel.RCS)
    assert made.health == Health(database=False, services=True, gateway=False)
    assert made.webhooks == WebhookRules(
        https_only=False, timeout=2 * SECOND, retries=(SECOND // 2, MINUTE), adversity=Adversity.UNKNOWN_STATUS
    )
    assert made.api_keys == {"first-key", "second key"}


@pytest.mark.requirement("ST-1")
def test_an_empty_list_is_not_the_default() -> None:
    """No steps, no retries, no keys."""
    made = policy("delivery: {plan: []}\nwebhooks: {retries: []}\napi_keys: []")

    assert (made.plan.steps, made.webhooks.retries, made.api_keys) == ((), (), frozenset())


@pytest.mark.requirement("WH-2")
@pytest.mark.parametrize(
    ("provider", "carrier"),
    [
        ("{}", Carrier("1", "UNDELIVERED")),
        ("{message: Number Blocked by Carrier}", Carrier("1", "UNDELIVERED", "Number Blocked by Carrier")),
        ("{code: '9', status: BLOCKED}", Carrier("9", "BLOCKED")),
    ],
)
def test_absent_keys_of_a_provider_have_defaults(provider: str, carrier: Carrier) -> None:
    """An error text alone is enough."""
    steps = f"[{{after: 1s, status: SENT}}, {{after: 2s, status: UNDELIVERED, provider: {provider}}}]"

    assert policy(f"delivery: {{plan: {steps}}}").plan.steps[1].carrier == carrier


def test_a_step_without_provider_leaves_the_defaults_to_the_domain() -> None:
    """They are defined in one place."""
    (step,) = policy("delivery: {plan: [{after: 1s, status: SENT}]}").plan.steps

    assert (step.carrier, default_carrier(step.status)) == (None, Carrier("0", "SENT"))


def test_stubs_are_named_by_their_path() -> None:
    """The explanation of a forced answer refers to the file."""
    table = stubs(
        "stubs:\n"
        "  - {when: {destination: +4477*}, then: {refuse: 61}}\n"
        "  - {when: {destination: +447700900064}, then: {refuse: 64}}"
    )

    exact, prefixed = first_for(table, "+447700900064"), first_for(table, "+447700900065")
    assert exact is not None
    assert exact.outcome.refuse is not None
    assert prefixed is not None
    assert prefixed.outcome.refuse is not None
    assert (exact.name, exact.outcome.refuse.code) == ("stubs[1]", 64)
    assert (prefixed.name, prefixed.outcome.refuse.code) == ("stubs[0]", 61)
    assert first_for(table, "+33123456789") is None


@pytest.mark.parametrize(
    ("then", "plan", "adversity"),
    [
        ("adversity: late", None, Adversity.LATE),
        ("deliver: []", Plan(()), None),
        ("deliver: [{after: 2h, status: SENT}]", Plan((Step(2 * HOUR, Status.SENT),)), None),
        ("channel: RCS, deliver: [], adversity: burst", Plan((), Channel.RCS), Adversity.BURST),
        ("channel: null, deliver: [], adversity: null, refuse: null", Plan(()), None),
    ],
)
def test_a_stub_can_change_the_delivery(then: str, plan: Plan | None, adversity: Adversity | None) -> None:
    """Steps, channel, adversity; absent keys keep the scenario's."""
    stub = first_for(stubs(f"stubs: [{{when: {{destination: +1*}}, then: {{{then}}}}}]"), "+12025550123")

    assert stub is not None
    assert (stub.outcome.refuse, stub.outcome.plan, stub.outcome.adversity) == (None, plan, adversity)


def test_a_stub_has_the_scenarios_channel_unless_it_names_one() -> None:
    """The channel need not be repeated in every stub."""
    table = stubs(
        "delivery: {channel: RCS}\nstubs:\n"
        "  - {when: {destination: +1*}, then: {deliver: []}}\n"
        "  - {when: {destination: +2*}, then: {deliver: [], channel: SMS}}"
    )

    made = [first_for(table, number) for number in ("+12025550123", "+2012345678")]
    assert [stub.outcome.plan.channel for stub in made if stub and stub.outcome.plan] == [Channel.RCS, Channel.SMS]


def test_equal_plans_are_one_object() -> None:
    """Every message references its plan, and there may be a million messages."""
    text = (
        "delivery: {plan: [{after: 1s, status: REJECTED}]}\nstubs:\n"
        "  - {when: {destination: +1*}, then: {deliver: [{after: 1000ms, status: REJECTED}]}}\n"
        "  - {when: {destination: +2*}, then: {deliver: [{after: 1s, status: REJECTED}]}}"
    )
    table = stubs(text)

    first, second = first_for(table, "+12025550123"), first_for(table, "+2012345678")
    assert first is not None
    assert second is not None
    assert first.outcome.plan is second.outcome.plan is policy(text).plan is policy(text).plan


@pytest.mark.parametrize("row", SWITCHES, ids=lambda row: row.id)
def test_the_first_reading_of_a_switch_is_the_domains_default(row: Switch) -> None:
    """Choosing the default changes nothing, and each switch has an alternative."""
    default, *others = row.values

    owner: Readings | Limits | WebhookRules = row.owner()
    assert row.values[default] == getattr(owner, row.field)
    assert others
    said = policy_of(scenario_of({"version": 1, "assume": {row.id: default}}, "f"))
    assert (said.limits, said.readings, said.webhooks) == (Limits(), Readings(), WebhookRules())


def test_the_switches_have_the_readings_of_the_requirements() -> None:
    """Every reading of the requirements can be chosen: by `assume`, or by another key."""
    stated = {r.id: r.switch_values for r in load_requirements() if r.switch_values}

    assert {row.id: tuple(row.values) for row in SWITCHES} == {
        id_: values for id_, values in stated.items() if id_ not in SET_BY_KEYS
    }
    assert SET_BY_KEYS.keys() <= stated.keys()


@pytest.mark.requirement("WH-5")
def test_notifications_can_be_independent() -> None:
    """WH-5: `assume` changes the webhook rules in addition to `webhooks`."""
    made = policy("webhooks: {timeout: 1s}\nassume: {WH-5: independent}")

    assert made.webhooks == WebhookRules(timeout=SECOND, in_order=False)
    assert (made.limits, made.readings) == (Limits(), Readings())


@pytest.mark.requirement("BAD-6")
def test_plain_http_is_allowed_by_a_key_of_webhooks() -> None:
    """BAD-6: not by `assume`."""
    assert policy("webhooks: {https_only: false}").webhooks == WebhookRules(https_only=False)


@pytest.mark.requirement(
    "AF-2", "AF-4", "AF-5", "AF-7", "ANS-2", "ANS-5", "NUM-1", "ACC-2", "ACC-3", "URL-3", "BAD-1", "BAD-3", "BAD-7"
)
@pytest.mark.parametrize(
    ("switch", "limits", "readings"),
    [
        ("AF-2: 100", Limits(volume=100), Readings()),
        ("AF-2: '100'", Limits(volume=100), Readings()),
        ("AF-4: fixed", Limits(kind=WindowKind.FIXED), Readings()),
        ("AF-5: attempts", Limits(count_attempts=True), Readings()),
        ("AF-7: rejected", Limits(), Readings(dropped_is_rejected=True)),
        ("ANS-2: null", Limits(), Readings(provider_null_when_not_detailed=True)),
        ("ANS-2: 'null'", Limits(), Readings(provider_null_when_not_detailed=True)),
        ("ANS-5: no-challenge", Limits(), Readings(challenge=False)),
        ("NUM-1: numbering-plan", Limits(), Readings(numbering_plan=True)),
        ("ACC-2: 403", Limits(), Readings(unprivileged_is_forbidden=True)),
        ("ACC-3: ignored", Limits(), Readings(unknown_account_is_ignored=True)),
        ("URL-3: explicit", Limits(), Readings(bare_domains_are_urls=False)),
        ("BAD-1: 500", Limits(), Readings(malformed_is_500=True)),
        ("BAD-3: accepted", Limits(), Readings(overlong=Overlong.ACCEPTED)),
        ("BAD-3: 66", Limits(), Readings(overlong=Overlong.NO_TEXT)),
        ("BAD-7: 66", Limits(), Readings(blank_text_is_empty=True)),
    ],
)
def test_a_switch_changes_its_reading_and_no_other(switch: str, limits: Limits, readings: Readings) -> None:
    """Every alternative reading can be chosen by `assume`."""
    made = policy(f"assume: {{{switch}}}")

    assert (made.limits, made.readings, made.webhooks) == (limits, readings, WebhookRules())


def test_a_volume_window_does_not_contradict_af_2() -> None:
    """AF-2 is about the number only."""
    assert policy("anti_flooding: {volume: {window: 10m}}\nassume: {AF-2: 100}").limits == Limits(
        volume=100, volume_window=10 * MINUTE
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [("1h", HOUR), ("90s", 90 * SECOND), ("10m", 10 * MINUTE), ("1h30m", 90 * MINUTE), ("500ms", SECOND // 2)],
)
def test_durations(text: str, length: int) -> None:
    """Numbers with units, from the largest unit to the smallest."""
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "1", "h", "1d", "-1s", "1.5s", "30m1h", "1h 30m", "0h0ms", "\u0661h", "1s\n", "9" * 99 + "s"]
)
def test_an_invalid_duration_is_refused(text: str) -> None:
    """A number without a unit too: the unit is not guessed."""
    with pytest.raises(ValueError, match=r"^must be "):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0s", "0ms", "0h0m0s", "90s", "1h30m"])
def test_a_delay_can_be_zero(text: str) -> None:
    """A change of status may come at once; other durations must be positive."""
    assert parse_delay(text) == (0 if text.startswith("0") else parse_duration(text))


@pytest.mark.parametrize("text", ["", "0", "-1s", "1.5s", "87841h"])
def test_an_invalid_delay_is_refused(text: str) -> None:
    """A 0 without a unit too."""
    with pytest.raises(ValueError, match=r"^must be "):
        parse_delay(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-15T09:00:00Z", 1_768_467_600 * SECOND),
        ("2026-01-15t10:00:00.5+01:00", 1_768_467_600 * SECOND + SECOND // 2),
        ("9999-12-31T23:59:59z", 253_402_300_799 * SECOND),
    ],
)
def test_instants(text: str, instant: int) -> None:
    """RFC 3339 with an offset, to the microsecond."""
    assert parse_instant(text) == Instant(instant)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T09:00:00",
        "2026-01-15 09:00:00Z",
        "2026-01-15T09:00Z",
        "20260115T090000Z",
        "2026-01-15T24:00:00Z",
        "2026-01-15T09:00:60Z",
        "2026-01-15T09:00:00+99:00",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_an_invalid_instant_is_refused(text: str) -> None:
    """Without offset, outside the calendar, or out of the range of a clock."""
    with pytest.raises(ValueError, match="must"):
        parse_instant(text)


def test_the_document_has_only_the_keys_that_were_given() -> None:
    """Defaults are left out, so a patch cannot contradict what nobody wrote."""
    value = {"version": 1, "accounts": [{"username": "a", "password": "p"}], "assume": {"ANS-2": "null"}}

    assert scenario_of(value, "f").document() == value


def test_the_document_without_secrets_masks_passwords_and_keys() -> None:
    """The console and the control API never show a secret."""
    value = {"version": 1, "accounts": [{"username": "a", "password": "hush"}], "api_keys": ["hush-key", "hush-too"]}
    scenario = scenario_of(value, "f")

    assert scenario.document(secrets=False) == {
        "version": 1,
        "accounts": [{"username": "a", "password": "***"}],
        "api_keys": ["***", "***"],
    }
    assert scenario.document() == value
    assert "hush" not in repr(scenario)


@pytest.mark.parametrize(
    "clock", [{"mode": "scaled", "factor": 60}, {"mode": "scaled", "factor": 0.5, "at": "2026-01-15T09:00:00Z"}]
)
def test_a_scaled_clock_can_start_at_any_time(clock: dict[str, object]) -> None:
    """`at` can be combined with a factor."""
    made = scenario_of({"version": 1, "clock": clock}, "f").clock

    assert (made.mode, made.factor, made.at) == ("scaled", clock["factor"], clock.get("at"))


def test_the_switches_are_unique() -> None:
    """There is one switch per requirement."""
    assert len(BY_ID) == len(SWITCHES)
