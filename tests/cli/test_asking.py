"""`send`, `explain`, `messages`, `stub`, `advance` and `reset`: for people, for scripts, and with mistakes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mock_server.api.guard import Access
from mock_server.cli import main
from mock_server.cli.showing import cut, one_line, width
from mock_server.client import Control
from mock_server.testing import MockGateway
from tests.support import DESTINATION, MORNING

WATCHED = "+447700900061"
TOKEN = "t0ken-of-the-command"


@pytest.fixture
def control(gateway: MockGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """A session with a frozen clock, which the commands use."""
    with gateway.control.create_session(clock={"mode": "frozen", "at": MORNING}) as made:
        monkeypatch.setenv("SMS_MOCK_URL", made.url)
        yield made


def run(*arguments: str, given: str | None = None) -> Result:
    """Run the command in this process; it must not raise."""
    result = CliRunner().invoke(main, arguments, input=given)
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def printed(*arguments: str, exit_code: int = 0, given: str | None = None) -> str:
    """The output of a successful command, with nothing on standard error."""
    result = run(*arguments, given=given)
    assert (result.exit_code, result.stderr) == (exit_code, ""), result.output
    return result.stdout


def as_json(*arguments: str, exit_code: int = 0) -> Any:
    """The same as JSON."""
    return json.loads(printed(*arguments, "--json", exit_code=exit_code))


def error_line(*arguments: str, words: str, given: str | None = None) -> None:
    """The error of a failing command: exit 2, one line on standard error, nothing on standard output."""
    result = run(*arguments, given=given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("sms-mock: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_an_accepted_send_is_one_line_with_id_and_provider(control: Control) -> None:
    """Exit 0; the provider also where the answer did not name it."""
    told = printed("send", DESTINATION, "Hello")

    (message,) = control.messages()
    assert told == f"accepted  {message.id}  provider PROVIDER1\n"


def test_a_refused_send_prints_code_message_and_reason(control: Control) -> None:
    """Exit 1, with the rule, its statement and the exchange."""
    lines = printed("send", WATCHED, "Hello", exit_code=1).splitlines()

    assert lines[0] == "refused  61: Message in watchlist (HTTP 500)"
    assert WATCHED in lines[1]
    assert lines[2] == "  rule watchlist, WL-1 (documented); exchange 1"


def test_a_silently_dropped_send_is_distinguished_from_an_acceptance(control: Control) -> None:
    """Although the gateway's answer is the same: exit 0, with a remark."""
    for _ in range(2):
        printed("send", DESTINATION, "Hello")

    told = printed("send", DESTINATION, "Hello")

    assert told.startswith("silently dropped  ")
    assert "nobody gets the message" in told


def test_a_script_gets_answer_and_reason_as_json(control: Control) -> None:
    """Acceptances and refusals have the same members."""
    accepted = as_json("send", DESTINATION, "Hello", "--detailed")
    refused = as_json("send", WATCHED, "Hello", exit_code=1)

    assert (accepted["accepted"], accepted["provider"], accepted["outcome"]) == (True, "PROVIDER1", "accepted")
    assert (refused["accepted"], refused["code"], refused["rule"], refused["requirement"]) == (
        False, 61, "watchlist", "WL-1",
    )  # fmt: skip
    assert refused["exchange"] == "2"


def test_every_field_of_a_send_has_an_option(control: Control) -> None:
    """Account, reference and webhook are in the message."""
    url = control.receiver("shop").url
    printed("send", DESTINATION, "Hello", "--as", "customer-account", "--service", "ADMIN", "--action", "TEST",
            "--key", "k-1", "--webhook", url)  # fmt: skip

    (message,) = control.messages()
    assert (message.account, message.caller) == ("customer-account", "admin")
    assert message.reference == {"service": "ADMIN", "action": "TEST", "key": "k-1"}
    assert message.webhook is not None
    assert message.webhook["url"] == url


