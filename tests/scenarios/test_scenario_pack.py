"""The shipped scenarios: they load, are described, and each refuses by the rules, not by stubs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_server.domain.adversity import Adversity
from mock_server.domain.decision import Refused
from mock_server.domain.delivery import Channel, Plan, Status
from mock_server.domain.errors import CATALOGUE
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import HOUR, SECOND, Instant
from mock_server.domain.policy import Policy
from mock_server.domain.rules import ATTEMPT_RULES, OFFER_RULES, SUBMISSION_RULES, context_of
from mock_server.domain.submission import Attempt, BasicCredentials, Operation, Reference, Submission
from mock_server.scenario import pack
from mock_server.scenario.compile import policy_of, stubs_of
from mock_server.scenario.loader import ScenarioError, load_scenario
from tests.scenarios.stub_tables import first_for

ADMIN = BasicCredentials("admin", "admin-secret")
CUSTOMER = BasicCredentials("customer-account", "customer-secret")
NUMBER = "+447911123456"
VENDORS = Submission(
    destination="+1234567890",
    text="Administrative message",
    reference=Reference("ADMIN", "NOTIFICATION", "admin-task-123"),
    account="admin-account",
    lra=1234,
    business_relation_id="BR-001",
    detailed=True,
)


def policy(name: str) -> Policy:
    """The policy of a shipped scenario."""
    return policy_of(load_scenario(pack.resolve(name)))


def code_of(made: Policy, submission: Submission, who: BasicCredentials = CUSTOMER, counted: int = 0) -> int | None:
    """The code of the rules' refusal of a submission, without stubs; `None` if they accept it."""
    operation = Operation.ADMIN if who is ADMIN else Operation.SERVICES
    attempt = Attempt(operation, who, submission, Instant(0), "1")
    for rule in ATTEMPT_RULES:
        refused = rule.ask(attempt, made)
        if refused is not None:
            return refused.error.code
    context = context_of(attempt, submission, made)
    for submission_rule in SUBMISSION_RULES:
        refused = submission_rule.ask(submission, context)
        if refused is not None:
            return refused.error.code
    offer = Offer(submission.destination, submission.text, made.provider(), made.limits)
    tally = Tally(volume=counted, volume_frees_at=None, duplicates=0, duplicates_frees_at=None)
    for offer_rule in OFFER_RULES:
        said = offer_rule.ask(offer, tally)
        if isinstance(said, Refused):
            return said.error.code
    return None


@pytest.mark.parametrize("name", pack.names())
def test_a_shipped_scenario_is_complete(name: str) -> None:
    """It loads, has the administrator and a description, and refers editors to the schema."""
    path = pack.resolve(name)
    scenario = load_scenario(path)

    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=./scenario.schema.json\n")
    assert any(
        (a.username, a.password, a.admin, a.active) == ("admin", "admin-secret", True, True)
        for a in scenario.accounts
    )
    assert scenario.title
    assert len(scenario.description) > 200


@pytest.mark.parametrize("entry", pack.pack(), ids=lambda entry: entry.name)
def test_a_shipped_scenario_says_what_a_tester_should_see(entry: pack.PackEntry) -> None:
    """Once, at the end, after what to do."""
    assert entry.to_see.startswith("Expect your product to ")
    assert entry.description.count("Expect ") == 1
    assert entry.description == f"{entry.to_do} {entry.to_see}"


@pytest.mark.parametrize("name", [name for name in pack.names() if name != pack.DEFAULT])
def test_the_pack_forces_nothing(name: str) -> None:
    """The rules decide: only the default scenario has stubs."""
    assert load_scenario(pack.resolve(name)).stubs == ()


REFUSALS = [
    ("wrong-number", Submission("+447700900008", "Hi"), 8),
    ("wrong-number", Submission("+447700900250", "Hi"), 8),
    ("invalid-number", Submission("07911 123456", "Hi"), 56),
    ("invalid-number", Submission("+44 7911 123456", "Hi"), 56),
    ("invalid-number", Submission("++447911123456", "Hi"), 56),
    ("invalid-number", Submission("+999123456789", "Hi"), 56),
    ("invalid-number", Submission("+4479111234567", "Hi"), 56),
    ("invalid-number", Submission("+447700900123", "Hi"), 8),
    ("unknown-service", Submission(NUMBER, "Hi", Reference("ECOMMERCE")), 59),
    ("unknown-service", Submission(NUMBER, "Hi", Reference(action="2FA")), 59),
    ("watchlist", Submission("+447700900061", "Hi"), 61),
    ("watchlist", Submission("+447700900150", "Hi"), 61),
    ("bad-credentials", Submission(NUMBER, "Hi"), 63),
    ("provider-down", Submission(NUMBER, "Hi"), 64),
    ("empty-text", Submission(NUMBER, ""), 66),
    ("empty-text", Submission(NUMBER, " \n"), 66),
    ("empty-text", Submission(NUMBER, "x" * 1601), 66),
    ("url-denied", Submission(NUMBER, "see https://example.com"), 74),
    ("url-denied", Submission(NUMBER, "see www.example.com"), 74),
    ("url-denied", Submission(NUMBER, "see example.com"), 74),
]


