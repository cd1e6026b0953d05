"""The OpenAPI documents: `/_control/openapi`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.types import Receive, Scope, Send

from mock_server.api.answers import answer_control_error, answer_document
from mock_server.api.control.call import Answer, Call, Table
from mock_server.api.exchange import SESSION
from mock_server.explanation import masked

_ROOT: Final = Path(__file__).parents[3]

_FOLDERS: Final = (
    # The mock's own: its control API.
    _ROOT / "mock_server" / "openapi",
    # The contract, in the kit's package, which is installed next to this one; only its files are read.
    _ROOT / "contract_tests" / "openapi",
)


def documents() -> dict[str, Path]:
    """Every document by its file name, sorted."""
    found = {path.name: path for folder in _FOLDERS for path in folder.glob("*.yaml")}
    return {name: found[name] for name in sorted(found) if not name.startswith((".", "redocly"))}


async def _documents(call: Call) -> Answer:
    return 200, {"documents": [f"{call.base}/_control/openapi/{name}" for name in documents()]}


DOCUMENTS: Table = (("/_control/openapi", {"GET": _documents}),)


class DocumentEndpoint:
    """Serves the shipped OpenAPI documents."""

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Serve one request."""
        name = scope["path_params"]["name"]
        found = documents().get(name)
        if found is None:
            known = masked(f"no document {name!r}; known: {', '.join(documents())}", scope[SESSION].secrets)
            await answer_control_error(send, 404, "Unknown document", known)
        else:
            await answer_document(send, found.read_bytes())
