"""The OpenAPI documents: `/_control/openapi`."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mock_server.api.answers import answer_control_error, answer_document
from mock_server.api.control.call import Answer, Call, Table
from mock_server.api.exchange import SESSION
from mock_server.documents import documents
from mock_server.explanation import masked


async def _documents(call: Call) -> Answer:
    return 200, {"documents": [f"{call.base}/_control/openapi/{name}" for name in documents()]}


DOCUMENTS: Table = (("/_control/openapi", {"GET": _documents}),)


class DocumentEndpoint:
    """The OpenAPI documents, as they are shipped."""

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Serve one request."""
        name = scope["path_params"]["name"]
        found = documents().get(name)
        if found is None:
            known = masked(f"no document {name!r}; known: {', '.join(documents())}", scope[SESSION].secrets)
            await answer_control_error(send, 404, "Unknown document", known)
        else:
            await answer_document(send, found.read_bytes())
