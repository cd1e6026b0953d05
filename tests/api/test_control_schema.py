"""The control API conforms to its OpenAPI document: checked by a table of real requests, and by schemathesis."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx2
import pytest
import yaml

from mock_server.api.guard import Access
from mock_server.control import ClockVerbs, ControlRequestError
from mock_server.control.journal import JournalVerbs
from mock_server.control.snapshots import SnapshotVerbs
from mock_server.scenario import pack
from mock_server.testing import MockGateway
from tests.api.control_document import ControlContract, DocumentedAnswer
from tests.api.control_population import ANSWERED, RECEIVER, WATCHED, Populated, populate
from tests.structure.project_sources import ROOT
from tests.support import DESTINATION, SessionClient, SessionFactory

CONTRACT = ControlContract()

Ask = Callable[[Populated], httpx2.Response]


def control(method: str, path: str, body: object = None) -> Ask:
    """A request to a path of the session; `{message}` and the like stand for the ids of its contents."""

    def ask(there: Populated) -> httpx2.Response:
        names = {**there._asdict(), "session": there.world.name}
        return there.world.request(method, path.format(**names), body)

    return ask


def release_while_held(there: Populated) -> httpx2.Response:
    """Hold an answer, and release it as soon as it is held; polling makes round trips instead of sleeping."""
    there.world.control_created("/stubs", {"when": {"text": "held"}, "then": {"hold": True}})
    newest = int(there.world.exchanges()[0]["id"])
    sender = threading.Thread(target=there.world.send, args=("held",))
    sender.start()
    try:
        while True:
            answer = there.world.request("POST", f"/_control/exchanges/{newest + 1}/release")
            if answer.status_code != 409 or not sender.is_alive():
                return answer
    finally:
        sender.join()


TABLE: dict[str, tuple[int, Ask]] = {
    "getReadiness": (200, control("GET", "/_ready")),
    "listMessages": (200, control("GET", f"/_control/messages?destination={DESTINATION}&text~=code")),
    "deleteMessages": (200, control("DELETE", "/_control/messages")),
    "countMessages": (200, control("GET", "/_control/messages/count?since=2026-01-15T09:00:00Z")),
    "waitForMessages": (200, control("GET", "/_control/messages/wait?codes=482913&timeout=0")),
    "getMessage": (200, control("GET", "/_control/messages/{message}")),
    "setMessageStatus": (
        200,
        control("POST", "/_control/messages/{message}/status", {"status": "REJECTED", "force": True}),
    ),
    "resendNotification": (200, control("POST", "/_control/messages/{message}/resend")),
    "waitForStatuses": (
        200,
        control("GET", "/_control/statuses/wait?message_id={message}&status=SENT,DELIVERED&timeout=0"),
    ),
    "listExchanges": (200, control("GET", "/_control/exchanges?text~=slow")),
    "deleteExchanges": (200, control("DELETE", "/_control/exchanges")),
    "countExchanges": (200, control("GET", "/_control/exchanges/count?outcome=refused&reference.key=order-17")),
    "waitForExchanges": (200, control("GET", "/_control/exchanges/wait?outcome=refused&count=2&clock=virtual")),
    "exportExchangesAsHar": (200, control("GET", "/_control/exchanges/har")),
    "getExchange": (200, control("GET", "/_control/exchanges/{exchange}")),
    "releaseExchange": (200, release_while_held),
    "releaseAllExchanges": (200, control("POST", "/_control/release")),
    "getLedger": (200, control("GET", "/_control/ledger")),
    "listStubs": (200, control("GET", "/_control/stubs")),
    "createStub": (201, control("POST", "/_control/stubs", {"then": {"fault": "reset-after"}, "when": {"nth": 3}})),
    "deleteStubs": (200, control("DELETE", "/_control/stubs")),
    "getStub": (200, control("GET", "/_control/stubs/{stub}")),
    "deleteStub": (200, control("DELETE", "/_control/stubs/{stub}")),
    "listWebhookAttempts": (200, control("GET", "/_control/webhooks?outcome=taken&answer.status=200")),
    "getReceiver": (200, control("GET", f"/_control/receiver/{RECEIVER}")),
    "configureReceiver": (200, control("PUT", f"/_control/receiver/{RECEIVER}", {"answer": "hang", "times": 2})),
    "deliverToReceiver": (200, control("POST", f"/_control/receiver/{RECEIVER}", {"id": "x"})),
    "deleteReceiver": (200, control("DELETE", f"/_control/receiver/{RECEIVER}")),
    "getClock": (200, control("GET", "/_control/clock")),
    "advanceClock": (200, control("POST", "/_control/clock/advance", {"until": "idle"})),
    "freezeClock": (200, control("POST", "/_control/clock/freeze", {"at": "2026-01-15T10:00:00+01:00"})),
    "resumeClock": (200, control("POST", "/_control/clock/resume", {"factor": 60})),
    "getScenario": (200, control("GET", "/_control/scenario")),
    "patchScenario": (200, control("PATCH", "/_control/scenario", {"watchlist": [WATCHED]})),
    "exportScenario": (200, control("GET", "/_control/scenario/export?secrets=true")),
    "resetSession": (200, control("POST", "/_control/reset")),
    "listSnapshots": (200, control("GET", "/_control/snapshots")),
    "createSnapshot": (201, control("POST", "/_control/snapshots")),
    "getSnapshot": (200, control("GET", "/_control/snapshots/{snapshot}")),
    "deleteSnapshot": (200, control("DELETE", "/_control/snapshots/{snapshot}")),
    "restoreSnapshot": (200, control("POST", "/_control/snapshots/{snapshot}/restore", {"format": 1})),
    "listSessions": (200, control("GET", "/_control/sessions")),
    "createSession": (201, control("POST", "/_control/sessions", {"name": "made-by-the-table", "seed": 7})),
    "getSession": (200, control("GET", "/_control/sessions/{session}")),
    "deleteSession": (200, control("DELETE", "/_control/sessions/{session}")),
    "listOpenapiDocuments": (200, control("GET", "/_control/openapi")),
    "getOpenapiDocument": (200, control("GET", "/_control/openapi/control.yaml")),
}
"""For each operation the status of its success, and a request that succeeds."""

REFUSED: dict[str, tuple[str, int, Ask]] = {
    "a body that is no object": ("resetSession", 400, control("POST", "/_control/reset", [])),
    "a wrong parameter": ("listMessages", 400, control("GET", "/_control/messages?limit=0")),
    "an unknown filter": ("waitForStatuses", 400, control("GET", "/_control/statuses/wait?status=SENT&colour=x")),
    "a bad scenario": ("patchScenario", 400, control("PATCH", "/_control/scenario", {"watchlst": []})),
    "an unknown scenario": ("createSession", 400, control("POST", "/_control/sessions", {"scenario": "no-such"})),
    "a bad stub": ("createStub", 400, control("POST", "/_control/stubs", {"then": {}})),
    "an unknown message": ("getMessage", 404, control("GET", "/_control/messages/x")),
    "an unknown exchange": ("getExchange", 404, control("GET", "/_control/exchanges/0")),
    "an unknown snapshot": ("restoreSnapshot", 404, control("POST", "/_control/snapshots/99/restore")),
    "an unknown stub": ("deleteStub", 404, control("DELETE", "/_control/stubs/s99")),
    "an unknown session": ("getSession", 404, control("GET", "/_control/sessions/no-such")),
    "an unknown document": ("getOpenapiDocument", 404, control("GET", "/_control/openapi/no-such")),
    "time that is over": (
        "waitForExchanges",
        408,
        control("GET", f"/_control/exchanges/wait?destination={DESTINATION}&outcome=refused&text=x&timeout=0"),
    ),
    "nobody waited for": (
        "waitForStatuses",
        408,
        control("GET", "/_control/statuses/wait?status=READ&timeout=0s&message_id={message}"),
    ),
    "an illegal change": (
        "setMessageStatus",
        409,
        control("POST", "/_control/messages/{message}/status", {"status": "READ"}),
    ),
    "an answer that is not held": ("releaseExchange", 409, control("POST", "/_control/exchanges/1/release")),
    "a contradictory stub": (
        "createStub",
        409,
        control("POST", "/_control/stubs", {"when": {"destination": ANSWERED}, "then": {"fault": "reset"}}),
    ),
    "a session that is there": ("createSession", 409, control("POST", "/_control/sessions", {"name": "default"})),
    "the session that stays": ("deleteSession", 409, control("DELETE", "/_control/sessions/default")),
    "another snapshot's handle": (
        "restoreSnapshot",
        409,
        control("POST", "/_control/snapshots/{snapshot}/restore", {"id": "7"}),
    ),
}
"""For each kind of refusal: the operation, the status, and a request that is refused."""


PUBLIC = {"getReadiness", "deliverToReceiver"}
NOT_JSON = {"exportScenario", "getOpenapiDocument", "deliverToReceiver"}
"""Files, whose content has other schemas; and an empty answer."""
NEVER_SUCCEED = {"releaseExchange"}
"""An operation that schemathesis cannot make succeed, because it needs a concurrent request; the table has it."""


@pytest.fixture
def there(world: SessionClient, client: httpx2.Client) -> Iterator[Populated]:
    """A session that holds an example of everything."""
    yield populate(world)
    client.delete("/_control/sessions/made-by-the-table")


@pytest.fixture(scope="module")
def guarded() -> Iterator[MockGateway]:
    """A gateway that requires a token."""
    with MockGateway(access=Access(token="t0ken-of-the-tests")) as running:
        yield running


@pytest.fixture(scope="module")
def successes(gateway: MockGateway, client: httpx2.Client) -> dict[str, DocumentedAnswer]:
    """The answer to each row of the table."""
    found = {}
    for operation_id, (_, ask) in TABLE.items():
        made = SessionFactory(gateway, client)
        found[operation_id] = answer_of(ask(populate(made())))
        for name in (*made.made, "made-by-the-table"):
            client.delete(f"/_control/sessions/{name}")
    return found


def violations_of(operation_id: str, response: httpx2.Response) -> list[str]:
    """How an answer violates the document's description of the operation."""
    return CONTRACT.violations(operation_id, answer_of(response))


