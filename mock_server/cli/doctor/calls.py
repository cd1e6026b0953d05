"""Checks of the calls that arrived, and of the credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mock_server.cli.doctor.results import Diagnosis, not_asked, ok, problem, warning
from mock_server.cli.doctor.subject import CheckedGateway
from mock_server.client import Control, Exchange
from mock_server.scenario.loader import parse_scenario

_UNDIALLABLE = "+0"
_SESSION = re.compile(r"\A/~[^/]*")
_PARTS = ("version", "accounts", "assume")
"""The parts of a scenario that decide about credentials."""


def credentials(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """Whether the credentials are accepted: tried in a scratch session."""
    if checked.user is None:
        yield not_asked("credentials", "--user names an account to try")
        return
    scenario = parse_scenario(checked.control.export(secrets=True), "the session's scenario").document()
    played = {name: scenario[name] for name in _PARTS if name in scenario}
    with checked.server.create_session(scenario=played) as tried:
        reason = _kept_out(checked, tried, "services")
        if reason is not None:
            yield problem(
                "credentials", f"{checked.user!r} is not let in: {reason}",
                "`accounts` of the scenario says who is; `sms-mock serve` prints them at its start",
            )  # fmt: skip
            return
        unprivileged = _kept_out(checked, tried, "admin")
    if unprivileged is None:
        yield ok("credentials", f"{checked.user!r} is let in, as an administrator too")
    else:
        yield warning(
            "credentials", f"{checked.user!r} is let in at /api/Services/…, not at /api/Admin/…: {unprivileged}"
        )


def _kept_out(checked: CheckedGateway, tried: Control, operation: str) -> str | None:
    """Why the account is not let in; a message that cannot become one is what it sends."""
    sent = tried.send(_UNDIALLABLE, "", username=checked.user, password=checked.password, operation=operation)
    explained = tried.explain(sent.exchange)
    return str(explained.reason) if explained.rule in {"authentication", "privilege"} else None


def journal(checked: CheckedGateway) -> Iterator[Diagnosis]:
    """Whether calls arrived, which were unauthenticated, and which had unknown paths."""
    count = checked.control.count_exchanges()
    if not count:
        yield _silence(checked)
        return
    last = checked.control.exchanges(limit=1)[0]
    yield ok("journal", f"{_calls(count)} arrived, the last at {last.at:%H:%M:%S}: {_told(last)}")
    yield _refused(checked, last)
    yield _unknown(checked, last)


def _silence(checked: CheckedGateway) -> Diagnosis:
    elsewhere = {
        each.id: each.raw.get("exchanges", 0)
        for each in checked.server.sessions()
        if each.id != checked.session and each.raw.get("exchanges", 0)
    }
    nobody = f"no call arrived in the session {checked.session!r}"
    if not elsewhere:
        return warning(
            "journal", f"{nobody}, nor in another",
            f"have the client send once, with {checked.url} as its base URL, and ask again",
        )  # fmt: skip
    told = ", ".join(f"{_calls(number)} in {name!r}" for name, number in sorted(elsewhere.items()))
    return warning("journal", f"{nobody}, but {told}", f"look there (--session), or give the client {checked.url}")


def _refused(checked: CheckedGateway, last: Exchange) -> Diagnosis:
    count = checked.control.count_exchanges(status=401)
    if not count:
        return ok("401", "every call was let in")
    newest = checked.control.exchanges(status=401, limit=1)[0]
    what = f"{_calls(count)} came without credentials that hold, the last is exchange {newest.id}"
    advice = f"`sms-mock explain {newest.id}` says why"
    return problem("401", what, advice) if last.id == newest.id else warning("401", what, advice)


def _unknown(checked: CheckedGateway, last: Exchange) -> Diagnosis:
    found = [each for rule in ("path", "method") for each in checked.control.exchanges(rule=rule, limit=1)]
    if not found:
        return ok("paths", "every call was for a path that the gateway has")
    count = sum(checked.control.count_exchanges(rule=rule) for rule in ("path", "method"))
    newest = max(found, key=lambda each: (each.at, len(each.id), each.id))
    what = f"{_calls(count)} asked for what the gateway does not have, such as {newest.method} {newest.path}"
    advice = _mended(newest)
    return problem("paths", what, advice) if last.id == newest.id else warning("paths", what, advice)


def _mended(exchange: Exchange) -> str:
    path = _SESSION.sub("", exchange.path.partition("?")[0])
    if path.lower().startswith("/api/api/"):
        return "the client adds /api itself: take it from its base URL"
    if "//" in path:
        return "the client's base URL ends in a slash and its path begins with one: leave the former out"
    if exchange.rule == "method":
        return "a send is a POST, a look-up a GET"
    if not path.startswith("/api/"):
        return "the gateway's paths begin with /api/, in this case"
    return "compare it with `/_control/openapi/sms-gateway.yaml`: letters are upper or lower case as there"


def _told(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.path}, {exchange.status or 'no answer'}"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"
