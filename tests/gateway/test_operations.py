"""The operations: two ways to send, two health checks (OP-1 to OP-5, OP-8, OP-9)."""

from __future__ import annotations

import pytest

from tests.support import (
    ADMIN,
    CUSTOMER,
    MISSING_HEADER,
    ORDINARY,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_refused,
)

ALL_WELL = b'{"globalStatus":true,"dbStatus":true,"servicesStatus":true,"errorMessage":"","versionNumber":"27.1.0.2"}'


@pytest.mark.requirement("OP-1", "REQ-7")
def test_an_administrator_sends_on_behalf_of_another_account(world: SessionClient) -> None:
    """OP-1: the sender is the account that the request names."""
    response = world.send("Hi", account="customer-account", lra=1234)

    assert_accepted(response)
    [message] = world.messages()
    assert (message["caller"], message["account"], message["lra"]) == ("admin", "customer-account", 1234)


@pytest.mark.requirement("OP-2")
def test_an_ordinary_account_sends_through_the_services_operation(world: SessionClient) -> None:
    """OP-2: the same request without the administrators' fields, for any account."""
    response = world.send("Hi", auth=ORDINARY, operation="Services", detailed=True)

    assert_accepted(response, provider="PROVIDER1")
    [message] = world.messages()
    assert (message["caller"], message["account"], message["text"]) == ("web-shop", "web-shop", "Hi")


@pytest.mark.requirement("OP-3", "OP-5")
def test_the_services_health_check_needs_no_credentials(world: SessionClient) -> None:
    """OP-3, OP-5: an empty body, no credentials, and the five members in the vendor's order."""
    response = world.post("/api/Services/checkServiceStatus", auth=None)

    assert response.status_code == 200
    assert response.content == ALL_WELL
    assert set(response.headers) == {"date", "content-type", "content-length", "x-mock-exchange"}
    assert response.headers["content-type"] == "application/json"


@pytest.mark.requirement("OP-4", "OP-5")
def test_the_administrators_health_check_answers_an_administrator(world: SessionClient) -> None:
    """OP-4: the same answer behind HTTP Basic."""
    response = world.post("/api/Admin/checkServiceStatus", auth=ADMIN)

    assert response.status_code == 200
    assert response.content == ALL_WELL
    assert world.why(response)["outcome"] == "answered"


@pytest.mark.requirement("OP-4", "ERR-63a", "ERR-63b", "ACC-2")
def test_the_administrators_health_check_refuses_everybody_else(world: SessionClient) -> None:
    """OP-4: no credentials, wrong ones and an ordinary account are refused as in a send."""
    path = "/api/Admin/checkServiceStatus"

    nobody = world.post(path, auth=None)
    wrong = world.post(path, auth=("admin", "guess"))
    ordinary = world.post(path, auth=CUSTOMER)

    assert_refused(nobody, 63, message=MISSING_HEADER)
    assert_refused(wrong, 63)
    assert_refused(ordinary, 63)
    assert [world.why(each)["rule"] for each in (nobody, wrong, ordinary)] == [
        "authentication",
        "authentication",
        "privilege",
    ]


@pytest.mark.requirement("OP-8")
@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html"])
def test_any_accept_header_gets_json(world: SessionClient, accept: str) -> None:
    """OP-8: the vendor's cURL example does not accept JSON explicitly."""
    response = world.send(headers={"Accept": accept})

    assert_accepted(response)


@pytest.mark.requirement("OP-8")
def test_accept_and_user_agent_are_optional(world: SessionClient) -> None:
    """OP-8: only `Authorization` and the body matter."""
    request = world.client.build_request(
        "POST",
        world.prefix + "/api/Admin/send",
        content=b'{"destination":"+447700900123","text":"Hi"}',
        headers={"Authorization": "Basic YWRtaW46YWRtaW4tc2VjcmV0"},
    )
    del request.headers["accept"]
    del request.headers["user-agent"]

    response = world.client.send(request)

    assert_accepted(response)


@pytest.mark.requirement("OP-9")
@pytest.mark.parametrize(
    ("health", "db", "services", "said"),
    [
        ({"database": "down"}, "false", "true", "database"),
        ({"services": "down"}, "true", "false", "services"),
        ({"gateway": "down"}, "true", "true", "gateway"),
        (
            {"database": "down", "services": "down", "gateway": "down"},
            "false",
            "false",
            "database, services, gateway",
        ),
    ],
)
def test_a_part_that_is_down_is_named_and_sends_are_accepted(
    worlds: SessionFactory, health: dict[str, str], db: str, services: str, said: str
) -> None:
    """OP-9: 200, the flags false, `errorMessage` naming the part; sends are unaffected."""
    world = worlds(health=health)

    answers = [world.post(f"/api/{operation}/checkServiceStatus") for operation in ("Admin", "Services")]
    sent = world.send()

    for answer in answers:
        assert answer.status_code == 200
        assert answer.content.decode() == (
            f'{{"globalStatus":false,"dbStatus":{db},"servicesStatus":{services},'
            f'"errorMessage":"Not available: {said}","versionNumber":"27.1.0.2"}}'
        )
    assert_accepted(sent)
