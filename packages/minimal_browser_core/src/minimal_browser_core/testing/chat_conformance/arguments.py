"""What may be passed as messages and options, and how an answer and a stream are used."""

import asyncio
import json
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Answer, Body, Data, FakeServer, Hang, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite


class Arguments(ChatSuite):
    """A prompt is enough, names are those of JSON, and mistakes are named."""

    def test_a_prompt_is_one_message(self, client: Any, server: FakeServer) -> None:
        server.default = Answer("blue")

        async def ask() -> Any:
            return (await client.achat("Which?", MODEL)).text

        assert client.chat("Which?", MODEL).text == "blue"
        assert "".join(client.stream("Which?", MODEL)) == "blue"
        assert asyncio.run(ask()) == "blue"
        assert [request.json["messages"] for request in server.requests] == [
            [{"role": "user", "content": "Which?"}]
        ] * 3

    @pytest.mark.parametrize("messages", [{"role": "user", "content": "x"}, 5, None, b"x"])
    def test_other_messages_are_refused(self, client: ChatClient, server: FakeServer, messages: Any) -> None:
        with pytest.raises(TypeError):
            client.chat(messages, MODEL)
        assert server.requests == []

    def test_an_async_with_block_cancels_its_stream(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Stream((Data(chunk({"content": "part"})), Hang())))

        async def read() -> list[str]:
            stream: Any = client.stream(QUESTION, MODEL)
            async with stream as entered:
                assert entered is stream
                async for text in stream:
                    return [text, stream.id]
            return []

        assert asyncio.run(read()) == ["part", "chatcmpl-fake"]
        assert server.requests[0].client_left.wait(10)

    @pytest.mark.parametrize(("value", "id_"), [("gen-1", "gen-1"), ("", None), (None, None), (5, None), ([], None)])
    def test_an_answer_has_the_id_of_the_provider(
        self, client: ChatClient, server: FakeServer, value: Any, id_: str | None
    ) -> None:
        server.default = Body(json.dumps({"id": value, "choices": [{"message": {"content": "a"}}]}))
        answer: Any = client.chat(QUESTION, MODEL)
        stream: Any = client.stream(QUESTION, MODEL)
        assert list(stream) == ["a"]
        assert (answer.id, stream.id) == (id_, id_)

    def test_names_that_are_scalars_are_sent_as_python_writes_them(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        names: dict[Any, int] = {50256: -100, 1 << 70: 1, True: 2, None: 3, 0.5: 4, 1e16: 5, -7: 6, "a": 7}
        client.chat(QUESTION, MODEL, logit_bias=names, extra_body={"other": [names]})
        expected = json.loads(json.dumps(names))
        assert server.requests[0].json["logit_bias"] == expected
        assert server.requests[0].json["other"] == [expected]

    @pytest.mark.parametrize("name", [b"x", (1,), float("nan"), frozenset()])
    def test_other_names_are_refused(self, client: ChatClient, server: FakeServer, name: Any) -> None:
        with pytest.raises((TypeError, ValueError), match="logit_bias"):
            client.chat(QUESTION, MODEL, logit_bias={name: 1})
        assert server.requests == []

    @pytest.mark.parametrize("is_extra", [False, True], ids=["option", "extra_body"])
    def test_an_option_that_contains_itself_has_a_short_path(
        self, client: ChatClient, server: FakeServer, is_extra: bool
    ) -> None:
        loop: dict[str, Any] = {}
        loop["itself"] = [loop]
        options: dict[str, Any] = {"extra_body": {"tools": loop}} if is_extra else {"tools": loop}
        with pytest.raises(ValueError, match=r"tools.*contain itself") as caught:
            client.chat(QUESTION, MODEL, **options)
        assert len(str(caught.value)) < 240
        assert server.requests == []
