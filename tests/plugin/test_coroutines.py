"""Clients that run in the event loop of the test."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from mock_server.pytest_plugin import NothingCameError, NotRefusedError, PluginError, SmsGateway
from tests.plugin.conftest import NUMBER, PluginSend


async def post(client: httpx2.AsyncClient, to: str = NUMBER, text: str = "Hello", **fields: object) -> int:
    """One send."""
    answer = await client.post("/api/Admin/send", json={"destination": to, "text": text, **fields})
    return answer.status_code


def client_of(gateway: SmsGateway, *, in_process: bool = False) -> httpx2.AsyncClient:
    """A client of this loop."""
    transport = gateway.transport() if in_process else None
    return httpx2.AsyncClient(
        base_url=gateway.base_url, auth=gateway.credentials, transport=transport, trust_env=False
    )


async def conversation(gateway: SmsGateway, *, in_process: bool = False) -> None:
    """Sends that begin while a wait is open."""
    async with client_of(gateway, in_process=in_process) as client:
        sending = asyncio.create_task(post(client, text="Code 123456"))
        message = await gateway.aio.next_message(to=NUMBER, timeout=20)
        assert (message.codes, await sending) == (("123456",), 200)

        sending = asyncio.create_task(post(client, text="again"))
        assert len(await gateway.aio.wait_for(2, timeout=20)) == 2
        await sending

        async with gateway.expect_refusal(61, timeout=20) as refusal:
            sending = asyncio.create_task(post(client, "+447700900061"))
        assert (await sending, refusal.exchange.code) == (500, 61)


@pytest.mark.parametrize("in_process", [False, True])
def test_waiting_does_not_block_the_loop(sms_gateway: SmsGateway, in_process: bool) -> None:
    """Without a plugin for coroutines, the client continues during a wait."""
    asyncio.run(conversation(sms_gateway, in_process=in_process))


@pytest.mark.asyncio
async def test_under_pytest_asyncio(sms_gateway: SmsGateway) -> None:
    """The same with its loop."""
    await conversation(sms_gateway)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_under_anyio(sms_gateway: SmsGateway, anyio_backend: str) -> None:
    """The same with the plugin that comes with anyio."""
    await conversation(sms_gateway)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_under_trio(sms_gateway: SmsGateway, send: PluginSend, anyio_backend: str) -> None:
    """Waiting does not depend on asyncio."""
    send()

    assert (await sms_gateway.aio.next_message(timeout=20)).text == "Hello"
    with pytest.raises(NothingCameError):
        await sms_gateway.aio.next_message(timeout=0.01)


def test_a_hundred_waits_run_concurrently(sms_gateway: SmsGateway) -> None:
    """There are more than a loop's default number of threads."""

    async def all_at_once() -> set[str]:
        async with client_of(sms_gateway, in_process=True) as client:
            waiting = [
                asyncio.create_task(sms_gateway.aio.next_message(text=f"<{number}>", timeout=20))
                for number in range(100)
            ]
            await asyncio.gather(*(post(client, text=f"<{number}>") for number in reversed(range(100))))
            return {message.text for message in await asyncio.gather(*waiting)}

    assert len(asyncio.run(all_at_once())) == 100


def test_a_wait_can_be_cancelled(sms_gateway: SmsGateway) -> None:
    """The caller continues at once, and no thread keeps the process alive."""

    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(sms_gateway.aio.next_message(timeout=30), 0.05)

    asyncio.run(impatient())


def test_a_synchronous_wait_in_a_coroutine_never_blocks(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """It returns what is there; to wait would be a deadlock, so it raises an error that says what to await."""
    send()

    async def wait_here() -> None:
        assert sms_gateway.next_message(timeout=3600).text == "Hello"
        with pytest.raises(PluginError, match=r"write `await sms_gateway\.aio\.next_message\(\.\.\.\)`"):
            sms_gateway.next_message(timeout=3600)
        with pytest.raises(PluginError, match=r"write `await sms_gateway\.aio\.wait_for\(\.\.\.\)`"):
            sms_gateway.wait_for(2, timeout=3600)
        told = r"write `async with sms_gateway\.expect_refusal\(61\):`"
        with pytest.raises(PluginError, match=told), sms_gateway.expect_refusal(61, timeout=3600):
            pass

    asyncio.run(wait_here())


def test_a_running_loop_does_not_prevent_waits_in_an_ordinary_test(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Browser drivers leave a running loop in the thread of an ordinary test."""
    found: list[str] = []

    async def driver() -> None:
        done = asyncio.Event()

        def ordinary_test() -> None:
            try:
                sms_gateway.next_message(timeout=0.01)
            except NothingCameError as late:
                found.append(late.sentence)
            done.set()

        asyncio.get_running_loop().call_soon(ordinary_test)
        await done.wait()

    asyncio.run(driver())

    assert found == ["no message came within 0.01 seconds"]


@pytest.mark.sms_scenario(webhooks={"https_only": False})
def test_an_advance_notifies_a_receiver_in_the_same_loop(sms_gateway: SmsGateway) -> None:
    """The loop that awaits the advance serves the receiver."""

    async def shop() -> int:
        taken = 0

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal taken
            await reader.readuntil(b"\r\n\r\n")
            taken += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with client_of(sms_gateway) as client:
                await post(client, webhook={"url": f"http://127.0.0.1:{port}/"})
            await sms_gateway.aio.advance(minutes=1)
        return taken

    assert asyncio.run(shop()) == 2


def test_errors_of_coroutines_point_at_the_test(sms_gateway: SmsGateway) -> None:
    """Their tracebacks have neither the mock's frames nor those of the thread."""

    async def late() -> None:
        await sms_gateway.aio.next_message(timeout=0)

    async def missing() -> None:
        async with sms_gateway.expect_refusal(61):
            pass

    for coroutine in (late, missing):
        with pytest.raises((NothingCameError, NotRefusedError)) as caught:
            asyncio.run(coroutine())

        ours = [entry for entry in caught.traceback if "asyncio" not in str(entry.path)]
        assert {str(entry.path) for entry in ours if not entry.ishidden(caught)} == {__file__}
