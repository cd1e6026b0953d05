"""Checks of the connection: who answers at the URL, and whether the control API allows access."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mock_server.cli.doctor.results import Diagnosis, ok, problem, warning
from mock_server.cli.doctor.subject import PATIENCE, CheckedGateway
from mock_server.client import ControlError, HttpCaller
from mock_server.client.calling import ControlAnswer, ControlRequest
from mock_server.control.release import release


def ready_at(root: str, session: str | None = None) -> ControlAnswer:
    """What `/_ready` answers below a URL.

    Raises:
        ControlError: nothing answers HTTP there.
    """
    prefix = "" if session is None else f"/~{session}"
    with HttpCaller(root, timeout=PATIENCE) as caller:
        return caller.call(ControlRequest("GET", f"{prefix}/_ready", {}))


def is_mock(answered: ControlAnswer) -> bool:
    """Whether it was a mock."""
    return "x-mock-control-version" in answered.headers


def other_scheme(root: str) -> str | None:
    """The same URL with the scheme that its server really speaks, where that is the other one."""
    scheme, _, rest = root.partition("://")
    turned = f"{'http' if scheme == 'https' else 'https'}://{rest}"
    try:
        ready_at(turned)
    except ControlError as error:
        # An untrusted certificate shows TLS too.
        return turned if turned.startswith("https") and "certificate" in str(error) else None
    return turned


def listening(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """Whether something listens at each address of the host."""
    parts = urlsplit(checked.root)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        yield problem("listening", f"{host} is no host that can be found: {error.strerror}", _elsewhere(checked))
        return
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    deaf = [each for each in addresses if not _listens(each, port)]
    if deaf == addresses:
        yield problem("listening", f"nothing listens at {host}:{port} ({', '.join(addresses)})", _elsewhere(checked))
    elif deaf:
        reached = next(each for each in addresses if each not in deaf)
        yield warning(
            "listening", f"{host} is {' and '.join(addresses)} here, and nothing listens at {', '.join(deaf)}",
            f"have the client take {reached} in place of {host}",
        )  # fmt: skip
    else:
        yield ok("listening", f"something listens at {host}:{port}")


def gateway(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """Whether it is this mock, of which release, and ready."""
    try:
        answered = ready_at(checked.root)
    except ControlError as error:
        speaks = other_scheme(checked.root)
        if speaks is None:
            yield problem("gateway", str(error.details or error), _elsewhere(checked))
        else:
            yield problem("gateway", f"{checked.root} does not speak {_scheme(checked.root)}", f"write {speaks}")
        return
    if not is_mock(answered):
        server = answered.headers.get("server", "its answers do not say what it is")
        yield problem(
            "gateway", f"{checked.root} is no SMS gateway mock: /_ready answered {answered.status} ({server})",
            "another program has the port; `sms-mock serve --port 0` takes any free one",
        )  # fmt: skip
        return
    content = _content(answered)
    version = content.get("version", "of an older release")
    told = f"SMS gateway mock {version} at {checked.root}"
    if version == release():
        yield ok("gateway", told)
    else:
        yield warning("gateway", f"{told}; this command is {release()}", "take the same release on both sides")
    if answered.status == 200 and content.get("ready") is True:
        yield ok("ready", "the gateway is ready")
    else:
        yield problem("ready", f"/_ready answered {answered.status}", "wait for it: `sms-mock ready` exits 0 then")


def control(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """Whether the control API lets this caller in, and what the session plays."""
    try:
        sessions = {each.id: each for each in checked.server.sessions()}
    except ControlError as error:
        wanted = "here: --control-token or SMS_MOCK_CONTROL_TOKEN" if error.status == 401 else "ask from there"
        yield problem("control", str(error), wanted)
        return
    yield ok("control", "the control API lets you in")
    if checked.session in sessions:
        title = sessions[checked.session].scenario or "a scenario without a title"
        yield ok("scenario", f"session {checked.session!r} plays {title!r}")
    else:
        yield problem("scenario", no_session(checked.session), f"there are: {', '.join(sorted(sessions))}")


def no_session(name: str) -> str:
    """The check for a missing session."""
    return f"there is no session {name!r}, so whoever calls it gets 404: never made, or given up after its time"


def _elsewhere(checked: CheckedGateway) -> str:
    """Advice if nothing answers."""
    host = urlsplit(checked.root).hostname or ""
    if checked.in_container and host in {"localhost", "127.0.0.1", "::1"}:
        return f"this is a container, whose {host} is itself: name the mock's service or host (--url, SMS_MOCK_URL)"
    return "start a gateway with `sms-mock serve`, or say where it is (--url, SMS_MOCK_URL)"


def _listens(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=PATIENCE):
            return True
    except OSError:
        return False


def _content(answered: ControlAnswer) -> dict[str, Any]:
    try:
        found = json.loads(answered.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _scheme(root: str) -> str:
    return "HTTPS" if root.startswith("https") else "plain HTTP"