def test_other_accounts_send_with_a_password_from_a_variable(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong one is refused with 63 like any client's, and is not printed."""
    who = ["--user", "web-shop", "--operation", "services"]
    monkeypatch.setenv("SMS_MOCK_PASSWORD", "web-shop-secret")
    printed("send", DESTINATION, "Hello", *who)

    refused = run("send", DESTINATION, "Hello", *who, "--password", "wrong-secret")

    assert refused.exit_code == 1
    assert refused.stdout.startswith("refused  63: Username or password not valid (HTTP 401)\n")
    assert "wrong-secret" not in refused.output


def test_explain_shows_the_last_or_the_named_exchange(control: Control) -> None:
    """As text, and complete as JSON."""
    control.send(WATCHED, "Hello", priority=1)
    control.send(DESTINATION, "Hello")

    last, first = printed("explain"), printed("explain", "1")

    assert last.startswith("exchange 2, 2026-01-15T09:00:00Z: POST /~")
    assert "\naccepted (HTTP 200)" in last
    assert f"to {WATCHED}\nrefused with code 61 (HTTP 500), decided by: watchlist (WL-1, documented)\n" in first
    assert f"\n  ✗ watchlist       {WATCHED}; on the watchlist: {WATCHED}  [WL-1, documented]\n" in first
    assert "\nunknown fields, ignored: priority\n" in first
    assert as_json("explain", "1")["request"]["body_length"] > 0


def test_messages_are_a_table_with_the_newest_last(control: Control) -> None:
    """Control characters are escaped, and wide characters keep the columns aligned."""
    control.send(DESTINATION, "first\n\x1b[31m\u202ered")
    control.advance(seconds=1)
    control.send("+4477009001234", "世界 " + "x" * 80)

    lines = printed("messages").splitlines()

    assert lines[0].split() == ["TIME", "DESTINATION", "STATUS", "CODES", "TEXT"]
    assert lines[1].startswith(f"09:00:00  {DESTINATION}   SENT ")
    assert lines[1].endswith(r"  first\n\x1b[31m\u202ered")
    assert lines[2].startswith("09:00:01  +4477009001234  PROVIDER_ACCEPTANCE  ")
    assert lines[2].endswith("x…")
    assert lines[1].index("first") == lines[2].index("世界") == lines[0].index("TEXT")
    assert [each["status"] for each in as_json("messages")] == ["SENT", "PROVIDER_ACCEPTANCE"]
    assert len(as_json("messages", "--limit", "1")) == 1


def test_no_messages_is_a_hint_on_standard_error(control: Control) -> None:
    """Exit 0, and for a script an empty list."""
    result = run("messages")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "`sms-mock send +447700900123 Hello` sends one" in result.stderr
    assert as_json("messages") == []


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("世界", 4), ("e\u0301", 1), ("", 0)])
def test_columns_are_counted_as_a_terminal_does(text: str, columns: int) -> None:
    """Wide characters take two, and combining marks none."""
    assert width(text) == columns


def test_a_text_is_cut_between_characters() -> None:
    """It is never wider than allowed."""
    assert cut("世界世界", 8) == "世界世界"
    assert cut("世界世界", 7) == "世界世…"
    assert cut("世界世界", 6) == "世界…"
    assert one_line("a\tb\u2028\ud800") == r"a\tb\u2028\ud800"


def test_stubs_are_added_listed_and_removed(control: Control) -> None:
    """With outcome and count; unmatched ones are named."""
    assert printed("stub", "--to", DESTINATION, "--refuse", "61", "--times", "1") == (
        f"s1: destination {DESTINATION}: refuse 61, 1x\n"
    )
    assert as_json("stub", "--text-contains", "late", "--deliver", "UNDELIVERED", "--for", "10m")["id"] == "s2"
    assert control.send(DESTINATION, "Hello").code == 61

    listed = run("stub", "list")

    assert "s1  " in listed.stdout
    assert "1 of 1" in listed.stdout
    assert 'text {"contains": "late"}: deliver UNDELIVERED' in listed.stdout
    assert listed.stderr == "s2 has met no send yet\n"
    assert as_json("stub", "list")[0]["applied"] == 1
    assert printed("stub", "delete", "s1") == "s1 taken back\n"
    assert printed("stub", "delete", "all") == "1 taken back\n"
    assert as_json("stub", "delete", "all") == {"deleted": 0}


def test_every_kind_of_stub_can_be_added(control: Control) -> None:
    """By options, and any stub as JSON from standard input."""
    assert as_json("stub", "--fault", "reset")["then"] == {"fault": "reset"}
    assert as_json("stub", "--nth", "2", "--delay", "2s", "--hold")["then"] == {"delay": "2s", "hold": True}
    assert as_json("stub", "--to", "+39*", "--drop")["when"] == {"destination": "+39*"}
    assert as_json("stub", "--to", "+44*", "--accept")["then"] == {"accept": True}
    told = printed("stub", "--json-file", "-", given='{"then": {"answer": {"status": 418}}, "times": 2}')
    assert told == 's5: every send: answer {"status": 418}, 2x\n'


def test_an_invalid_stub_is_one_error_line(control: Control) -> None:
    """Whether the command or the gateway refuses it."""
    error_line("stub", words="say what becomes of the sends: --refuse")
    error_line("stub", "--to", DESTINATION, words="say what becomes of the sends")
    error_line("stub", "--refuse", "7", words="Bad stub: ")
    error_line("stub", "--to", "nobody", "--refuse", "61", words="Bad stub: ")
    error_line("stub", "delete", "s9", words="Unknown stub: no stub 's9'")
    error_line("stub", "frob", words="'frob' is none of: stub --refuse 61")
    error_line("stub", "delete", words="is none of")
    error_line("stub", "--json-file", "-", given="{", words="--json-file")
    error_line("stub", "--json-file", "-", given="[]", words="a stub is a JSON object")


