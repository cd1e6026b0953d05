"""Answers that come late, piece by piece or never: judged on a bare socket, with a client that does not wait long."""

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
    """A connection to a world's gateway."""
    return RawLine(str(world.client.base_url))


def assert_message_of(answer: WireAnswer, world: SessionClient) -> None:
    """An answer that was late is the usual answer: it names the message that the provider took."""
    assert answer.line == OK
    assert json.loads(answer.body)["id"] == world.messages()[0]["id"]


def troubles(world: SessionClient) -> list[str]:
    """What the journal says of each send's trouble, oldest first."""
    return [each["trouble"] for each in reversed(world.exchanges())]


# --- Delays ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "delay",
    ["5ms", {"fixed": "5ms"}, {"uniform": ["1ms", "9ms"]}, {"lognormal": {"median": "3ms", "sigma": 0.5}}],
    ids=["plain", "fixed", "uniform", "lognormal"],
)
def test_an_answer_that_is_late_comes_whole_on_a_connection_that_lives_on(
    worlds: SessionFactory, delay: object
) -> None:
    """A delay changes nothing but the time: whichever way it is drawn."""
    world = worlds(seed=SEED)
    force(world, {"delay": delay})

    with open_line(world) as line:
        for _ in range(3):
            line.send(sending(world))
            assert line.whole_answer().line == OK

    assert [each for each in troubles(world) if not re.fullmatch(r"delayed by 0\.0\d+ s", each)] == []


def test_a_client_that_gives_up_before_a_late_answer_has_sent_its_message_all_the_same(world: SessionClient) -> None:
    """The gateway decides first and answers late: the time-out that looks like a failure is a second SMS."""
    force(world, {"delay": "1h"}, times=1)

    with open_line(world) as line:
        line.send(sending(world))
        assert under_way(world)["trouble"] == "delayed by 3600 s"
        assert line.is_silent()

    assert len(world.messages()) == 1
    assert serves(world)


def delays_of(worlds: SessionFactory, seed: int, delay: object) -> list[str]:
    """The delays that six sends of a session of a seed get, as its journal tells them."""
    world = worlds(seed=seed, faults=[{"when": {}, "then": {"delay": delay}}])
    with open_line(world) as line:
        for last in range(6):
            line.send(sending(world, destination=f"+44770090020{last}"))
            assert line.whole_answer().line == OK
    return troubles(world)


