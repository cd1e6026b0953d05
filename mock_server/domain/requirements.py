"""The graded statements that a rule can name as its reason."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Grade(StrEnum):
    """How sure a statement is: a vendor page states it, two pages disagree, or no page states it."""

    DOCUMENTED = "documented"
    CONFLICT = "conflict"
    ASSUMED = "assumed"


class Requirement(msgspec.Struct, frozen=True):
    """One statement of `contract_tests/requirements.yaml`, by id, with its grade."""

    id: str
    grade: Grade


def documented(requirement_id: str) -> Requirement:
    """A statement that a vendor page makes."""
    return Requirement(requirement_id, Grade.DOCUMENTED)


def conflict(requirement_id: str) -> Requirement:
    """A statement on which two vendor pages disagree."""
    return Requirement(requirement_id, Grade.CONFLICT)


def assumed(requirement_id: str) -> Requirement:
    """A statement that no page makes; the default reading is ours."""
    return Requirement(requirement_id, Grade.ASSUMED)