@pytest.mark.requirement("ERR-8", "ERR-56", "ERR-59", "ERR-61", "ERR-63b", "ERR-64", "ERR-66", "ERR-74")
@pytest.mark.parametrize(("name", "submission", "code"), REFUSALS)
def test_the_description_is_true(name: str, submission: Submission, code: int) -> None:
    """What the description says to send is refused by a rule, with the code in the title."""
    assert code_of(policy(name), submission) == code


@pytest.mark.parametrize(
    ("name", "submission", "who"),
    [
        ("wrong-number", Submission(NUMBER, "Hi"), CUSTOMER),
        ("invalid-number", Submission(NUMBER, "Hi"), CUSTOMER),
        ("unknown-service", Submission(NUMBER, "Hi", Reference("AUTHENTICATION")), CUSTOMER),
        ("unknown-service", Submission(NUMBER, "Hi"), CUSTOMER),
        ("flooded", Submission(NUMBER, "Hi"), CUSTOMER),
        ("watchlist", Submission(NUMBER, "Hi"), CUSTOMER),
        ("bad-credentials", Submission(NUMBER, "Hi"), ADMIN),
        ("empty-text", Submission(NUMBER, "x" * 1600), CUSTOMER),
        ("url-denied", Submission(NUMBER, "write to help@example.com"), CUSTOMER),
        ("failover", Submission(NUMBER, "Hi"), CUSTOMER),
    ],
)
def test_other_submissions_are_accepted(name: str, submission: Submission, who: BasicCredentials) -> None:
    """A scenario refuses only what it describes."""
    assert code_of(policy(name), submission, who) is None


@pytest.mark.requirement("ERR-60")
def test_flooded_refuses_the_fourth_message() -> None:
    """Three are accepted, with any text."""
    made = policy("flooded")

    assert [code_of(made, Submission(NUMBER, "Hi"), counted=n) for n in range(5)] == [None, None, None, 60, 60]
    assert made.limits.duplicates > made.limits.volume


@pytest.mark.requirement("PR-2")
def test_failover_names_the_second_provider() -> None:
    """The first is down, which only a detailed answer shows."""
    assert policy("failover").provider() == "MITTO"


def life(plan: Plan) -> list[tuple[int, Status]]:
    """The steps of a plan: time and status."""
    return [(step.after, step.status) for step in plan.steps]


@pytest.mark.requirement("ST-1", "ST-2")
@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("undelivered", [(SECOND, Status.SENT), (3 * SECOND, Status.UNDELIVERED)]),
        ("rejected", [(SECOND, Status.REJECTED)]),
        ("late-delivery", [(SECOND, Status.SENT), (2 * HOUR, Status.DELIVERED)]),
        ("rcs-read", [(SECOND, Status.SENT), (3 * SECOND, Status.DELIVERED), (30 * SECOND, Status.READ)]),
        ("webhook-adversity", life(Plan())),
    ],
)
def test_a_message_is_delivered_as_the_description_says(name: str, steps: list[tuple[int, Status]]) -> None:
    """It is accepted like any other; the changes after it are those of the description."""
    made = policy(name)

    assert code_of(made, Submission(NUMBER, "Hi")) is None
    assert life(made.plan) == steps
    assert (made.plan.channel is Channel.RCS) == (name == "rcs-read")
    assert made.webhooks.adversity is (Adversity.DUPLICATE if name == "webhook-adversity" else None)


@pytest.mark.requirement("WH-2")
@pytest.mark.parametrize("name", ["undelivered", "rejected"])
def test_a_failure_has_the_providers_code_and_text(name: str) -> None:
    """They are those in the description."""
    scenario, carrier = load_scenario(pack.resolve(name)), policy(name).plan.steps[-1].carrier

    assert carrier is not None
    assert f'code {carrier.code} and the text "{carrier.message}"' in scenario.description


def test_the_description_of_the_adversity_names_all_of_them() -> None:
    """A tester learns about the others from one."""
    description = load_scenario(pack.resolve("webhook-adversity")).description

    assert [name for name in Adversity if name not in description] == []


def test_every_code_of_the_catalogue_can_be_had_from_a_shipped_scenario() -> None:
    """Each code has a scenario of its own, or a number of the default scenario that forces it."""
    titles = " ".join(entry.title for entry in pack.pack())
    stubs = stubs_of(load_scenario(pack.resolve("default"))).stubs
    forced = {stub.outcome.refuse.code for stub in stubs if stub.outcome.refuse is not None}

    missing = [each.code for each in CATALOGUE if f"(code {each.code})" not in titles and each.code not in forced]
    assert [f"scenarios/default.yaml: a stub that forces {code}" for code in missing] == []