@pytest.mark.parametrize(
    "delay",
    [{"uniform": ["1ms", "9ms"]}, {"lognormal": {"median": "3ms", "sigma": 0.3}}],
    ids=["uniform", "lognormal"],
)
def test_the_seed_of_a_session_draws_the_same_delays_again(worlds: SessionFactory, delay: object) -> None:
    """A test that failed by a slow answer fails again: same seed, same delays; another seed, others."""
    first, again, other = (delays_of(worlds, seed, delay) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert len(set(first)) == 6, "each send draws for itself"


def test_a_uniform_delay_keeps_within_its_limits(worlds: SessionFactory) -> None:
    """From the least to the most, whatever is drawn."""
    told = delays_of(worlds, 7, {"uniform": ["2ms", "5ms"]})

    assert all(0.002 <= float(each.removeprefix("delayed by ").removesuffix(" s")) <= 0.005 for each in told)
    assert Delay(SECOND, 3 * SECOND).drawn(0.5) == 2 * SECOND


def test_a_delay_of_the_session_s_clock_ends_when_the_clock_is_moved(world: SessionClient) -> None:
    """`virtual`: nobody waits in real time, and not a byte comes too early."""
    force(world, {"delay": {"virtual": "30s"}})

    with open_line(world) as line:
        line.send(sending(world))
        assert under_way(world)["trouble"] == "delayed by 30 s of the session's clock"
        world.advance(29)
        assert line.is_silent(0)
        world.advance(1)
        assert_message_of(line.whole_answer(), world)


@pytest.mark.parametrize(("fault", "accepted"), [("reset", 0), ("reset-after", 1)])
def test_a_fault_may_come_late(world: SessionClient, fault: str, accepted: int) -> None:
    """First the delay, then the reset: like a connection that dies under a slow gateway."""
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
def test_a_client_gives_up_on_an_answer_that_never_comes(world: SessionClient, fault: str, accepted: int) -> None:
    """No byte and no end, and time does not help; the gateway loses nothing but the connection."""
    with open_line(world) as line:
        line.send(sending(world, f"fault={fault}"))
        under_way(world)
        world.advance(3600)
        assert line.is_silent()

    assert len(world.messages()) == accepted
    assert serves(world)


def test_many_clients_hang_and_others_are_served(world: SessionClient) -> None:
    """Those who wait keep nobody else waiting."""
    with ExitStack() as lines:
        hanging = [lines.enter_context(open_line(world)) for _ in range(50)]
        for line in hanging:
            line.send(sending(world, "fault=hang"))
        until(lambda: len(world.exchanges()) == 50)

        assert serves(world)
        assert all(line.is_silent(0) for line in hanging)


# --- Held and released -----------------------------------------------------------------------------------------


def test_a_held_answer_waits_until_a_tester_lets_it_go(world: SessionClient) -> None:
    """The message is taken already; the answer comes whole, and can be let go once."""
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


def test_answers_are_let_go_one_by_one_or_all_at_once(world: SessionClient) -> None:
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


def test_a_held_answer_may_be_reset_when_it_is_let_go(world: SessionClient) -> None:
    """The tester says when the connection breaks."""
    with open_line(world) as line:
        line.send(sending(world, "hold, fault=reset-after"))
        held = under_way(world)
        assert held["trouble"] == "held until released, reset-after"
        assert line.is_silent(0)
        world.control("POST", f"/exchanges/{held['id']}/release")
        assert line.until_the_end() == (b"", Ending.RST)

    assert len(world.messages()) == 1


def test_an_answer_that_nobody_waits_for_any_more_is_no_longer_held(world: SessionClient) -> None:
    """The client gave up: there is nothing left to release."""
    with open_line(world) as line:
        line.send(sending(world, "hold"))
        held = under_way(world)

    until(lambda: world.request("POST", f"/_control/exchanges/{held['id']}/release").status_code == 409)
    assert world.control("POST", "/release") == {"released": []}
    assert serves(world)


@pytest.mark.parametrize("outcome", ["hold", "fault=hang", "fault=hang-after", "fault=reset", "fault=empty-after"])
def test_a_request_that_waits_behind_another_hides_no_client_that_has_gone(
    world: SessionClient, outcome: str
) -> None:
    """Pipelined: the connection is over, and so is all that was done for it; else the session would live for ever."""
    with open_line(world) as line:
        line.send(sending(world, outcome) + sending(world))
        under_way(world)

    # To look at a session from another one does not use it: it is idle once nothing goes on in it.
    until(lambda: world.client.get(f"/_control/sessions/{world.name}").json()["idle_seconds"] > 0)
    assert len(world.exchanges()) == 1


def test_a_session_that_begins_anew_lets_its_held_answers_go(world: SessionClient) -> None:
    """No client of an ended test hangs."""
    with open_line(world) as line:
        line.send(sending(world, "hold"))
        under_way(world)
        world.control("POST", "/reset")

        assert line.whole_answer().line == OK


# --- Drop by drop ----------------------------------------------------------------------------------------------


def test_a_slow_answer_comes_byte_by_byte(world: SessionClient) -> None:
    """The first byte is there and the second is not: a client that waits for the head waits long."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "1h"}}, times=1)

    with open_line(world) as line:
        line.send(sending(world))
        assert line.exactly(1) == b"H"
        assert line.is_silent()

    assert len(world.messages()) == 1
    assert serves(world)


def test_a_slow_answer_is_whole_in_the_end(world: SessionClient) -> None:
    """Every byte of the usual answer comes, and the connection ends in order."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "1ms"}})

    with open_line(world) as line:
        line.send(sending(world))
        received, ending = line.until_the_end()

    answer = WireAnswer(received)
    assert ending is Ending.FIN
    assert len(answer.body) == int(answer.headers["content-length"])
    assert_message_of(answer, world)


def test_a_client_that_leaves_in_the_middle_of_a_slow_answer_is_no_error(
    world: SessionClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever gives up early, in whichever way, leaves nothing in the gateway's log."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "1ms"}}, times=60)

    with caplog.at_level(logging.WARNING):
        for round_ in range(60):
            with open_line(world) as line:
                line.send(sending(world))
                line.exactly(1 + round_ % 5)
        assert serves(world)

    assert [record.getMessage() for record in caplog.records] == []


class GoneTransport:
    """A transport whose client has left: like uvloop's, it refuses to write."""

    def is_closing(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes) -> None:  # noqa: ARG002 - the shape of a transport
        """What uvloop does."""
        raise RuntimeError("unable to perform operation; the handler is closed")


def test_bytes_for_a_client_that_left_in_the_same_turn_of_the_loop_are_forgotten() -> None:
    """They were written while it was there, and are sent at the end of the turn: no error then."""
    loop = asyncio.new_event_loop()
    caught: list[object] = []
    loop.set_exception_handler(lambda _, context: caught.append(context))
    transport = JoiningTransport(cast("asyncio.Transport", GoneTransport()), loop)

    transport.write(b"late")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert caught == []


# --- The end of the server -------------------------------------------------------------------------------------


def test_a_gateway_stops_while_answers_hang_drip_and_are_held() -> None:
    """A test that ends early does not hang at its end; no client gets a byte that a dying gateway would not send."""
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
        line.hang_up()
    assert seen == {name: (b"H" if name == "slow-drip" else b"", Ending.FIN) for name in lines}
