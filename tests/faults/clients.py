"""Clients as in production: each sends once, and describes in a few words what it got."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx
import requests

from tests.faults.support import body_to
from tests.support import ADMIN, SessionClient, basic

SCRIPT = Path(__file__).with_name("fetching.mjs")
_END = "\x1e"
"""Separates the answers in curl's output."""
_LONG = 20.0
"""The timeout, in seconds, of a client whose answer does come."""


class ClientPost(NamedTuple):
    """One send, for any client."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    patience: float = _LONG


class Client:
    """A client as in production, which keeps its connections open."""

    def __enter__(self) -> Self:
        """Use."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def sees(self, *posts: ClientPost) -> str:
        """Send, several times over one connection, and describe the last outcome.

        `200 accepted`, `502 no JSON`, or the error that the client's author must handle.
        """
        return [self.once(post) for post in posts][-1]

    def once(self, post: ClientPost) -> str:
        """Send once."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections; a client without any has nothing to do."""


def post_of(world: SessionClient, text: str = "Hello", *, patience: float = _LONG) -> ClientPost:
    """A send to a session, by a client with this timeout in seconds."""
    headers = {"Authorization": basic(*ADMIN), "Content-Type": "application/json"}
    url = f"{str(world.client.base_url).rstrip('/')}{world.prefix}/api/Admin/send"
    return ClientPost(url, headers, body_to(text=text), patience)


def read(status: int, body: str | bytes) -> str:
    """What a client makes of an answer that its library accepted: it decodes JSON, and looks for the id."""
    try:
        content = json.loads(body)
    except ValueError:
        return f"{status} no JSON"
    return f"{status} accepted" if "id" in content else f"{status} refused"


def _chain(error: BaseException) -> str:
    """The class that a caller catches, and the class of its root cause."""
    deepest = error
    while (deeper := deepest.__cause__ or deepest.__context__) is not None:
        deepest = deeper
    names = dict.fromkeys([type(error).__name__, type(deepest).__name__])
    return " < ".join(names)


class Requests(Client):
    """Python's `requests`: a session."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def once(self, post: ClientPost) -> str:
        """Send once."""
        try:
            response = self._session.post(post.url, data=post.body, headers=post.headers, timeout=post.patience)
        except requests.RequestException as error:
            return _chain(error)
        return read(response.status_code, response.content)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class Httpx(Client):
    """Python's `httpx`: a client."""

    def __init__(self) -> None:
        self._client = httpx.Client(trust_env=False)

    def once(self, post: ClientPost) -> str:
        """Send once."""
        try:
            response = self._client.post(
                post.url, content=post.body, headers=dict(post.headers), timeout=post.patience
            )
        except httpx.HTTPError as error:
            return _chain(error)
        return read(response.status_code, response.content)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Curl(Client):
    """curl: a process for each send."""

    def __init__(self) -> None:
        self._curl = found("curl")

    def sees(self, *posts: ClientPost) -> str:
        """Send all of them with one process, and therefore over one connection."""
        done = subprocess.run(self.command(*posts), capture_output=True, check=False)  # noqa: S603 - our own words
        if done.returncode:
            return f"exit {done.returncode}"
        *_, last, _ = done.stdout.decode().split(_END)
        body, _, status = last.rpartition("\n")
        return read(int(status), body)

    def command(self, *posts: ClientPost) -> list[str]:
        """The command for some sends; a line with its status ends each."""
        words = [self._curl]
        for post in posts:
            words += ["--next"] if len(words) > 1 else []
            words += [
                "--silent",
                "--noproxy",
                "*",
                "--max-time",
                str(post.patience),
                "--write-out",
                f"\n%{{http_code}}{_END}",
            ]
            words += ["--data-binary", post.body.decode()]
            for name, value in post.headers.items():
                words += ["--header", f"{name}: {value}"]
            words.append(post.url)
        return words


class Fetch(Client):
    """Node's `fetch`: one process for all sends."""

    def __init__(self) -> None:
        self._node = subprocess.Popen(  # noqa: S603 - our own script
            [found("node"), str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        """End the process."""
        self._node.communicate()

    def once(self, post: ClientPost) -> str:
        """Send once."""
        answer = self._asked(post)
        if "error" in answer:
            return f"{answer['error']} < {answer['code']}" if answer["error"] != answer["code"] else answer["code"]
        return read(answer["status"], answer["body"])

    def _asked(self, post: ClientPost) -> dict[str, Any]:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        asked = post._replace(body=b"")._asdict() | {
            "body": post.body.decode(),
            "headers": dict(post.headers),
            "patience_ms": round(post.patience * 1000),
        }
        self._node.stdin.write(json.dumps(asked) + "\n")
        self._node.stdin.flush()
        answer = self._node.stdout.readline()
        assert answer, "node has ended"
        seen: dict[str, Any] = json.loads(answer)
        return seen


def found(command: str) -> str:
    """The path of a command; the test fails on a machine without it."""
    path = shutil.which(command)
    assert path is not None, f"{command} is not installed; .ci/packages installs it"
    return path


CLIENTS: dict[str, type[Client]] = {"curl": Curl, "requests": Requests, "httpx": Httpx, "fetch": Fetch}
"""By the name that users know."""
