"""Answers that come late, slowly or never, observed on a bare socket by a client with a short timeout."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from contextlib import ExitStack
from typing import cast

import httpx2
import pytest

from mock_server.adapters.raw_http import JoiningTransport
from mock_server.domain.fault import Delay
from mock_server.domain.instants import SECOND
from mock_server.testing import MockGateway
from tests.faults.support import SEED, Ending, RawLine, WireAnswer, force, sending, serves, under_way, until
from tests.support import SessionClient, SessionFactory, assert_control_error

OK = "HTTP/1.1 200 OK"


def open_line(world: SessionClient) -> RawLine:
    """A connection to a session's gateway."""
    return RawLine(str(world.client.base_url))


def assert_message_of(answer: WireAnswer, world: SessionClient) -> None:
    """Assert that a late answer is the usual acceptance, and names the accepted message."""
    assert answer.line == OK
    assert json.loads(answer.body)["id"] == world.messages()[0]["id"]


def transport_effects(world: SessionClient) -> list[str]:
    """The transport effect of each send, from the journal, oldest first."""
    return [each["trouble"] for each in reversed(world.exchanges())]


# --- Delays ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "delay",
    ["5ms", {"fixed": "5ms"}, {"uniform": ["1ms", "9ms"]}, {"lognormal": {"median": "3ms", "sigma": 0.5}}],
    ids=["plain", "fixed", "uniform", "lognormal"],
)
def test_a_delayed_answer_is_complete_and_the_connection_stays_open(worlds: SessionFactory, delay: object) -> None:
    """A delay, however it is drawn, changes only the time."""
    world = worlds(seed=SEED)
    force(world, {"delay": delay})

    with open_line(world) as line:
        for _ in range(3):
            line.send(sending(world))
            assert line.whole_answer().line == OK

    assert [each for each in transport_effects(world) if not re.fullmatch(r"delayed by 0\.0\d+ s", each)] == []


def test_a_client_that_times_out_before_a_late_answer_has_sent_its_message(world: SessionClient) -> None:
    """The gateway decides first and answers late: a retry after the time-out sends a second SMS."""
    force(world, {"delay": "1h"}, times=1)

    with open_line(world) as line:
        line.send(sending(world))
        assert under_way(world)["trouble"] == "delayed by 3600 s"
        assert line.is_silent()

    assert len(world.messages()) == 1
    assert serves(world)


def delays_of(worlds: SessionFactory, seed: int, delay: object) -> list[str]:
    """The delays of six sends in a session of a seed, from the journal."""
    world = worlds(seed=seed, faults=[{"when": {}, "then": {"delay": delay}}])
    with open_line(world) as line:
        for last in range(6):
            line.send(sending(world, destination=f"+44770090020{last}"))
            assert line.whole_answer().line == OK
    return transport_effects(world)


