"""The preflight of a target: does it answer, is it a gateway, are the credentials valid, what selects a session?"""

from __future__ import annotations

from contract_tests.contract.document import ADMIN_HEALTH, SERVICES_HEALTH, SERVICES_SEND
from contract_tests.gateway.lab import SuiteBench
from contract_tests.target.control_client import ControlApiError
from contract_tests.target.exchange import NOT_JSON, Answer, Request
from contract_tests.target.target import CouldNotRunError, NoAnswerError, json_request

PREFLIGHT_SECONDS = 15.0
"""What the first look may take in all, unless a single answer may take longer."""

_HARMLESS = b'{"destination": "+0", "text": "Hello"}'


def look(bench: SuiteBench, *, credentials: bool = True) -> None:
    """Raise `CouldNotRunError` if the target cannot be judged."""
    with bench.target.at_most(max(PREFLIGHT_SECONDS, bench.target.timeout)):
        _look(bench, credentials)


def _look(bench: SuiteBench, credentials: bool) -> None:
    probes = (Request("POST", SERVICES_HEALTH), Request("POST", ADMIN_HEALTH), json_request(SERVICES_SEND, _HARMLESS))
    answers = [_answer(bench, probe) for probe in probes]
    if all(300 <= answer.status < 400 for answer in answers):
        where = answers[0].headers.get("location", "nowhere")
        raise CouldNotRunError(f"{bench.target.url} redirects to {where}: give the address that answers itself.")
    if all(answer.json is NOT_JSON for answer in answers):
        said = f"its public health check answered {answers[0].status}"
        raise CouldNotRunError(f"Nothing that {bench.target.url} answers is JSON: that is no gateway ({said}).")
    if credentials and bench.login is not None:
        _credentials(bench)


def _answer(bench: SuiteBench, request: Request) -> Answer:
    try:
        return bench.target.send(request)
    except NoAnswerError as error:
        raise CouldNotRunError(f"{bench.target.url} does not answer: {error}.") from error


def _credentials(bench: SuiteBench) -> None:
    """Check the credentials, with requests that cannot become an SMS."""
    login = bench.login
    assert login is not None, "asked only with credentials"
    if _answer(bench, json_request(SERVICES_SEND, _HARMLESS, login)).status == 401:
        raise CouldNotRunError(f"{bench.target.url} refuses the credentials of {login.username!r} with 401.")
    headers = (("Authorization", login.header),)
    answer = _answer(bench, Request("POST", ADMIN_HEALTH, headers, login=login))
    bench.login_is_admin = answer.status not in {401, 403}


def find_sessions(bench: SuiteBench) -> None:
    """Find out how requests select a session: by a prefix of the path, or by a header if a proxy removes it."""
    with bench.target.at_most(max(PREFLIGHT_SECONDS, bench.target.timeout)):
        _find_sessions(bench)


def _find_sessions(bench: SuiteBench) -> None:
    control = bench.control
    assert control is not None, "asked only with a control API"
    said: dict[str, int] = {}
    try:
        with control.session(bench.world.scenario(bench.readings)) as session:
            for way, prefix, headers in (
                ("by prefix", f"/~{session.name}", ()),
                ("by header", "", (("X-Mock-Session", session.name),)),
            ):
                bench.by_header = bool(headers)
                said[way] = bench.target.send(Request("POST", SERVICES_HEALTH), prefix, headers).status
                if session.exchanges() > 0:
                    return
    except ControlApiError as error:
        raise CouldNotRunError(f"The stand-in gives no session: {error}.") from error
    except NoAnswerError as error:
        raise CouldNotRunError(f"{bench.target.url} does not answer: {error}.") from error
    answers = " and ".join(f"{status} {way}" for way, status in said.items())
    raise CouldNotRunError(
        f"Requests to {bench.target.url} reach no session of {control.url}, neither by prefix nor by header "
        f"(the health check was answered {answers}): is that its control API?"
    )
