"""Parse the `Authorization` header (ACC-5)."""

from __future__ import annotations

import binascii
from base64 import b64decode

from mock_server.domain.submission import BasicCredentials, Presented


def read_credentials(header: bytes | None) -> BasicCredentials | Presented:
    """Parse HTTP Basic credentials: username and password in UTF-8, split at the first colon.

    An absent header or another scheme is `NOTHING`; HTTP Basic that cannot be decoded is `UNDECODABLE`.
    """
    if header is None:
        return Presented.NOTHING
    scheme, _, encoded = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return Presented.NOTHING
    try:
        username, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return Presented.UNDECODABLE
    return BasicCredentials(username, password) if colon else Presented.UNDECODABLE