@pytest.mark.parametrize(
    "delay",
    [{"uniform": ["1ms", "9ms"]}, {"lognormal": {"median": "3ms", "sigma": 0.3}}],
    ids=["uniform", "lognormal"],
)
def test_the_seed_of_a_session_draws_the_same_delays_again(worlds: SessionFactory, delay: object) -> None:
    """Failures by slow answers can be reproduced: the same seed gives the same delays, another seed others."""
    first, again, other = (delays_of(worlds, seed, delay) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert len(set(first)) == 6, "each send draws a delay of its own"


def test_a_uniform_delay_keeps_within_its_limits(worlds: SessionFactory) -> None:
    """Every drawn delay is between the least and the most."""
    told = delays_of(worlds, 7, {"uniform": ["2ms", "5ms"]})

    assert all(0.002 <= float(each.removeprefix("delayed by ").removesuffix(" s")) <= 0.005 for each in told)
    assert Delay(SECOND, 3 * SECOND).drawn(0.5) == 2 * SECOND


def test_a_delay_of_the_sessions_clock_ends_when_the_clock_reaches_it(world: SessionClient) -> None:
    """`virtual`: no wall time passes, and no byte comes early."""
    force(world, {"delay": {"virtual": "30s"}})

    with open_line(world) as line:
        line.send(sending(world))
        assert under_way(world)["trouble"] == "delayed by 30 s of the session's clock"
        world.advance(29)
        assert line.is_silent(0)
        world.advance(1)
        assert_message_of(line.whole_answer(), world)


@pytest.mark.parametrize(("fault", "accepted"), [("reset", 0), ("reset-after", 1)])
def test_a_delay_can_precede_a_fault(world: SessionClient, fault: str, accepted: int) -> None:
    """First the delay, then the reset: like a slow gateway whose connection breaks."""
    force(world, {"fault": fault, "delay": {"virtual": "30s"}}, times=1)

    with open_line(world) as line:
        line.send(sending(world))
        assert under_way(world)["trouble"] == f"delayed by 30 s of the session's clock, {fault}"
        assert line.is_silent(0)
        world.advance(30)
        assert line.until_the_end() == (b"", Ending.RST)

    assert len(world.messages()) == accepted
    assert serves(world)


# --- Hanging ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "accepted"), [("hang", 0), ("hang-after", 1)])
def test_a_hanging_answer_never_comes(world: SessionClient, fault: str, accepted: int) -> None:
    """Neither a byte nor an end, also after an advance; the gateway loses only the connection."""
    with open_line(world) as line:
        line.send(sending(world, f"fault={fault}"))
        under_way(world)
        world.advance(3600)
        assert line.is_silent()

    assert len(world.messages()) == accepted
    assert serves(world)


def test_hanging_answers_do_not_block_other_clients(world: SessionClient) -> None:
    """Others are served while many clients wait."""
    with ExitStack() as lines:
        hanging = [lines.enter_context(open_line(world)) for _ in range(50)]
        for line in hanging:
            line.send(sending(world, "fault=hang"))
        until(lambda: len(world.exchanges()) == 50)

        assert serves(world)
        assert all(line.is_silent(0) for line in hanging)


# --- Held and released -----------------------------------------------------------------------------------------


def test_a_held_answer_waits_until_it_is_released(world: SessionClient) -> None:
    """The message is accepted before; the answer is complete, and can be released once."""
    with open_line(world) as line:
        line.send(sending(world, "hold"))
        held = under_way(world)
        assert held["trouble"] == "held until released"
        assert len(world.messages()) == 1
        world.advance(3600)
        assert line.is_silent(0)

        assert world.control("POST", f"/exchanges/{held['id']}/release") == {"released": [held["id"]]}
        assert_message_of(line.whole_answer(), world)

    again = world.request("POST", f"/_control/exchanges/{held['id']}/release")
    assert_control_error(again, 409, "Not held", "held now: none")


def test_held_answers_are_released_one_by_one_or_all_at_once(world: SessionClient) -> None:
    """A tester chooses the order in which clients get their answers."""
    with open_line(world) as first, open_line(world) as second, open_line(world) as third:
        ids: list[str] = []
        for line in (first, second, third):
            line.send(sending(world, "hold"))
            until(lambda: len(world.exchanges()) == len(ids) + 1)
            ids.append(under_way(world)["id"])

        world.control("POST", f"/exchanges/{ids[1]}/release")
        assert second.whole_answer().line == OK
        assert first.is_silent(0)
        assert third.is_silent(0)

        assert world.control("POST", "/release") == {"released": [ids[0], ids[2]]}
        assert (first.whole_answer().line, third.whole_answer().line) == (OK, OK)


def test_a_held_answer_may_be_reset_on_release(world: SessionClient) -> None:
    """A tester decides when the connection breaks."""
    with open_line(world) as line:
        line.send(sending(world, "hold, fault=reset-after"))
        held = under_way(world)
        assert held["trouble"] == "held until released, reset-after"
        assert line.is_silent(0)
        world.control("POST", f"/exchanges/{held['id']}/release")
        assert line.until_the_end() == (b"", Ending.RST)

    assert len(world.messages()) == 1


def test_an_answer_is_no_longer_held_when_its_client_disconnects(world: SessionClient) -> None:
    """There is nothing left to release."""
    with open_line(world) as line:
        line.send(sending(world, "hold"))
        held = under_way(world)

    until(lambda: world.request("POST", f"/_control/exchanges/{held['id']}/release").status_code == 409)
    assert world.control("POST", "/release") == {"released": []}
    assert serves(world)


@pytest.mark.parametrize("outcome", ["hold", "fault=hang", "fault=hang-after", "fault=reset", "fault=empty-after"])
def test_a_pipelined_request_does_not_hide_a_disconnection(world: SessionClient, outcome: str) -> None:
    """Work for a closed connection ends; otherwise its session would never expire."""
    with open_line(world) as line:
        line.send(sending(world, outcome) + sending(world))
        under_way(world)

    # Showing a session from another one is no use of it: it is idle once nothing happens in it.
    until(lambda: world.client.get(f"/_control/sessions/{world.name}").json()["idle_seconds"] > 0)
    assert len(world.exchanges()) == 1


def test_a_reset_releases_held_answers(world: SessionClient) -> None:
    """No client of an earlier test hangs."""
    with open_line(world) as line:
        line.send(sending(world, "hold"))
        under_way(world)
        world.control("POST", "/reset")

        assert line.whole_answer().line == OK


# --- Byte by byte ----------------------------------------------------------------------------------------------


def test_a_slow_answer_comes_byte_by_byte(world: SessionClient) -> None:
    """The first byte is there and the second is not: a client waits for the head."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "1h"}}, times=1)

    with open_line(world) as line:
        line.send(sending(world))
        assert line.exactly(1) == b"H"
        assert line.is_silent()

    assert len(world.messages()) == 1
    assert serves(world)


def test_a_slow_answer_is_complete_in_the_end(world: SessionClient) -> None:
    """Every byte of the usual answer comes, and the connection closes in order."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "1ms"}})

    with open_line(world) as line:
        line.send(sending(world))
        received, ending = line.until_the_end()

    answer = WireAnswer(received)
    assert ending is Ending.FIN
    assert len(answer.body) == int(answer.headers["content-length"])
    assert_message_of(answer, world)


def test_a_disconnection_during_a_slow_answer_is_no_error(
    world: SessionClient, caplog: pytest.LogCaptureFixture
) -> None:
    """However the client disconnects, the gateway logs nothing."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "1ms"}}, times=60)

    with caplog.at_level(logging.WARNING):
        for round_ in range(60):
            with open_line(world) as line:
                line.send(sending(world))
                line.exactly(1 + round_ % 5)
        assert serves(world)

    assert [record.getMessage() for record in caplog.records] == []


class ClosingTransport:
    """A transport whose client has disconnected: like uvloop's, it refuses to write."""

    def is_closing(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes) -> None:  # noqa: ARG002 - the shape of a transport
        """What uvloop does."""
        raise RuntimeError("unable to perform operation; the handler is closed")


def test_bytes_for_a_client_that_disconnected_in_the_same_loop_iteration_are_dropped() -> None:
    """They were written while it was connected, and are sent at the end of the iteration: no error then."""
    loop = asyncio.new_event_loop()
    caught: list[object] = []
    loop.set_exception_handler(lambda _, context: caught.append(context))
    transport = JoiningTransport(cast("asyncio.Transport", ClosingTransport()), loop)

    transport.write(b"late")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert caught == []


# --- The end of the server -------------------------------------------------------------------------------------


def test_a_gateway_stops_while_answers_hang_are_slow_and_are_held() -> None:
    """A test that ends early does not hang; no client gets a byte that a stopped gateway would not send."""
    lines: dict[str, RawLine] = {}
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        world = SessionFactory(gateway, client)()
        force(world, {"fault": {"kind": "slow-drip", "interval": "1h"}}, times=1)
        for outcome in (None, "fault=hang", "fault=hang-after", "hold", "delay=1h", "fault=503, hold"):
            name = outcome or "slow-drip"
            lines[name] = RawLine(gateway.url)
            lines[name].send(sending(world, outcome))
            until(lambda: len(world.exchanges()) == len(lines))
            under_way(world)

    seen = {}
    for name, line in lines.items():
        seen[name] = line.until_the_end()
        line.disconnect()
    assert seen == {name: (b"H" if name == "slow-drip" else b"", Ending.FIN) for name in lines}
