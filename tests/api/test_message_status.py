"""The Message Status API: look-ups by id, number and reference, over HTTP (OP-7, MS-1 to MS-5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.raw_client import RawConnection, raw_request
from tests.support import DESTINATION, SessionClient, SessionFactory, assert_accepted

KEY = "status-key"
OTHER = "+447700900124"
FORBIDDEN = {"code": 403, "message": "Forbidden"}


def look_up(world: SessionClient, path: str, *, key: str | None = KEY) -> httpx2.Response:
    """One look-up; path and query are sent as written."""
    headers = {} if key is None else {"X-Api-Key": key}
    return world.client.get(f"{world.prefix}/api/messagestatus/{path}", headers=headers)


def found(world: SessionClient, path: str) -> Any:
    """The content of a successful look-up."""
    answer = look_up(world, path)
    assert answer.status_code == 200, answer.text
    assert set(answer.headers) == {"date", "content-type", "content-length", "x-mock-exchange"}
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def ids(world: SessionClient, path: str) -> list[str]:
    """The ids of the messages in a look-up's answer."""
    return [each["message"]["id"] for each in found(world, path)["messages"]]


def sent(world: SessionClient, count: int, *, apart: float = 0, **fields: Any) -> list[str]:
    """Send so many messages; return their ids, newest first."""
    made = []
    for number in range(count):
        made.append(assert_accepted(world.send(f"{number}", **fields)))
        if apart:
            world.advance(apart)
    return made[::-1]


def assert_refused(answer: httpx2.Response, status: int, message: str, details: str) -> None:
    """Assert that an answer is the envelope, with the HTTP status as its code (MS-3)."""
    assert answer.status_code == status
    assert list(answer.json()) == ["code", "message", "details"]
    assert (answer.json()["code"], answer.json()["message"]) == (status, message)
    assert details in answer.json()["details"]


@pytest.mark.requirement("OP-7", "MS-3", "WH-2", "WH-6", "ST-1", "ST-2")
def test_a_message_is_found_by_its_id_in_every_status(world: SessionClient) -> None:
    """MS-3, WH-6: the object of WH-2, with the status at the time of the look-up; no webhook is needed."""
    reference = {"service": "AUTHENTICATION", "action": "2FA", "key": "login-42"}
    message_id = assert_accepted(world.send("Hi", reference=reference))

    lives = []
    for seconds in (0, 0.999999, 0.000001, 1.999999, 0.000001, 100_000):
        world.advance(seconds)
        message = found(world, message_id)["message"]
        lives.append((message["status"], message["statusChangedAt"][-3:-1]))

    assert lives == [
        ("PROVIDER_ACCEPTANCE", "00"),
        ("PROVIDER_ACCEPTANCE", "00"),
        ("SENT", "01"),
        ("SENT", "01"),
        ("DELIVERED", "03"),
        ("DELIVERED", "03"),
    ]
    assert found(world, message_id) == {
        "message": {
            "id": message_id,
            "providerAcceptanceAt": "2026-01-15T09:00:00Z",
            "statusChangedAt": "2026-01-15T09:00:03Z",
            "reference": reference,
            "channel": "SMS",
            "status": "DELIVERED",
            "provider": {
                "name": "PROVIDER1",
                "id": message["provider"]["id"],
                "status": "DELIVERED",
                "code": "0",
            },
            "sms": {"segments": 1},
        }
    }


@pytest.mark.requirement("MS-1", "MS-3")
@pytest.mark.parametrize("path", ["no-such", "phonenumber/+447700900123?count=0", "reference/k?sendDate=x"])
@pytest.mark.parametrize("key", [None, "", "status-ke", "status-keys", "STATUS-KEY", "Bearer status-key"])
def test_a_look_up_without_a_valid_key_is_forbidden(world: SessionClient, path: str, key: str | None) -> None:
    """MS-1: 403 for a missing or wrong header, before every other check."""
    answer = look_up(world, path, key=key)

    said = "X-Api-Key: missing" if key is None else "X-Api-Key: not valid"
    assert_refused(answer, 403, "Forbidden", said)
    assert (key or "no key at all") not in str(world.why(answer)["request"])


@pytest.mark.requirement("MS-1")
def test_a_look_up_needs_a_key_of_the_scenario_and_no_account(worlds: SessionFactory) -> None:
    """MS-1: the keys are replaced with the scenario; HTTP Basic is not used here."""
    world = worlds(api_keys=["first-key", "second-key"])
    message_id = assert_accepted(world.send())

    statuses = [look_up(world, message_id, key=key).status_code for key in ("first-key", "second-key", KEY)]
    by_account = world.client.get(f"{world.prefix}/api/messagestatus/{message_id}", auth=("admin", "admin-secret"))

    assert statuses == [200, 200, 403]
    assert by_account.status_code == 403