@pytest.mark.requirement("REQ-11")
def test_the_default_accepts_the_vendors_example() -> None:
    """The full example of the vendor's page, sent by the administrator."""
    made = policy("default")

    assert code_of(made, VENDORS, ADMIN) is None
    assert code_of(made, Submission(NUMBER, "see https://example.com"), CUSTOMER) is None
    assert code_of(made, Submission(NUMBER, "Hi"), BasicCredentials("former-customer", "former-secret")) == 63


def test_the_magic_numbers_of_the_default_name_their_codes() -> None:
    """The last digits are the code: two are refused by rules, the others by stubs."""
    made, stubs = policy("default"), stubs_of(load_scenario(pack.resolve("default")))
    forced = {code: first_for(stubs, f"+4477009000{code:02}") for code in (8, 56, 59, 60, 61, 63, 64, 66, 74)}

    assert code_of(made, Submission("+447700900008", "Hi")) == 8
    assert code_of(made, Submission("+447700900061", "Hi")) == 61
    assert {code: stub.outcome.refuse.code for code, stub in forced.items() if stub and stub.outcome.refuse} == {
        code: code for code in (56, 59, 60, 63, 64, 66, 74)
    }


@pytest.mark.requirement("ST-2", "WH-2")
def test_the_magic_numbers_of_the_default_select_the_delivery() -> None:
    """Accepted, then: undelivered with the carrier's text, rejected, late, never; others are delivered as usual."""
    made, stubs = policy("default"), stubs_of(load_scenario(pack.resolve("default")))
    fates = [first_for(stubs, f"+447700900{number}") for number in (101, 102, 103, 104)]
    plans = [stub.outcome.plan for stub in fates if stub and stub.outcome.plan]

    assert [life(plan) for plan in plans] == [
        [(SECOND, Status.SENT), (3 * SECOND, Status.UNDELIVERED)],
        [(SECOND, Status.REJECTED)],
        [(SECOND, Status.SENT), (2 * HOUR, Status.DELIVERED)],
        [],
    ]
    assert [stub.outcome.refuse or stub.outcome.adversity for stub in fates if stub] == [None] * 4
    blocked = plans[0].steps[-1].carrier
    assert blocked is not None
    assert blocked.message == "Number Blocked by Carrier"
    assert all(code_of(made, Submission(f"+447700900{number}", "Hi")) is None for number in (101, 102, 103, 104))
    assert made.plan == Plan()
    assert first_for(stubs, NUMBER) is None


@pytest.mark.requirement("MS-1")
def test_the_default_knows_one_key() -> None:
    """It is the one in its description."""
    assert policy("default").api_keys == {"status-key"}
    assert "API key status-key" in load_scenario(pack.resolve("default")).description


def test_the_default_refuses_no_number_outside_those_for_fiction() -> None:
    """Only +44 7700 900xxx has special outcomes."""
    scenario = load_scenario(pack.resolve("default"))
    forced = [stub.when.destination for stub in (*scenario.stubs, *scenario.faults) if stub.when is not None]
    named = [*scenario.watchlist, *scenario.unreachable, *forced]

    assert all(isinstance(number, str) and re.fullmatch(r"\+447700900\d{3}", number) for number in named)


def test_the_pack_lists_the_default_first() -> None:
    """`sms-mock scenarios` prints this list."""
    first, *others = pack.pack()

    assert (first.name, first.title, first.path) == ("default", "Everyday gateway", pack.resolve("default"))
    assert [entry.name for entry in others] == sorted(entry.name for entry in others)


def test_a_file_resolves_to_itself(tmp_path: Path) -> None:
    """An existing path is not looked up in the pack."""
    path = tmp_path / "mine.yaml"
    path.write_text("version: 1")

    assert pack.resolve(str(path)) == path


@pytest.mark.parametrize(
    ("name", "meant"), [("watchlst", "watchlist"), ("Default", "default"), ("dir/url_denied.yml", "url-denied")]
)
def test_a_similar_name_is_suggested(name: str, meant: str) -> None:
    """Together with the list of names."""
    with pytest.raises(ScenarioError, match=f"'{name}': neither a file nor .*default, .*; did you mean '{meant}'"):
        pack.resolve(name)


@pytest.mark.parametrize("name", ["", "\0", "x" * 5000])
def test_an_unknown_name_is_one_sentence(name: str) -> None:
    """No traceback from the file system."""
    with pytest.raises(ScenarioError, match="neither a file nor a shipped scenario; shipped: default, "):
        pack.resolve(name)


def test_the_wheels_folder_precedes_the_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package has its own copy; a checkout has none."""
    monkeypatch.setattr(pack, "_IN_THE_WHEEL", tmp_path)
    assert pack.folder() == tmp_path

    monkeypatch.setattr(pack, "_IN_THE_WHEEL", tmp_path / "none")
    assert (pack.folder() / "default.yaml").is_file()
