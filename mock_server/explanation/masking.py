"""Masking of secrets in what a client sent."""

from __future__ import annotations

from typing import Any

from mock_server.domain.secrets import Secrets


def masked_within(value: Any, secrets: Secrets) -> Any:
    """A JSON value with every string in it masked."""
    if isinstance(value, dict):
        return {name: masked_within(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked_within(inner, secrets) for inner in value]
    return masked(value, secrets) if isinstance(value, str) else value


def masked(text: str | None, secrets: Secrets) -> str | None:
    """A text without the secrets in it."""
    return None if text is None else readable(secrets.mask(text.encode(errors="backslashreplace")))


def readable(raw: bytes) -> str:
    """Bytes as text; what is not UTF-8 is escaped."""
    return raw.decode(errors="backslashreplace")
