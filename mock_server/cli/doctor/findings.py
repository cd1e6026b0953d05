"""What an examination comes to, line by line."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

State = Literal["ok", "warning", "problem", "not asked"]

VENDOR = re.compile(
    r"(?:^|//(?:[^/\s@]*@)?|[\s,;=])(?P<host>[a-z0-9.-]*namirial[a-z0-9.-]*)(?=[:/\s,;]|$)", re.IGNORECASE
)
"""A host of the vendor's, wherever it stands in a setting: a mock has none of its names."""


class Diagnosis(NamedTuple):
    """One thing that was looked at: what was found, and what to do where it is not as it should be."""

    state: State
    about: str
    what: str
    advice: str | None = None


def ok(about: str, what: str) -> Diagnosis:
    """All is well."""
    return Diagnosis("ok", about, what)


def warning(about: str, what: str, advice: str | None = None) -> Diagnosis:
    """It may be meant so."""
    return Diagnosis("warning", about, what, advice)


def problem(about: str, what: str, advice: str) -> Diagnosis:
    """The client will not get what it wants."""
    return Diagnosis("problem", about, what, advice)


def not_asked(about: str, why: str) -> Diagnosis:
    """It could not be looked at."""
    return Diagnosis("not asked", about, why)


def vendors_host(text: str) -> str | None:
    """The first host in a text that looks like the vendor's."""
    for found in VENDOR.finditer(text):
        host = found["host"].strip(".")
        if "." in host:
            return host
    return None


def without_secrets(url: str) -> str:
    """A URL as it may be shown: who is named in front of its host is not."""
    return re.sub(r"//[^/?#]*@", "//***@", url.partition("?")[0])
