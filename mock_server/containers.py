"""The mock as a container in tests, by testcontainers (extra `testcontainers`).

with GatewayContainer() as gateway, gateway.control() as control:
    ...  # gateway.url is what the client under test takes for the gateway
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from mock_server.client import Control, connect

IMAGE: Final = "sms-gateway-mock"
PORT: Final = 8080
_SCENARIO: Final = "/scenario.yaml"


class GatewayContainer(DockerContainer):
    """A gateway in a container for the time of a `with` block, which begins when the gateway is ready.

    Its root is read-only, it has no capabilities, and its port is published to `host_ip` only: whoever reaches it can
    steer it. Where the engine is on another machine, give that one's address there, and a `token`.

    Args:
        image: what `docker build -t sms-gateway-mock .` made, or where you keep it.
        scenario: the name of a shipped scenario, or the path of a file, which is mounted.
        token: what the control API asks for; without one it is open.
        host_ip: the address that the port is published to.
        given: what `DockerContainer` takes besides.
    """

    def __init__(
        self,
        image: str = IMAGE,
        *,
        scenario: str | Path = "default",
        token: str | None = None,
        host_ip: str = "127.0.0.1",
        **given: Any,
    ) -> None:
        hardened: dict[str, Any] = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}
        super().__init__(image, **hardened, **given)
        self._token = token
        # Any free port of that address: the engine's client knows the pair, though the library's annotation does not.
        cast("dict[str, tuple[str, None]]", self.ports)[f"{PORT}/tcp"] = (host_ip, None)
        if isinstance(scenario, Path):
            self.with_volume_mapping(scenario.resolve(strict=True), _SCENARIO, "ro")
        self.with_env("SMS_MOCK_SCENARIO", _SCENARIO if isinstance(scenario, Path) else scenario)
        if token is not None:
            self.with_env("SMS_MOCK_CONTROL_TOKEN", token)
        self.waiting_for(HttpWaitStrategy(PORT, "/_ready").for_status_code(200))

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def control(self) -> Control:
        """The verbs of the default session; `create_session` creates other sessions."""
        return connect(self.url, token=self._token)