def test_an_advance_prints_the_events_on_the_way(control: Control) -> None:
    """In order of time, and then the clock's instant."""
    sent = control.send(DESTINATION, "Hello", webhook={"url": control.receiver("shop").url})

    told = printed("advance", "--until", "idle").splitlines()
    moved = as_json("advance", "1h")

    assert told[0] == f"09:00:01  {DESTINATION}  status SENT  {sent.id}"
    assert told[1] == f"09:00:01  {DESTINATION}  webhook SENT taken  {sent.id}"
    assert told[-1] == "2026-01-15T09:00:03Z, frozen; 4 things happened"
    assert moved["now"] == "2026-01-15T10:00:03Z"


def test_an_invalid_advance_is_one_error_line(control: Control) -> None:
    """No duration, both forms, and an invalid duration."""
    error_line("advance", words="say how far")
    error_line("advance", "1h", "--until", "idle", words="say how far")
    error_line("advance", "soon", words="Bad request: duration: ")


def test_a_reset_returns_to_the_beginning(control: Control) -> None:
    """It names the session."""
    control.send(DESTINATION, "Hello")

    told = printed("reset")

    assert told == f"{control.session().id} is as it was created: Everyday gateway\n"
    assert control.messages() == []
    assert as_json("reset")["id"] == control.session().id


COMMANDS = [
    ["send", DESTINATION, "Hello"], ["explain"], ["messages"], ["stub", "--refuse", "61"], ["stub", "list"],
    ["advance", "1h"], ["reset"], ["wait", "messages"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unreachable_server_and_an_invalid_url_are_one_error_line(command: list[str]) -> None:
    """For every command."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
        error_line(*command, "--url", closed, words=f"nothing listens at {closed}; `sms-mock serve` starts a gateway")
    error_line(*command, "--url", "nonsense", words="'nonsense' is not the URL of a gateway")
    error_line(*command, "--url", "http://x", "--control-token", "two\nlines", words="Bad token")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_session_is_one_error_line(gateway: MockGateway, command: list[str]) -> None:
    """With how to create it."""
    error_line(*command, "--url", gateway.url, "--session", "no-such", words="POST /_control/sessions creates one")


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_a_missing_token_is_one_error_line_and_a_given_one_is_used(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By option and by variable; a wrong one is not printed."""
    with MockGateway(access=Access(token=TOKEN)) as guarded:
        monkeypatch.setenv("SMS_MOCK_URL", guarded.url)
        error_line(*command, words="a token is needed")
        wrong = run(*command, "--control-token", "t0ken-of-others")
        monkeypatch.setenv("SMS_MOCK_CONTROL_TOKEN", TOKEN)
        guarded.control.send(DESTINATION, "Hello")
        done = run(*command)

    assert wrong.exit_code == 2
    assert "here: --control-token or SMS_MOCK_CONTROL_TOKEN" in wrong.stderr
    assert "t0ken" not in wrong.output
    if command[0] != "wait":
        assert done.exit_code == 0, done.output


def test_without_the_token_a_send_still_has_its_answer() -> None:
    """Only the reason needs the token."""
    with MockGateway(access=Access(token=TOKEN)) as guarded:
        told = printed("send", WATCHED, "Hello", "--url", guarded.url, exit_code=1)

    assert told == "refused  61: Message in watchlist (HTTP 500)\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["messages", "destination"], "'destination' is no filter: write field=value"),
        (["messages", "=x"], "'=x' is no filter"),
        (["messages", "limit=5"], "'limit=5': that is an option, --limit 5"),
        (["wait", "messages", "count=5"], "that is an option, --count 5"),
        (["wait", "messages", "--timeout", "soon"], "--timeout: 'soon' is no length of time"),
        (["wait", "messages", "--timeout", ""], "--timeout: '' is no length of time"),
        (["wait", "messages", "--timeout", "2h"], "--timeout: at most 3600 seconds"),
        (["explain", "7"], "Unknown exchange: no exchange '7'"),
        (["explain"], "Unknown exchange: nothing was asked of the gateway yet"),
    ],
)
def test_a_mistake_is_one_error_line(control: Control, arguments: list[str], words: str) -> None:
    """Exit 2, what is wrong and what is allowed."""
    error_line(*arguments, words=words)


def test_colours_are_for_terminals(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """None in a pipe, and none with NO_COLOR."""
    arguments = ["send", WATCHED, "Hello"]
    piped = CliRunner().invoke(main, arguments).stdout
    terminal = CliRunner().invoke(main, arguments, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    plain = CliRunner().invoke(main, arguments, color=True).stdout

    assert "\x1b[" not in piped
    assert "\x1b[31mrefused\x1b[0m" in terminal
    assert "\x1b[" not in plain


def test_help_of_every_command_names_its_default_account_or_its_exit_codes() -> None:
    """The frequent questions."""
    told = run("send", "--help").stdout

    assert "admin-secret" in told
    assert "Exit code 0: accepted. 1: refused. 2: could not be asked." in told
    assert "Exit code 0: it arrived. 1: not in time." in run("wait", "--help").stdout