def answer_of(response: httpx2.Response) -> DocumentedAnswer:
    """An answer, decoded by its media type."""
    content_type = response.headers["content-type"]
    yaml_text = content_type == "application/yaml"
    content: Any = yaml.load(response.text, Loader=yaml.CSafeLoader) if yaml_text else response.json()
    return DocumentedAnswer(response.status_code, content_type, content)


def test_the_table_has_a_row_for_every_operation() -> None:
    """Each operation of the document is requested."""
    assert TABLE.keys() == CONTRACT.operations.keys()


@pytest.mark.parametrize("operation_id", TABLE)
def test_a_success_conforms_to_the_document(operation_id: str, there: Populated) -> None:
    """Status, media type and every member, on realistic data."""
    status, ask = TABLE[operation_id]

    answered = ask(there)

    assert answered.status_code == status, answered.text
    assert violations_of(operation_id, answered) == []
    assert is_of(operation_id, answered.request, there.world.prefix), "the row requests another operation"


def is_of(operation_id: str, request: httpx2.Request, prefix: str) -> bool:
    """Whether a request is for an operation: its method, and its path in the document."""
    operation = CONTRACT.operations[operation_id]
    path = re.sub(r"{\w+}", "[^/]+", operation.path)
    return request.method == operation.method and bool(re.fullmatch(path, request.url.path.removeprefix(prefix)))


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refusal_conforms_to_the_document(kind: str, there: Populated) -> None:
    """The envelope, its code equal to the status, and one of the documented messages."""
    operation_id, status, ask = REFUSED[kind]

    answered = ask(there)

    assert answered.status_code == status, answered.text
    assert violations_of(operation_id, answered) == []
    assert is_of(operation_id, answered.request, there.world.prefix), "the row requests another operation"