@pytest.mark.requirement("MS-3")
@pytest.mark.parametrize(
    "unknown", ["no-such", "b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33", "%00", "phonenumber", "1%20OR%201", "9" * 4000]
)
def test_an_unknown_id_is_not_found(world: SessionClient, unknown: str) -> None:
    """MS-3: 404 with the envelope."""
    assert_refused(look_up(world, unknown), 404, "Not found", "no message has this id")


@pytest.mark.requirement("MS-3")
def test_ids_of_other_sessions_are_unknown(worlds: SessionFactory) -> None:
    """MS-3: and ids are case-sensitive."""
    one, other = worlds(), worlds(seed=8)
    message_id = assert_accepted(one.send())

    assert look_up(other, message_id).status_code == 404
    assert look_up(one, message_id.upper()).status_code == 404


@pytest.mark.requirement("OP-7", "MS-2", "MS-4", "MS-5")
def test_the_messages_to_a_number_are_listed_latest_first(world: SessionClient) -> None:
    """MS-2, MS-4: `+` escaped or not. MS-5: of two at one instant, the one accepted later comes first."""
    earlier = sent(world, 3, apart=60)
    tied = sent(world, 2, reference={"service": "ADMIN"})
    sent(world, 1, destination=OTHER)

    plain = ids(world, f"phonenumber/{DESTINATION}")
    escaped = ids(world, f"phonenumber/%2B{DESTINATION[1:]}")
    lower = ids(world, f"phonenumber/%2b{DESTINATION[1:]}")

    assert plain == escaped == lower == [*tied, *earlier]


@pytest.mark.requirement("MS-4")
def test_the_plus_sign_may_be_unescaped(world: SessionClient) -> None:
    """MS-4: as in the vendor's cURL example."""
    message_id = assert_accepted(world.send())
    path = f"{world.prefix}/api/messagestatus/phonenumber/{DESTINATION}"

    with RawConnection(str(world.client.base_url)) as connection:
        connection.send(raw_request(path, method="GET", auth=None, headers=[("X-Api-Key", KEY)]))
        answer = connection.answer()

    assert answer.status == 200
    assert message_id.encode() in answer.body


@pytest.mark.requirement("MS-2")
def test_a_reference_key_may_have_any_characters(world: SessionClient) -> None:
    """MS-2: slashes, spaces, question marks and letters of any script; keys are case-sensitive."""
    for key in ("login-42", "a/b/c", "ä ö?#&", "%2F", "💬", "phonenumber/+1"):
        message_id = assert_accepted(world.send(key, reference={"service": "ADMIN", "key": key}))

        assert ids(world, f"reference/{quote(key, safe='')}") == [message_id]
    assert len(ids(world, "reference/a/b/c")) == 1
    assert ids(world, "reference/LOGIN-42") == []


@pytest.mark.requirement("MS-2")
@pytest.mark.parametrize("path", ["phonenumber/+390000000000", "phonenumber/447700900123", "reference/no-such"])
def test_a_look_up_without_a_match_is_an_empty_list(world: SessionClient, path: str) -> None:
    """MS-2: 200; a number without its plus sign is another number."""
    world.send()

    assert found(world, path) == {"messages": []}


@pytest.mark.requirement("MS-2")
def test_fifty_messages_are_listed_by_default(world: SessionClient) -> None:
    """MS-2: `count` from 1 to 100 lists the latest."""
    expected = sent(world, 110, reference={"service": "ADMIN", "key": "k"})

    for kind in (f"phonenumber/{DESTINATION}", "reference/k"):
        assert ids(world, kind) == expected[:50]
        assert ids(world, f"{kind}?count=1") == expected[:1]
        assert ids(world, f"{kind}?count=100") == expected[:100]
        assert ids(world, f"{kind}?count=7&count=2") == expected[:2]


@pytest.mark.requirement("MS-3", "MS-2")
@pytest.mark.parametrize(
    "count", ["0", "101", "-1", "", "x", "1.5", "1e1", "%2B5", "+5", "%20", "9" * 30, "%D9%A1", "%C2%B2", "0x5"]
)
@pytest.mark.parametrize("kind", ["phonenumber/+1234567890", "reference/k"])
def test_a_count_outside_1_to_100_is_refused(world: SessionClient, kind: str, count: str) -> None:
    """MS-3: 400 with the envelope and the range."""
    assert_refused(look_up(world, f"{kind}?count={count}"), 400, "Malformed request", "a number from 1 to 100")


@pytest.mark.requirement("MS-2", "MS-5")
def test_only_messages_sent_strictly_before_the_send_date_are_listed(world: SessionClient) -> None:
    """MS-5: to the microsecond, with any offset; the plus sign of the offset may be unescaped."""
    third, second, first = sent(world, 3, apart=60)
    path = f"phonenumber/{DESTINATION}?sendDate="

    assert ids(world, path + "2026-01-15T09:00:00Z") == []
    assert ids(world, path + "2026-01-15T09:00:00.000001Z") == [first]
    assert ids(world, path + "2026-01-15T09:01:00Z") == [first]
    assert ids(world, path + "2026-01-15t09:01:01z") == [second, first]
    assert ids(world, path + "2026-01-15T10:02:01%2B01:00") == [third, second, first]
    assert ids(world, path + "2026-01-15T10:02:01+01:00&count=2") == [third, second]
    assert ids(world, path + "2026-01-15T08:01:01-01:00") == [second, first]


