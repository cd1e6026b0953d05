"""The rule `reference`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    INVALID_SERVICE,
)
from mock_server.domain.requirements import documented
from mock_server.domain.rules.reference import reference
from mock_server.domain.submission import (
    Reference,
)
from tests.domain.asking import (
    SERVICES,
    a_context,
    a_submission,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "no reference", "one of: ADMIN, AUTHENTICATION", "name one of ADMIN, AUTHENTICATION"),
    ({"reference": Reference()}, "no reference", "one of: ADMIN", "name one of"),
    ({"reference": Reference("OTHER")}, "service 'OTHER'", "one of: ADMIN", "name one of"),
    ({"reference": Reference(action="a")}, "without a service", "one of: ADMIN", "name one of"),
    ({"reference": Reference(key="k")}, "without a service", "one of: ADMIN", "name one of"),
    ({"policy": {"services": frozenset()}}, "no reference", "one of: none", "change `services`"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_fields(reference=Reference("UNKNOWN"))


@pytest.mark.requirement("REQ-3", "REQ-4", "BAD-8")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(None, id="absent"),
        pytest.param(Reference(), id="empty"),
        *(pytest.param(Reference(service), id=service) for service in sorted(SERVICES)),
        pytest.param(Reference("ADMIN", "NOTIFICATION", "admin-task-123"), id="the full example"),
        pytest.param(Reference("AUTHENTICATION", action="2FA"), id="action without key"),
        pytest.param(Reference("AUTHENTICATION", key="k"), id="key without action"),
        pytest.param(Reference("AUTHENTICATION", "", ""), id="empty action and key"),
        pytest.param(Reference("AUTHENTICATION", "anything at all", "😀"), id="action and key are free text"),
    ],
)
def test_a_known_service_or_no_reference_is_good(given: Reference | None) -> None:
    """REQ-3, REQ-4: a listed service with or without action and key; no reference, or one without a member."""
    assert reference(a_submission(reference=given), a_context()) is None


@pytest.mark.requirement("ERR-59", "REQ-3")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(Reference(action="2FA"), id="action alone"),
        pytest.param(Reference(key="k"), id="key alone"),
        pytest.param(Reference(action="2FA", key="k"), id="action and key"),
        pytest.param(Reference(action=""), id="empty action alone"),
        pytest.param(Reference(key=""), id="empty key alone"),
        pytest.param(Reference(""), id="empty service"),
        pytest.param(Reference("UNKNOWN"), id="unknown"),
        pytest.param(Reference("authentication"), id="lower case"),
        pytest.param(Reference("Authentication"), id="mixed case"),
        pytest.param(Reference(" AUTHENTICATION"), id="space before"),
        pytest.param(Reference("AUTHENTICATION\n"), id="line feed after"),
        pytest.param(Reference("AUTHENTICATIO"), id="cut short"),
        pytest.param(Reference("AUTHENTICATION,ADMIN"), id="two at once"),
        pytest.param(Reference("UNKNOWN", "2FA", "k"), id="unknown with action and key"),
    ],
)
def test_a_missing_or_unknown_service_is_code_59(given: Reference) -> None:
    """ERR-59: `service` is required as soon as `action` or `key` is given, and must be in the list to the letter."""
    refused = assert_refused(
        reference(a_submission(reference=given), a_context()), INVALID_SERVICE, documented("REQ-3")
    )

    assert refused.details is None


@pytest.mark.requirement("REQ-4")
def test_the_scenarios_list_replaces_the_known_one() -> None:
    """REQ-4: the list is not published, so a scenario may have another; the explanation shows it."""
    context = a_context(services=frozenset({"PARKING", "LIBRARY"}))

    assert reference(a_submission(reference=Reference("PARKING")), context) is None
    refused = reference(a_submission(reference=Reference("ADMIN")), context)
    assert assert_refused(refused, INVALID_SERVICE, documented("REQ-3")).reason == (
        "service 'ADMIN' is not one of: LIBRARY, PARKING"
    )


@pytest.mark.requirement("REQ-4")
def test_an_empty_list_knows_no_service() -> None:
    """REQ-4: a scenario without services refuses each, and still asks for none where no reference is given."""
    context = a_context(services=frozenset())

    assert reference(a_submission(), context) is None
    refused = assert_refused(
        reference(a_submission(reference=Reference("ADMIN")), context), INVALID_SERVICE, documented("REQ-3")
    )
    assert (refused.reason or "").endswith("not one of: none")