def test_every_kind_of_exchange_conforms_to_the_document(there: Populated) -> None:
    """Accepted, refused, forced, intercepted, unreadable, without credentials, a health check, and no operation."""
    listed = there.world.exchanges()
    outcomes = {each["outcome"] for each in listed}

    assert outcomes == {"accepted", "refused", "intercepted", "answered"}
    for each in listed:
        assert violations_of("getExchange", there.world.request("GET", f"/_control/exchanges/{each['id']}")) == []


def test_every_kind_of_stub_conforms_to_the_document(worlds: SessionFactory) -> None:
    """The stubs of the shipped scenarios, and the document's own examples."""
    world = worlds()
    shown = CONTRACT.operations["createStub"].described["requestBody"]["content"]["application/json"]["examples"]
    for example in shown.values():
        assert violations_of("createStub", world.request("POST", "/_control/stubs", example["value"])) == []

    for name in pack.names():
        assert violations_of("getScenario", worlds(scenario=name).request("GET", "/_control/scenario")) == []
        assert violations_of("listStubs", worlds(scenario=name).request("GET", "/_control/stubs")) == []


@pytest.mark.parametrize("operation_id", [each for each in CONTRACT.operations if each not in PUBLIC])
def test_a_request_without_the_token_gets_the_documented_answer(operation_id: str, guarded: MockGateway) -> None:
    """401 for every operation."""
    operation = CONTRACT.operations[operation_id]
    path = re.sub(r"{\w+}", "x", operation.path)
    with httpx2.Client(base_url=guarded.url, trust_env=False) as client:
        answered = client.request(operation.method, path)

    assert answered.status_code == 401
    assert violations_of(operation_id, answered) == []