@pytest.mark.requirement("MS-2", "MS-5")
@pytest.mark.parametrize(
    ("send_date", "count"),
    [
        ("2026-01-15T09:00:00.0000001Z", 0),
        ("2026-01-15T09:00:01.0000000Z", 1),
        ("2026-01-15T09:00:01.123456789%2B00:00", 1),
        ("1950-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00%2B01:00", 0),
        ("9999-12-31T23:59:59-01:00", 1),
        ("9999-12-31T23:59:59.9999999Z", 1),
    ],
)
def test_any_date_time_of_rfc_3339_is_a_send_date(world: SessionClient, send_date: str, count: int) -> None:
    """MS-2: with any number of decimals, and in any year."""
    world.send()

    assert len(ids(world, f"phonenumber/{DESTINATION}?sendDate={send_date}")) == count


@pytest.mark.requirement("MS-3")
@pytest.mark.parametrize(
    "send_date",
    [
        "",
        "yesterday",
        "2026-01-15",
        "2026-01-15T09:00:00",
        "2026-02-30T00:00:00Z",
        "2026-01-15T24:00:00Z",
        "2026-01-15T09:00Z",
        "1768467600",
        "2026-01-15T09:00:00.Z",
        "2026-01-15T09:00:00%2B25:00",
        "%00",
        "9" * 5000,
    ],
)
def test_an_invalid_send_date_is_refused(world: SessionClient, send_date: str) -> None:
    """MS-3: 400 with the envelope."""
    answer = look_up(world, f"reference/k?sendDate={send_date}")

    assert_refused(answer, 400, "Malformed request", "sendDate: ")
    assert world.why(answer)["requirement"] == "MS-3"


@pytest.mark.requirement("AF-7")
def test_a_silently_dropped_message_is_unknown(world: SessionClient) -> None:
    """AF-7: 404 by its id, and in no list."""
    first, second, dropped = (assert_accepted(world.send()) for _ in range(3))
    world.advance(10)

    assert look_up(world, dropped).status_code == 404
    assert ids(world, f"phonenumber/{DESTINATION}") == [second, first]


@pytest.mark.requirement("AF-7", "ST-1")
def test_under_the_other_reading_a_dropped_message_was_rejected(worlds: SessionFactory) -> None:
    """AF-7, alternative: REJECTED from the start; no provider got it, so the tester's list does not have it."""
    world = worlds(assume={"AF-7": "rejected"})
    made = [assert_accepted(world.send(reference={"service": "ADMIN", "key": "k"})) for _ in range(3)]

    message = found(world, made[2])["message"]

    assert (message["status"], message["statusChangedAt"]) == ("REJECTED", "2026-01-15T09:00:00Z")
    assert ids(world, "reference/k") == made[::-1]
    assert [each["id"] for each in world.messages()] == made[1::-1]


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize("path", ["x", "phonenumber/+1", "reference/x"])
def test_a_look_up_has_only_the_method_get(world: SessionClient, path: str) -> None:
    """BAD-5: 405 names the methods."""
    answer = world.client.post(f"{world.prefix}/api/messagestatus/{path}", headers={"X-Api-Key": KEY})

    assert (answer.status_code, answer.json()["code"]) == (405, 405)
    assert "GET" in answer.headers["allow"]


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize("path", ["", "x/", "phonenumber/", "phonenumber/+1/", "phonenumber/+1/x", "reference/"])
def test_a_path_like_a_look_up_is_not_found(world: SessionClient, path: str) -> None:
    """BAD-5: a trailing slash is another path."""
    answer = look_up(world, path)

    assert (answer.status_code, answer.json()["message"]) == (404, "Not found")


@pytest.mark.requirement("MS-3")
def test_the_journal_has_a_look_up_without_its_key(world: SessionClient) -> None:
    """Every exchange has an explanation; the key is masked."""
    answer = look_up(world, "no-such")

    why = world.why(answer)
    assert (why["outcome"], why["rule"], why["requirement"]) == ("refused", "message id", "MS-3")
    assert ["x-api-key", "***"] in why["request"]["headers"]
    assert KEY not in str(why)


@pytest.mark.requirement("BAD-5")
def test_a_look_up_that_declares_a_huge_body_is_refused(world: SessionClient) -> None:
    """BAD-5: 413, before the key is checked."""
    path = f"{world.prefix}/api/messagestatus/x"
    with RawConnection(str(world.client.base_url)) as connection:
        connection.send(raw_request(path, method="GET", auth=None, declared=1024 * 1024 + 1))
        answer = connection.answer()

    assert answer.status == 413
