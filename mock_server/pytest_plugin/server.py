"""The server of a test run: in this process, or an external one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mock_server.client import Control, connect
from mock_server.client.sending import PASSWORD, USERNAME
from mock_server.pytest_plugin.errors import PluginError, plainly
from mock_server.pytest_plugin.gateway import SmsGateway

if TYPE_CHECKING:
    from mock_server.scenario.model import Scenario
    from mock_server.testing import MockGateway

_LONGEST_LABEL = 40
_OF_THE_CREATION = ("seed", "clock")


class PluginSettings(NamedTuple):
    """The plugin's options and settings."""

    url: str | None
    token: str | None
    scenario: str | None
    strict: bool
    timeout: float
    worker: str
    """The xdist worker."""
    folder: Path
    """The folder that paths of scenarios are relative to."""


class ScenarioAccount(NamedTuple):
    """An account of a scenario."""

    username: str
    password: str
    administers: bool
    """Whether it is an active administrator."""


class SmsServer:
    """The gateway's server that the tests of a process share: each test has a session on it.

    `with sms_server.session() as gateway:` makes one for a fixture that lives longer than a test.
    """

    def __init__(self, control: Control, settings: PluginSettings, own: MockGateway | None) -> None:
        self._control = control
        self._settings = settings
        self._own = own
        self._run = secrets.token_hex(4)
        self._made = 0
        self._accounts: dict[str, list[ScenarioAccount]] = {}
        self._recipes: dict[str, str] = {}
        self.url = control.url
        """The base URL of the server; each session's own is `SmsGateway.base_url`."""
        self.token = settings.token if own is None else None
        """The token of its control API."""

    def __repr__(self) -> str:
        """Where it is."""
        return f"<SmsServer {self.url}>"

    @plainly
    def session(
        self, scenario: str | Mapping[str, object] | None = None, *, strict: bool | None = None, **parts: Any
    ) -> SmsGateway:
        """A gateway of its own until the end of the block, for a fixture that several tests share.

        Args:
            scenario: the name of a shipped one, a file, or one as an object; by default that of the run.
            strict: whether surprises fail at the end; by default the setting `sms_strict`.
            parts: whole parts of the scenario to replace: `watchlist=["+447700900123"]`; also `seed` and `clock`.

        Raises:
            ControlError: something is wrong with the scenario.
            ScenarioError: the same, with a file.
        """
        return self.begin("shared", scenario, strict=strict, parts=parts)

    def begin(
        self,
        label: str,
        scenario: str | Mapping[str, object] | None = None,
        *,
        strict: bool | None = None,
        parts: Mapping[str, Any] | None = None,
    ) -> SmsGateway:
        """Begin a session; `label` is what its name begins with."""
        settings = self._settings
        # Our own server was started with the run's scenario.
        chosen = scenario if scenario is not None or self._own is not None else settings.scenario
        overrides = dict(parts or {})
        creation = {name: overrides.pop(name) for name in _OF_THE_CREATION if name in overrides}
        made = self._control.create_session(
            self._name(label), scenario=self._document(chosen), overrides=overrides or None, **creation
        )
        self._recipes[made.url] = repr((chosen, overrides))
        return SmsGateway(self, made, timeout=settings.timeout, strict=settings.strict if strict is None else strict)

    def ended(self, base_url: str) -> None:
        """Forget a session that ended."""
        self._recipes.pop(base_url, None)

    def accounts_of(self, control: Control) -> list[ScenarioAccount]:
        """The accounts that a session began with; a scenario that serves many sessions is read once."""
        recipe = self._recipes.get(control.url, "")
        if recipe not in self._accounts:
            self._accounts[recipe] = _accounts(control.export(secrets=True))
        return self._accounts[recipe]

    def transport(self, library: str) -> Any:
        """What httpx clients send through.

        Raises:
            PluginError: the server is elsewhere, or the library takes none.
        """
        if self._own is None:
            raise PluginError(
                f"the gateway at {self.url} is in another process: give the client its `base_url` instead"
            )
        try:
            return self._own.transport(library)
        except (ValueError, ModuleNotFoundError) as error:
            raise PluginError(str(error)) from None

    def _name(self, label: str) -> str:
        """A unique name, since many tests, processes and runs may share a server."""
        self._made += 1
        readable = re.sub(r"[^A-Za-z0-9]+", "-", label, flags=re.ASCII).strip("-")[:_LONGEST_LABEL] or "test"
        return f"{readable}.{self._settings.worker}-{self._run}-{self._made}"

    def _document(self, scenario: str | Mapping[str, object] | None) -> str | Mapping[str, object] | None:
        """A scenario in the server's form; a file is read here."""
        if not isinstance(scenario, str) or not is_a_file(scenario):
            return scenario
        from mock_server.scenario.loader import load_scenario  # noqa: PLC0415 - a server elsewhere needs no model

        return load_scenario(self._settings.folder / scenario).document()


def is_a_file(scenario: str) -> bool:
    """Whether it is a path instead of the name of a shipped scenario."""
    return scenario.endswith((".yaml", ".yml")) or "/" in scenario or "\\" in scenario


@contextmanager
def serving(settings: PluginSettings) -> Iterator[SmsServer]:
    """The server at the URL, or without a URL a server in this process.

    Raises:
        ControlError: nobody there is a gateway that lets us in.
        PluginError: the URL is that of a session.
        ScenarioError: something is wrong with the scenario of the run.
    """
    if settings.url is not None:
        root, tilde, session = settings.url.partition("/~")
        if tilde:
            raise PluginError(f"{settings.url} is one session, {session}; each test makes its own: give {root}")
        with connect(settings.url, token=settings.token) as control:
            control.session()
            yield SmsServer(control, settings, None)
        return
    from mock_server.testing import MockGateway  # noqa: PLC0415 - this is most of the time that a start takes

    own = MockGateway(_loaded(settings), session_ttl="0s").start()
    try:
        yield SmsServer(own.control, settings, own)
    finally:
        own.stop()


def _loaded(settings: PluginSettings) -> str | Scenario:
    scenario = settings.scenario or "default"
    if not is_a_file(scenario):
        return scenario
    from mock_server.scenario.loader import load_scenario  # noqa: PLC0415

    return load_scenario(settings.folder / scenario)


def _accounts(exported: str) -> list[ScenarioAccount]:
    import yaml  # noqa: PLC0415 - many tests know their accounts

    document = yaml.load(exported, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe one
    accounts = document.get("accounts")
    if accounts is None:
        return [ScenarioAccount(USERNAME, PASSWORD, administers=True)]
    return [
        ScenarioAccount(each["username"], each["password"], bool(each.get("admin")) and each.get("active", True))
        for each in accounts
    ]
