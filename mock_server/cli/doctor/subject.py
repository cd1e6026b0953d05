"""What is checked: a gateway, and the clients that shall call it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from mock_server.cli.doctor.results import vendors_host
from mock_server.client import Control, connect

PATIENCE = 3.0
"""The time-out of each answer, in seconds."""

_OURS = "SMS_MOCK_"
_NAMES = re.compile(r"SMS|NAMIRIAL", re.IGNORECASE)
_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


class Given(NamedTuple):
    """A client's base URL, and where it is configured."""

    origin: str
    url: str


@dataclass(frozen=True)
class CheckedGateway:
    """The subject of one run. Secrets are in no `repr`."""

    control: Control
    """The verbs of the checked session."""
    server: Control
    """The verbs without a session."""
    root: str
    """The gateway's own base URL, without a session."""
    session: str
    base_urls: tuple[Given, ...] = ()
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    in_container: bool = False

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - one for each option
        cls,
        url: str,
        session: str | None,
        token: str | None,
        base_urls: Iterable[str],
        user: str | None,
        password: str | None,
    ) -> Self:
        """Build the subject from options and environment.

        Raises:
            ControlError: the URL is none.
        """
        control = connect(url, session=session, token=token, timeout=PATIENCE)
        root, _, named = control.url.partition("/~")
        given = tuple(Given("--base-url", each) for each in base_urls) or tuple(_found(os.environ))
        contained = any(mark.exists() for mark in _MARKS) or "KUBERNETES_SERVICE_HOST" in os.environ
        server = connect(root, token=token, timeout=PATIENCE)
        return cls(control, server, root, named or "default", given, user, password, os.environ, contained)

    def __enter__(self) -> Self:
        """Return the subject for the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        with self.control, self.server:
            pass

    @property
    def url(self) -> str:
        """The base URL of the session that is looked at."""
        return self.control.url


def _found(environ: Mapping[str, str]) -> Iterator[Given]:
    """The variables that hold a URL for an SMS client, by their names; those with a host of the vendor's apart."""
    for name, value in sorted(environ.items()):
        is_url = re.match(r"https?://", value, re.IGNORECASE)
        if is_url and _NAMES.search(name) and not name.startswith(_OURS) and vendors_host(value) is None:
            yield Given(name, value)