def test_a_request_from_another_site_gets_the_documented_answer(there: Populated) -> None:
    """403 for a foreign `Origin`."""
    headers = {"Origin": "http://elsewhere.example"}
    answered = there.world.client.post(f"{there.world.prefix}/_control/reset", headers=headers)

    assert answered.status_code == 403
    assert violations_of("resetSession", answered) == []


def test_a_body_that_is_too_large_gets_the_documented_answer(there: Populated) -> None:
    """413 for one byte more than 1 MiB."""
    answered = there.world.client.post(f"{there.world.prefix}/_control/reset", content=b" " * (2**20 + 1))

    assert answered.status_code == 413
    assert violations_of("resetSession", answered) == []


def test_a_wait_in_a_deleted_session_gets_the_documented_answer(gateway: MockGateway, worlds: SessionFactory) -> None:
    """410 for waits that are open when a session is deleted."""
    world = worlds()
    session = gateway.server.sessions.get(world.name)
    assert session is not None
    answers: list[httpx2.Response] = []
    waiter = threading.Thread(target=lambda: answers.append(world.request("GET", "/_control/messages/wait")))
    waiter.start()
    # Each poll is a round trip, so that the test need not sleep.
    while not len(session.presence.subscriptions.messages):
        assert world.request("GET", "/_ready").is_success

    world.client.delete(f"/_control/sessions/{world.name}")
    waiter.join()

    assert answers[0].status_code == 410
    assert violations_of("waitForMessages", answers[0]) == []


# The checks find answers that differ from the document


def with_an_extra_member(view: Any) -> Any:
    """A member that the document does not know."""
    return {**view, "stranger": 1}


def without_a_member(view: Any) -> Any:
    """A member less."""
    return dict(list(view.items())[1:])


def with_another_type(view: Any) -> Any:
    """A member of another type."""
    name = next(iter(view))
    return {**view, name: [view[name]]}


