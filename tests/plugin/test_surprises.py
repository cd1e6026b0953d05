"""What fails a test at its teardown although the test itself passed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mock_server.domain import rules
from mock_server.domain.rules.rule import Rule
from mock_server.pytest_plugin import NotTakenWarning, SmsGateway, SmsServer
from tests.plugin.conftest import PluginSend, client_of, sender

OFF = "for all tests, `sms_strict = false` in the settings of pytest."


def complaint(
    server: SmsServer, test: Callable[[SmsGateway, PluginSend], object], *, strict: bool = True, **parts: object
) -> str:
    """The error at the teardown of a gateway that was used so; empty if there is none."""
    gateway = server.begin("surprised", strict=strict, parts=parts)
    with client_of(gateway) as client:
        test(gateway, sender(client))
    try:
        gateway.close()
    except pytest.fail.Exception as failure:
        return f"{'with a traceback: ' if failure.pytrace else ''}{failure}"
    return ""


def test_an_unexpected_refusal_fails_with_its_reason_and_advice(sms_server: SmsServer) -> None:
    """The rule, the value, the limit, the requirement; how to expect it, and how to allow it."""
    told = complaint(sms_server, lambda _, send: send("+447700900061")).splitlines()

    assert told[0] == "The gateway refused what the test did not say it would refuse:"
    assert told[1].endswith(": POST /api/Admin/send to +447700900061")
    assert told[2] == "    refused with code 61 (HTTP 500), decided by: watchlist (WL-1, documented)"
    assert told[3] == "    ✗ watchlist  +447700900061; on the watchlist: +447700900061  [WL-1, documented]"
    assert told[4].startswith("    The destination is on the watchlist: +447700900061. Send to a number")
    assert told[5] == "If it is meant, put the call that provokes it into `with sms_gateway.expect_refusal(61):`."
    assert told[6] == f"To let it pass: `sms_gateway.allow_refusals(61)`; {OFF}"


def test_all_unexpected_refusals_are_reported_together(sms_server: SmsServer) -> None:
    """The first five in order, and all codes."""

    def test(_: SmsGateway, send: PluginSend) -> None:
        for text in ("1", "2", "3", "4", "5"):
            send("+447700900061", text)
        send("+999123")

    told = complaint(sms_server, test)

    assert "would refuse, the first 5 of 6:" in told
    assert [f"exchange {number}, " in told for number in range(1, 7)] == [True] * 5 + [False]
    assert "expect_refusal(56, 61)" in told


@pytest.mark.parametrize(
    "provoke",
    [
        pytest.param(lambda gateway, send: (gateway.next_send(refuse=64), send()), id="forced by next_send"),
        pytest.param(lambda gateway, send: (gateway.stub("+44*", {"refuse": 61}), send()), id="forced by a stub"),
        pytest.param(lambda _, send: send("+447700900064"), id="forced by the scenario's number"),
        pytest.param(lambda gateway, send: (gateway.allow_refusals(61), send("+447700900061")), id="allowed"),
        pytest.param(lambda gateway, send: (send("+447700900061"), gateway.allow_refusals(61)), id="allowed after"),
        pytest.param(lambda gateway, send: (gateway.allow_refusals(), send("+447700900061")), id="all allowed"),
        pytest.param(lambda _, send: send(), id="none"),
    ],
)
def test_a_forced_refusal_is_expected(
    sms_server: SmsServer, provoke: Callable[[SmsGateway, PluginSend], object]
) -> None:
    """Wherever its stub is defined."""
    assert complaint(sms_server, provoke) == ""


@pytest.mark.parametrize(
    "provoke",
    [
        pytest.param(
            lambda gateway, send: (gateway.stub("+44*", {"delay": "1ms"}), send("+447700900061")), id="only delayed"
        ),
        pytest.param(lambda gateway, send: (gateway.allow_refusals(60), send("+447700900061")), id="another allowed"),
        pytest.param(lambda gateway, send: expecting(gateway, send) or send("+447700900061"), id="behind the block"),
        pytest.param(lambda gateway, send: [send("+447700900061"), expecting(gateway, send)], id="before the block"),
    ],
)
def test_a_natural_refusal_is_unexpected_despite_stubs_and_blocks(
    sms_server: SmsServer, provoke: Callable[[SmsGateway, PluginSend], object]
) -> None:
    """A stub that leaves the decision to the rules expects no refusal, nor does a block that has ended."""
    assert complaint(sms_server, provoke).count("refused with code 61") == 1


def expecting(gateway: SmsGateway, send: PluginSend) -> object:
    """A block that expects a refusal."""
    with gateway.expect_refusal(61):
        send("+447700900061")
    return None


def test_an_unmatched_stub_fails_with_its_near_misses(sms_server: SmsServer) -> None:
    """The stub as it was added, and what came instead."""

    def test(gateway: SmsGateway, send: PluginSend) -> None:
        gateway.next_send("+447700900124", refuse=64)
        send("+447700900123")

    told = complaint(sms_server, test)

    assert told.startswith(
        "No send met what the test had prepared:\n"
        '  stub s1: when {"destination":"+447700900124"}, then {"refuse":64}\n'
        "This reached the gateway:\n"
    )
    assert "s1: destination is '+447700900123', wanted '+447700900124'" in told
    assert told.endswith(f"If a send is not certain to come: `sms_gateway.allow_unmatched_stubs()`; {OFF}")


def test_an_unmatched_stub_of_the_control_api_fails_too(sms_server: SmsServer) -> None:
    """Where nothing was sent, the error shows the base URL."""
    elsewhere = complaint(sms_server, lambda gateway, _: gateway.control.next_send(refuse=64))
    nothing = complaint(sms_server, lambda gateway, _: gateway.next_send(refuse=64))

    assert "  stub s1\n" in elsewhere
    assert "stub s1: when any send, then" in nothing
    assert "nothing; the client's base URL has to be http" in nothing


def test_unmatched_stubs_can_be_allowed(sms_server: SmsServer) -> None:
    """In one test; a removed one needs no permission."""

    def allowed(gateway: SmsGateway, _: PluginSend) -> None:
        gateway.next_send(refuse=64)
        gateway.control.next_send(refuse=64)
        gateway.allow_unmatched_stubs()

    assert complaint(sms_server, allowed) == ""
    assert complaint(sms_server, lambda gateway, _: gateway.control.delete_stub(gateway.next_send(refuse=64))) == ""


def notify(gateway: SmsGateway, send: PluginSend, url: str) -> None:
    """A message with two notifications for a URL."""
    send(webhook={"url": url})
    gateway.clock.advance(minutes=1)


def test_an_undelivered_notification_causes_a_warning(sms_server: SmsServer) -> None:
    """One for each, with its last attempt. A test that reads its receipts gets none, nor does a delivered one."""
    url = f"{sms_server.url}/nobody"

    def test(gateway: SmsGateway, send: PluginSend) -> None:
        notify(gateway, send, url)

    def looks(gateway: SmsGateway, send: PluginSend) -> None:
        notify(gateway, send, url)
        assert {each.outcome for each in gateway.receipts} == {"failed"}

    with pytest.warns(NotTakenWarning) as warned:
        assert complaint(sms_server, test, webhooks={"https_only": False}) == ""
    assert len(warned) == 1
    told = str(warned[0].message).splitlines()
    assert told[0] == "Notifications were not taken:"
    assert re.fullmatch(rf"  SENT of message \S+ to {re.escape(url)}, attempt 2: HTTP 404", told[1])
    assert told[2] == f"If that is meant, let the test look at `sms_gateway.receipts`; {OFF}"
    assert complaint(sms_server, looks, webhooks={"https_only": False}) == ""
    assert complaint(sms_server, lambda gateway, send: notify(gateway, send, gateway.receiver.url)) == ""


@pytest.mark.filterwarnings("error")
def test_an_undelivered_notification_fails_where_warnings_are_errors(sms_server: SmsServer) -> None:
    """Without a traceback."""
    url = f"{sms_server.url}/nobody"
    told = complaint(sms_server, lambda gateway, send: notify(gateway, send, url), webhooks={"https_only": False})

    assert told.startswith("Notifications were not taken:\n  SENT of message ")


def test_a_gateway_that_is_not_strict_reports_nothing(sms_server: SmsServer) -> None:
    """Of any kind."""

    def test(gateway: SmsGateway, send: PluginSend) -> None:
        gateway.next_send("+447700900124", refuse=64)
        gateway.control.next_send("+447700900125", refuse=64)
        send("+447700900061")
        notify(gateway, send, f"{sms_server.url}/nobody")

    assert complaint(sms_server, test, strict=False, webhooks={"https_only": False}) == ""


@pytest.mark.parametrize("strict", [True, False])
def test_a_bug_of_the_mock_is_always_reported(
    sms_server: SmsServer, monkeypatch: pytest.MonkeyPatch, strict: bool
) -> None:
    """It is no refusal and not the client's fault; a gateway that is not strict reports it too."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rules, "SUBMISSION_RULES", (Rule("broken", broken, broken),))
    told = complaint(sms_server, lambda _, send: send(), strict=strict)

    assert told.startswith("The mock has a bug, please report it:")
    assert "ZeroDivisionError" in told


def test_a_reset_reports_like_the_teardown(sms_server: SmsServer) -> None:
    """Tests that share a gateway are checked after each of them; what was reported does not fail the next."""

    def test(gateway: SmsGateway, send: PluginSend) -> None:
        send("+447700900061")
        with pytest.raises(pytest.fail.Exception, match="refused with code 61"):
            gateway.reset()
        gateway.reset()

    assert complaint(sms_server, test) == ""


def test_a_shared_gateway_is_checked_at_the_end_of_its_block(sms_server: SmsServer) -> None:
    """Unless the block raises an error."""
    with (
        pytest.raises(pytest.fail.Exception, match="refused with code 61"),
        sms_server.session() as gateway,
        client_of(gateway) as client,
    ):
        sender(client)("+447700900061")
    with (
        pytest.raises(ZeroDivisionError),
        sms_server.session() as gateway,
        client_of(gateway) as client,
    ):
        raise ZeroDivisionError(sender(client)("+447700900061"))
