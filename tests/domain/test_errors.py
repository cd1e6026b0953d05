"""The refusal catalogue, compared with the requirements."""

from __future__ import annotations

import pytest

from mock_server.domain import errors
from mock_server.domain.errors import (
    BY_CODE,
    CATALOGUE,
    MALFORMED_AS_500,
    NOT_PRIVILEGED,
    PROTOCOL_ERRORS,
    ErrorCode,
    Persistence,
)
from mock_server.domain.requirements import Requirement, assumed, documented
from tests.stated import stated_refusals

PERMANENT, TRANSIENT = Persistence.PERMANENT, Persistence.TRANSIENT


@pytest.mark.requirement("ANS-3", "ANS-4", "ERR-8", "ERR-56", "ERR-59", "ERR-60", "ERR-61")
@pytest.mark.requirement("ERR-63a", "ERR-63b", "ERR-64", "ERR-66", "ERR-74")
def test_the_catalogue_holds_the_vendors_refusals_to_the_letter() -> None:
    """ERR-8 to ERR-74: each refusal has its code, HTTP status, message and the grade of its wording."""
    stated = [(each.code, each.status, each.message, each.requirement, each.grade) for each in stated_refusals()]

    assert [
        (each.code, each.status, each.message, each.requirement.id, each.requirement.grade) for each in CATALOGUE
    ] == stated


@pytest.mark.requirement("BAD-1", "BAD-4", "BAD-5", "MS-1")
def test_requests_that_no_page_describes_are_answered_by_their_http_status() -> None:
    """BAD-1, BAD-4, BAD-5, MS-1: the envelope's code is the HTTP status."""
    assert [_line(entry) for entry in PROTOCOL_ERRORS] == [
        (400, 400, "Malformed request", assumed("BAD-1")),
        (403, 403, "Forbidden", documented("MS-1")),
        (404, 404, "Not found", assumed("BAD-5")),
        (405, 405, "Method not allowed", assumed("BAD-5")),
        (413, 413, "Payload too large", assumed("BAD-5")),
        (415, 415, "Unsupported media type", assumed("BAD-4")),
    ]


@pytest.mark.requirement("BAD-1", "ACC-2")
@pytest.mark.parametrize(
    ("alternative", "line"),
    [
        pytest.param(MALFORMED_AS_500, (400, 500, "Malformed request", assumed("BAD-1")), id="BAD-1 as 500"),
        pytest.param(
            NOT_PRIVILEGED, (63, 403, "Username or password not valid", assumed("ACC-2")), id="ACC-2 as 403"
        ),
    ],
)
def test_an_alternative_reading_changes_the_status_and_keeps_the_envelope(
    alternative: ErrorCode, line: tuple[int, int, str, Requirement]
) -> None:
    """BAD-1, ACC-2: under the other reading code and message stay the same."""
    assert _line(alternative) == line


@pytest.mark.requirement("ERR-60", "ERR-64")
def test_only_a_full_window_and_a_missing_provider_pass_by_themselves() -> None:
    """ERR-60, ERR-64: sending the same again may succeed after these two refusals only."""
    transient = {entry.code for entry in (*CATALOGUE, *PROTOCOL_ERRORS) if entry.persistence is TRANSIENT}

    assert transient == {60, 64}
    assert NOT_PRIVILEGED.persistence is PERMANENT
    assert MALFORMED_AS_500.persistence is PERMANENT


@pytest.mark.requirement("ERR-63b")
def test_a_bare_code_means_its_refusal_and_63_alone_means_bad_credentials() -> None:
    """ERR-63b: of the two entries with code 63, the table by code has the one for a header that was sent."""
    assert set(BY_CODE) == {each.code for each in stated_refusals()}
    assert all(BY_CODE[entry.code].code == entry.code for entry in CATALOGUE)
    assert BY_CODE[63] is errors.BAD_CREDENTIALS
    assert BY_CODE[8] is errors.WRONG_NUMBER


def _line(entry: ErrorCode) -> tuple[int, int, str, Requirement]:
    return entry.code, entry.status, entry.message, entry.requirement
