"""Characters beyond the basic plane, escaped as two surrogates that a server splits between two chunks."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import DONE, Body, Cut, Data, FakeServer, Pause, Stream

from .base import MODEL, QUESTION, ChatSuite, Errors

TEXT = "a😀b👩🏽‍🚀é"
HIGH, LOW, REPLACEMENT = "\ud83d", "\ude00", "\ufffd"


def _units(text: str) -> list[str]:
    """Return the UTF-16 code units of a text, each as a character."""
    encoded = text.encode("utf-16-be", "surrogatepass")
    return [chr(int.from_bytes(encoded[at : at + 2])) for at in range(0, len(encoded), 2)]


def _splits(text: str) -> list[list[str]]:
    """Return a text in two pieces, split at each place, and in pieces of one code unit."""
    units = _units(text)
    return [["".join(units[:at]), "".join(units[at:])] for at in range(len(units) + 1)] + [units]


def _stream(deltas: Sequence[dict[str, Any]], finish_reason: str = "stop") -> Stream:
    """Return a stream of deltas. `json.dumps` escapes each surrogate."""
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]}
    return Stream((*map(Data, map(json.dumps, chunks)), Data(end), DONE))


class Surrogates(ChatSuite):
    """Halves are joined, in every string that comes in pieces; a half that stays alone becomes U+FFFD."""

    @pytest.mark.parametrize("pieces", _splits(TEXT), ids=lambda pieces: f"{len(pieces[0])}+{len(pieces[1])}")
    def test_text_may_be_split_anywhere(self, client: ChatClient, server: FakeServer, pieces: list[str]) -> None:
        server.script.append(_stream([{"content": piece} for piece in pieces]))
        stream = client.stream(QUESTION, MODEL)
        seen = list(stream)
        assert "".join(seen) == stream.text == stream.message["content"] == TEXT
        for delta in seen:
            delta.encode()

    @pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "refusal"])
    def test_other_texts_may_be_split_anywhere(self, client: ChatClient, server: FakeServer, field: str) -> None:
        attribute = "refusal" if field == "refusal" else "reasoning"
        for pieces in _splits(TEXT):
            server.script.append(_stream([{field: piece} for piece in pieces]))
            stream = client.stream(QUESTION, MODEL)
            for event in stream.events():
                event.text.encode()
            assert getattr(stream, attribute) == stream.message[field] == TEXT

    def test_the_arguments_of_tool_calls_may_be_split_anywhere(self, client: ChatClient, server: FakeServer) -> None:
        arguments = json.dumps({"what": TEXT}, ensure_ascii=False)
        for pieces in _splits(arguments):
            calls = [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": piece}} for piece in pieces]
            server.script.append(_stream([{"tool_calls": [call]} for call in calls], "tool_calls"))
            stream = client.stream(QUESTION, MODEL)
            list(stream)
            assert [call.arguments for call in stream.tool_calls] == [arguments]
            assert stream.message["tool_calls"][0]["function"]["arguments"] == arguments

    def test_unknown_strings_may_be_split_anywhere(self, client: ChatClient, server: FakeServer) -> None:
        for pieces in _splits(TEXT):
            details = [{"reasoning_details": [{"index": 0, "type": "x", "data": piece}]} for piece in pieces]
            server.script.append(_stream([{"new": {"field": piece}} for piece in pieces] + details))
            stream = client.stream(QUESTION, MODEL)
            list(stream)
            assert stream.message["new"] == {"field": TEXT}
            assert stream.message["reasoning_details"][0]["data"] == TEXT

    @pytest.mark.parametrize("split", [True, False], ids=["text first", "text as one part"])
    def test_parts_of_content_may_be_split_anywhere(self, client: ChatClient, server: FakeServer, split: bool) -> None:
        for pieces in _splits(TEXT):
            deltas: list[dict[str, Any]] = [{"content": [{"type": "text", "text": piece}]} for piece in pieces]
            if split:
                deltas[0] = {"content": pieces[0]}
            server.script.append(_stream(deltas))
            stream = client.stream(QUESTION, MODEL)
            assert "".join(stream) == stream.text == TEXT

    def test_halves_of_different_strings_are_not_joined(self, client: ChatClient, server: FakeServer) -> None:
        deltas = [{"content": f"a{HIGH}"}, {"reasoning": f"{LOW}r"}, {"content": f"{LOW}b"}]
        server.script.append(_stream(deltas))
        stream = client.stream(QUESTION, MODEL)
        assert "".join(stream) == "a😀b"
        assert stream.reasoning == f"{REPLACEMENT}r"

    @pytest.mark.parametrize(
        ("pieces", "text"),
        [
            ([f"a{HIGH} b"], f"a{REPLACEMENT} b"),
            ([f"a{HIGH}"], f"a{REPLACEMENT}"),
            ([f"a{HIGH}", "b"], f"a{REPLACEMENT}b"),
            ([f"a{HIGH}", "", LOW], "a😀"),
            ([f"a{LOW}", HIGH], f"a{REPLACEMENT}{REPLACEMENT}"),
            ([HIGH, HIGH, LOW], f"{REPLACEMENT}😀"),
            ([LOW], REPLACEMENT),
        ],
        ids=ascii,
    )
    def test_a_half_that_stays_alone_is_replaced(
        self, client: ChatClient, server: FakeServer, pieces: list[str], text: str
    ) -> None:
        server.script.append(_stream([{"content": piece} for piece in pieces]))
        stream = client.stream(QUESTION, MODEL)
        assert "".join(stream) == stream.text == stream.message["content"] == text

    def test_a_half_waits_for_the_rest_of_its_character(self, client: ChatClient, server: FakeServer) -> None:
        first, second = ({"choices": [{"index": 0, "delta": {"content": half}}]} for half in (f"a{HIGH}", f"{LOW}b"))
        server.script.append(Stream((Data(json.dumps(first)), Pause(0.1), Data(json.dumps(second)), DONE)))
        assert list(client.stream(QUESTION, MODEL)) == ["a", "😀b"]

    def test_the_text_of_an_interrupted_stream_can_be_encoded(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        part = {"choices": [{"index": 0, "delta": {"content": f"part{HIGH}"}}]}
        server.script.append(Stream((Data(json.dumps(part)), Cut())))
        stream = client.stream(QUESTION, MODEL)
        with pytest.raises(errors.StreamInterruptedError) as caught:
            list(stream)
        for text in (caught.value.partial_text, stream.text, json.dumps(stream.message, ensure_ascii=False)):
            text.encode()
            assert "part" in text

    def test_a_whole_answer_has_no_half_either(self, client: ChatClient, server: FakeServer) -> None:
        call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": f'"{HIGH}{LOW}{LOW}"'}}
        message = {"content": f"{HIGH}{LOW}{HIGH}", "reasoning": LOW, "tool_calls": [call], "new": {f"k{HIGH}": HIGH}}
        server.script.append(Body(json.dumps({"choices": [{"message": message}]})))
        response = client.chat(QUESTION, MODEL)
        assert (response.text, response.reasoning) == (f"😀{REPLACEMENT}", REPLACEMENT)
        assert response.tool_calls[0].arguments == f'"😀{REPLACEMENT}"'
        for value in (response.message, response.raw):
            json.dumps(value, ensure_ascii=False).encode()
        assert response.message["new"] == {f"k{REPLACEMENT}": REPLACEMENT}
