"""Hooks and checks that make schemathesis judge this gateway: loaded by `schemathesis.toml`.

`not_a_server_error` stays on; only its finding for a catalogued refusal of a well-formed request is dropped.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure as SchemathesisFailure

from contract_tests.contract.document import SENDS, Contract
from contract_tests.contract.readings import Readings
from contract_tests.model import universal_checks
from contract_tests.model.reference_model import ReferenceGateway, SentSubmission, agrees, blamed
from contract_tests.model.world import World, assumed_by, limits_of
from contract_tests.report.failures import Failure, NeverAccepted, WrongOutcome
from contract_tests.target.control_client import ControlApiError, ControlClient, ControlSession
from contract_tests.target.exchange import Answer, Login, Request

_SESSION = "schemathesis"
_STRANGER = Login("?", "?")


@dataclass
class Runtime:
    """The state of the hooks. `world` is `None` if it is unknown; then `right_answer` checks nothing."""

    readings: Readings
    contract: Contract
    world: World | None = None
    login: Login | None = None
    session: ControlSession | None = None
    fresh: bool = True
    """Every request finds an untouched world; look-ups change nothing and want something to find."""
    requests: int = 0

    @classmethod
    def found_at(cls, base_url: str, login: Login) -> Runtime:
        """For the command line: create a session if the target or `SMS_CONTROL` has a control API."""
        control, token = os.environ.get("SMS_CONTROL") or base_url, os.environ.get("SMS_CONTROL_TOKEN") or None
        client = ControlClient(control, timeout=5, token=token)
        try:
            client.call("GET", "/_ready")
        except ControlApiError:
            readings = Readings(open_ones=True)
            return cls(readings, Contract(readings), None, login)
        scenario = client.scenario()
        readings = Readings(assumed_by(scenario))
        world = World(limits=limits_of(scenario, readings)).with_login(login)
        if any(each["id"] == _SESSION for each in client.call("GET", "/_control/sessions")["sessions"]):
            client.call("DELETE", f"/_control/sessions/{_SESSION}")
        client.call("POST", "/_control/sessions", {"name": _SESSION, "scenario": world.scenario(readings)})
        return cls(readings, Contract(readings), world, login, ControlSession(client, _SESSION))


class _Current:
    runtime: Runtime | None = None


def use(runtime: Runtime | None) -> None:
    """Set the runtime; with `None` the next run finds its own."""
    _Current.runtime = runtime


class ContractBrokenFailure(SchemathesisFailure):
    """One of our failures as a schemathesis failure."""

    code = "ST901"
    __slots__ = ("failure",)

    def __init__(self, operation: str, failure: Failure) -> None:
        ids = ", ".join(failure.ids)
        super().__init__(operation=operation, title=f"{failure.kind}: {ids}", message=failure.said)
        self.failure = failure

    @property
    def _unique_key(self) -> str:
        return f"{self.failure.kind}{self.failure.ids}"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Give every request a new world."""
    del kwargs
    if _Current.runtime is None:
        basic = case.operation.schema.config.auth.basic
        login = Login(*basic) if basic else _STRANGER
        _Current.runtime = Runtime.found_at(context.operation.base_url, login)
    _Current.runtime.requests += 1
    if _Current.runtime.session is not None and _Current.runtime.fresh:
        _Current.runtime.session.reset()


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Drop the finding of a server error if the answer is a catalogued refusal in the right form."""
    del context, case
    if failure.code != "ST101" or _Current.runtime is None:
        return True
    request, answer = exchange_of(response, _Current.runtime.login)
    refusal = answer.status == 500 and answer.member("code") in _Current.runtime.contract.codes.get(500, frozenset())
    crash = bool(universal_checks.judge(request, answer, _Current.runtime.contract, _Current.runtime.readings))
    return crash or not refusal


@schemathesis.check
def every_answer(ctx: Any, response: Any, case: Any) -> None:
    """The checks of every answer: envelope, catalogue, type, challenge, secrets."""
    del ctx
    runtime = _Current.runtime
    if runtime is None:
        return
    request, answer = exchange_of(response, runtime.login)
    for failure in universal_checks.judge(request, answer, runtime.contract, runtime.readings):
        raise ContractBrokenFailure(case.operation.label, failure)


@schemathesis.check
def right_answer(ctx: Any, response: Any, case: Any) -> None:
    """The code that the reference model expects for this request."""
    del ctx
    runtime = _Current.runtime
    if runtime is None or runtime.world is None:
        return
    request, answer = exchange_of(response, runtime.login)
    if request.method != "POST" or request.path not in SENDS:
        return
    model = ReferenceGateway(runtime.world, runtime.readings)
    sent = SentSubmission(request.path, request.login, request.header("content-type"), request.body)
    branches = model.branches(sent)
    if not any(agrees(branch, answer, runtime.readings) for branch in branches):
        wanted = " or ".join(dict.fromkeys(str(branch.outcome) for branch in branches))
        ids = blamed(branches[0], answer, runtime.contract)
        said = f"expected {wanted}, got {answer.status} with code {answer.member('code')!r}"[:300]
        raise ContractBrokenFailure(case.operation.label, WrongOutcome(ids, said))


@schemathesis.check
class OperationsWereAccepted:
    """Each operation answers 2xx at least once; otherwise its checks prove nothing."""

    def __init__(self) -> None:
        self._asked: dict[str, bool] = {}

    def after_response(self, ctx: Any, response: Any, case: Any) -> None:
        """Record whether an operation was accepted."""
        del ctx
        label = case.operation.label
        accepted = 200 <= response.status_code < 300
        self._asked[label] = self._asked.get(label, False) or accepted

    def after_run(self, ctx: Any) -> None:
        """Fail for the first operation that never was accepted."""
        del ctx
        runtime = _Current.runtime
        unknown = runtime is not None and not runtime.fresh and runtime.session is None
        for label, accepted in self._asked.items():
            # Where nothing could be sent before, nobody knows an id to look up.
            if not accepted and not (unknown and label.endswith("{messageid}")):
                ids = {"/api/Admin/send": "OP-1", "/api/Services/send": "OP-2"}
                path = label.split()[-1]
                said = f"{label} was never answered with 2xx"
                health = "OP-4" if "Admin" in path else "OP-3"
                id_ = ids.get(path, "OP-7" if "messagestatus" in path else health)
                raise ContractBrokenFailure(label, NeverAccepted((id_,), said))


def exchange_of(response: Any, login: Login | None) -> tuple[Request, Answer]:
    """The request and the answer as an exchange; `login` is the account of the header."""
    prepared = response.request
    path = str(prepared.path_url).partition("?")[0]
    if path.startswith("/~"):
        path = "/" + path.split("/", 2)[-1]
    body = prepared.body or b""
    headers = tuple((name, _text(value)) for name, value in prepared.headers.items())
    authorization = next((value for name, value in headers if name.lower() == "authorization"), None)
    known = login if login is not None and authorization == login.header else None
    stranger = None if authorization is None else _STRANGER
    request = Request(
        str(prepared.method),
        path,
        headers,
        body if isinstance(body, bytes) else str(body).encode(),
        known or stranger,
    )
    answer_headers = {name: ", ".join(values) for name, values in response.headers.items()}
    return request, Answer(response.status_code, answer_headers, response.content)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
