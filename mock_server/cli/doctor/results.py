"""The results of the doctor, line by line."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

State = Literal["ok", "warning", "problem", "not asked"]

VENDOR = re.compile(
    r"(?:^|//(?:[^/\s@]*@)?|[\s,;=])(?P<host>[a-z0-9.-]*namirial[a-z0-9.-]*)(?=[:/\s,;]|$)", re.IGNORECASE
)
"""A host of the vendor in a setting."""


class Diagnosis(NamedTuple):
    """The result of one check, with advice if there is a problem."""

    state: State
    about: str
    what: str
    advice: str | None = None


def ok(about: str, what: str) -> Diagnosis:
    """All is well."""
    return Diagnosis("ok", about, what)


def warning(about: str, what: str, advice: str | None = None) -> Diagnosis:
    """A warning: it may be intended."""
    return Diagnosis("warning", about, what, advice)


def problem(about: str, what: str, advice: str) -> Diagnosis:
    """A problem: the client will fail."""
    return Diagnosis("problem", about, what, advice)


def not_asked(about: str, why: str) -> Diagnosis:
    """The check could not be made."""
    return Diagnosis("not asked", about, why)


def vendors_host(text: str) -> str | None:
    """The first host in a text that looks like the vendor's."""
    for found in VENDOR.finditer(text):
        host = found["host"].strip(".")
        if "." in host:
            return host
    return None


def without_secrets(url: str) -> str:
    """A URL without its credentials."""
    return re.sub(r"//[^/?#]*@", "//***@", url.partition("?")[0])