@pytest.mark.parametrize("operation_id", [each for each in TABLE if each not in NOT_JSON])
@pytest.mark.parametrize("drift", [with_an_extra_member, without_a_member, with_another_type])
def test_an_answer_that_differs_from_the_document_is_found(
    operation_id: str, drift: Callable[[Any], Any], successes: dict[str, DocumentedAnswer]
) -> None:
    """The schemas are closed: no success of any operation can change at the top level without a violation."""
    kept = successes[operation_id]
    assert CONTRACT.violations(operation_id, kept) == []

    assert CONTRACT.violations(operation_id, kept._replace(content=drift(kept.content)))


def test_an_undocumented_status_or_media_type_is_found(successes: dict[str, DocumentedAnswer]) -> None:
    """Anything that is not in the document is a violation."""
    kept = successes["getClock"]

    assert "status 202 is not documented" in CONTRACT.violations("getClock", kept._replace(status=202))[0]
    assert (
        "text/html is not documented" in CONTRACT.violations("getClock", kept._replace(content_type="text/html"))[0]
    )


# Schemathesis


class Fuzzed(NamedTuple):
    """For each operation how often each status was answered, and the findings."""

    statuses: dict[str, dict[str, int]]
    findings: dict[str, list[str]]


def fuzz(url: str, examples: int, *operations: str) -> Fuzzed:
    """Run schemathesis in a process of its own."""
    command = [sys.executable, "-m", "tests.api.control_fuzzing", url, str(examples), *operations]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    return Fuzzed(**json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def all_fuzzed() -> Fuzzed:
    """The results for every operation; CONTROL_EXAMPLES=300 makes a long run."""
    with MockGateway() as own:
        return fuzz(own.url, int(os.environ.get("CONTROL_EXAMPLES", "3")))


@pytest.mark.long
@pytest.mark.parametrize("operation_id", CONTRACT.operations)
def test_schemathesis_finds_nothing(operation_id: str, all_fuzzed: Fuzzed) -> None:
    """No crash, no undocumented status, type or member, no accepted mistake; and each operation succeeds once."""
    operation = CONTRACT.operations[operation_id]
    label = f"{operation.method} {operation.path}"

    assert all_fuzzed.findings.get(label, []) == []
    succeeded = sum(count for status, count in all_fuzzed.statuses[label].items() if status in {"200", "201"})
    assert succeeded or operation_id in NEVER_SUCCEED, "no request succeeded"


@pytest.mark.long
def test_schemathesis_itself_has_no_error(all_fuzzed: Fuzzed) -> None:
    """An error of the fuzzer belongs to no operation."""
    assert all_fuzzed.findings.get("", []) == []


@pytest.mark.long
def test_schemathesis_finds_each_kind_of_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra member, a bug, an undocumented status and an accepted mistake: each is found at its operation."""

    def crash(_: Any) -> dict[str, Any]:
        raise RuntimeError("a bug")

    def teapot(_: Any) -> dict[str, Any]:
        raise ControlRequestError(418, "Teapot", "short and stout")

    show = ClockVerbs.show
    monkeypatch.setattr(ClockVerbs, "show", lambda verbs: with_an_extra_member(show(verbs)))
    monkeypatch.setattr(JournalVerbs, "ledger", crash)
    monkeypatch.setattr(SnapshotVerbs, "all", teapot)
    monkeypatch.setattr("mock_server.control.delivery.only", lambda *_: None)

    with MockGateway() as own:
        found = fuzz(own.url, 5, "getClock", "getLedger", "listSnapshots", "configureReceiver").findings

    assert "response_schema_conformance" in "".join(found["GET /_control/clock"])
    assert "not_a_server_error" in "".join(found["GET /_control/ledger"])
    assert "status_code_conformance" in "".join(found["GET /_control/snapshots"])
    assert "negative_data_rejection" in "".join(found["PUT /_control/receiver/{name}"])
