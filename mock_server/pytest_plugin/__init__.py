"""The pytest plugin: `sms_gateway`, a gateway of its own for each test. See `docs/pytest.md`.

`hooks` is what every start of pytest loads, so nothing heavy is imported here before somebody asks for it: with
`from mock_server.pytest_plugin import SmsGateway` a test can say what it is given.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_server.pytest_plugin.errors import NothingCameError, NotRefusedError, NotTakenWarning, PluginError
    from mock_server.pytest_plugin.expecting import ExpectedRefusal
    from mock_server.pytest_plugin.gateway import Credentials, SmsGateway
    from mock_server.pytest_plugin.server import SmsServer

__all__ = [
    "Credentials",
    "ExpectedRefusal",
    "NotRefusedError",
    "NotTakenWarning",
    "NothingCameError",
    "PluginError",
    "SmsGateway",
    "SmsServer",
]

_PLACES = {
    "Credentials": "gateway",
    "ExpectedRefusal": "expecting",
    "NotRefusedError": "errors",
    "NotTakenWarning": "errors",
    "NothingCameError": "errors",
    "PluginError": "errors",
    "SmsGateway": "gateway",
    "SmsServer": "server",
}


def __getattr__(name: str) -> Any:
    """Import a class when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
