"""The messages of an exchange: stored exactly, found by search, exported, merged and deleted."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .base import T0, ConversationSuite, Open

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_MESSAGES = st.lists(st.dictionaries(st.text(max_size=8), _JSON, max_size=4), max_size=4)

AGENT = [
    {"role": "system", "content": "You are a zoologist."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is in the picture?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVkZ2Vob2cgYmFkZ2Vy"}},
        ],
    },
    {
        "role": "assistant",
        "reasoning": "The quills suggest an echidna.",
        "content": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": '{"q": "tachyglossus"}'}}
        ],
        "x_unknown": {"z": 1, "a": [2**80, -0.5, 1e300, True, None, {"deep": ["é\u0000", "\U0001f600"]}]},
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "A monotreme of Australia."},
    {"role": "assistant", "content": "It is an echidna."},
]

_BAD = [
    ("text", "messages must be a list"),
    ({"role": "user"}, "messages must be a list"),
    (["text"], r"messages\[0\]"),
    ([{"role": "user"}, {"content": [{"n": float("nan")}]}], r"messages\[1\]\.content\[0\]\.n"),
    ([{"content": float("inf")}], r"messages\[0\]\.content"),
    ([{"content": {"k": {1, 2}}}], r"messages\[0\]\.content\.k"),
    ([{"content": {"k": b"bytes"}}], r"messages\[0\]\.content\.k"),
    ([{"content": {1: "x"}}], r"messages\[0\]\.content"),
    ([{"content": ["ok", "\ud800"]}], r"messages\[0\]\.content\[1\]"),
]


def nested(depth: int) -> list[dict[str, Any]]:
    """Return a message whose content is nested that deep."""
    value: Any = "bottom"
    for _ in range(depth):
        value = [value]
    return [{"content": value}]


class Messages(ConversationSuite):
    """Messages are part of an exchange."""

    def test_messages_return_as_they_were_stored(self, store: Any, opened: Open) -> None:
        id = store.add_conversation("What is in the picture?", "It is an echidna.", "m", messages=AGENT)
        for reader in (store, opened()):
            assert json.dumps(reader.messages(id)) == json.dumps(AGENT)
        assert store.messages(id + 1) == []
        plain = store.add_conversation("p", "r", "m")
        assert store.messages(plain) == []

    @settings(
        max_examples=150,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(st.data())
    def test_any_json_is_returned(self, open_store: Open, data: st.DataObject) -> None:
        messages = data.draw(_MESSAGES)
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.db") as store:
            id = store.add_conversation("p", "r", "m", messages=messages)
            assert json.dumps(store.messages(id)) == json.dumps(messages)
            assert store.check() == []

    @pytest.mark.parametrize(("messages", "place"), _BAD)
    def test_an_error_names_the_place_of_a_bad_value(self, store: Any, errors: Any, messages: Any, place: str) -> None:
        id = store.add_conversation("p", "r", "m")
        row: dict[str, Any] = {"prompt": "p", "response": "r", "model": "m"}
        rows = [row | {"messages": []}, row | {"messages": messages}]
        with pytest.raises(errors.InvalidData, match=place):
            store.add_conversation("p", "r", "m", messages=messages)
        with pytest.raises(errors.InvalidData, match=place):
            store.update(id, messages=messages)
        with pytest.raises(errors.InvalidData, match=rf"rows\[1\].*{place}"):
            store.add_many(rows)
        assert len(store) == 1
        assert store.messages(id) == []

    def test_deep_messages_are_refused_and_not_a_crash(self, store: Any, errors: Any) -> None:
        id = store.add_conversation("p", "r", "m", messages=nested(50))
        assert store.messages(id) == nested(50)
        for depth in (200, 100_000):
            with pytest.raises(errors.InvalidData, match="deep"):
                store.add_conversation("p", "r", "m", messages=nested(depth))

    @pytest.mark.parametrize("word", ["zoologist", "quills", "tachyglossus", "monotreme"])
    def test_their_text_is_found_with_a_snippet_from_there(self, store: Any, word: str) -> None:
        id = store.add_conversation("What is in the picture?", "It is an echidna.", "m", messages=AGENT)
        store.add_conversation("other", "other", "m")
        (hit,) = store.search(word, match="all").hits
        assert hit.id == id
        assert word in {hit.snippet[start:end] for start, end in hit.highlights}

    @pytest.mark.parametrize("word", ["aGVkZ2Vob2cgYmFkZ2Vy", "base64", "call_1", "assistant"])
    def test_encoded_data_and_names_of_roles_are_not_found(self, store: Any, word: str) -> None:
        data = "QUJD" * 500
        encoded = [*AGENT, {"role": "user", "content": [{"type": "input_audio", "data": data}, {"text": data}]}]
        store.add_conversation("What is in the picture?", "It is an echidna.", "m", messages=encoded)
        assert store.search(word, match="all").hits == []
        assert store.search(data, match="all").hits == []

    def test_scripts_without_spaces_are_found_in_messages(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m", messages=[{"role": "tool", "content": "今日は東京都です"}])
        assert [hit.id for hit in store.search("京都", match="all").hits] == [id]

    def test_an_update_replaces_them(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m", messages=[{"content": "walrus"}])
        assert store.update(id, messages=[{"content": "narwhal"}])
        assert store.messages(id) == [{"content": "narwhal"}]
        assert store.search("walrus", match="all").hits == []
        assert [hit.id for hit in store.search("narwhal", match="all").hits] == [id]
        assert store.update(id, response="changed")
        assert store.messages(id) == [{"content": "narwhal"}]
        assert store.update(id, messages=[])
        assert store.messages(id) == []
        assert store.search("narwhal", match="all").hits == []
        assert not store.update(id + 1, messages=[{"content": "x"}])
        assert store.check() == []

    def test_bulk_rows_have_messages(self, store: Any) -> None:
        rows = [
            {"prompt": "p", "response": "r", "model": "m", "messages": [{"content": f"unique{n}"}]} for n in range(9)
        ]
        assert store.add_many(rows) == 9
        assert [store.messages(found.id) for found in store] == [row["messages"] for row in rows]
        assert len(store.search("unique7", match="all").hits) == 1

    def test_a_purge_leaves_no_trace_of_them(self, store: Any, path: Path) -> None:
        id = store.add_conversation("p", "r", "m", messages=[{"content": "ornithorhynchus"}])
        kept = store.add_conversation("p", "r", "m", messages=[{"content": "casuarius"}])
        store.attach(id, "a.txt", b"dromaius novaehollandiae", mime="text/plain")
        store.update(kept, messages=[{"content": "apteryx"}])
        assert store.delete(id) == 1
        assert store.messages(id) == []
        store.purge()
        store.close()
        written = b"".join(file.read_bytes() for file in path.parent.iterdir())
        for gone in (b"ornithorhynchus", b"casuarius", b"dromaius"):
            assert gone not in written
        assert b"apteryx" in written


def full_exchange(store: Any) -> int:
    """Store an exchange that has everything, and return its id."""
    id: int = store.add_conversation(
        "question", "answer", "m", timestamp=T0, messages=AGENT,
        prompt_tokens=12, completion_tokens=34, cost=0.25, duration=1.5,
    )  # fmt: skip
    store.attach(id, "a.bin", bytes(range(256)), mime="application/octet-stream")
    store.attach(id, "b.txt", b"", mime="text/plain")
    return id


def everything(store: Any, found: Any) -> tuple[Any, ...]:
    """Return what an exchange has beyond its text."""
    files = store.attachments(found.id)
    usage = (found.prompt_tokens, found.completion_tokens, found.cost, found.duration)
    contents = [store.attachment(each.sha256) for each in files]
    return (found.prompt, found.state, usage, json.dumps(store.messages(found.id)), files, contents)


class WholeExchanges(ConversationSuite):
    """Files of other stores carry all that belongs to an exchange."""

    def interrupted(self, opened: Open, path: Path) -> None:
        """Store an exchange whose answer was interrupted."""
        with opened(path) as writer:
            writer.append(writer.begin("streamed", "m", timestamp=T0), "half an answ")

    @pytest.mark.parametrize("format", ["jsonl", "json"])
    def test_an_export_and_import_carry_everything(self, path: Path, opened: Open, tmp_path: Path, format: str) -> None:
        self.interrupted(opened, path)
        store, other = opened(), opened(tmp_path / "other.db")
        full_exchange(store)
        file = tmp_path / f"export.{format}"
        assert store.export_file(file, format=format) == 2
        for taken in (2, 0):
            assert other.import_file(file).taken == taken
        assert [everything(other, found) for found in other] == [everything(store, found) for found in store]
        assert [found.state for found in other] == ["interrupted", "complete"]
        assert len(other.search("monotreme", match="all").hits) == 1

    def test_a_merge_carries_everything(self, path: Path, opened: Open, tmp_path: Path) -> None:
        self.interrupted(opened, tmp_path / "other.db")
        store, other = opened(), opened(tmp_path / "other.db")
        full_exchange(other)
        for taken in (2, 0):
            assert store.merge(tmp_path / "other.db").taken == taken
        assert [everything(store, found) for found in store] == [everything(other, found) for found in other]
        assert len(store.search("monotreme", match="all").hits) == 1
        assert store.check() == []

    def test_a_backup_carries_everything(self, store: Any, opened: Open, tmp_path: Path) -> None:
        full_exchange(store)
        store.backup(tmp_path / "backup.db")
        copy = opened(tmp_path / "backup.db")
        assert [everything(copy, found) for found in copy] == [everything(store, found) for found in store]

    def test_a_record_with_a_prompt_keeps_it_beside_its_messages(self, store: Any, tmp_path: Path) -> None:
        messages = [{"role": "user", "content": "zebra"}]
        file = tmp_path / "records.jsonl"
        file.write_text(json.dumps({"prompt": "p", "response": "r", "model": "m", "cost": 0.5, "messages": messages}))
        assert store.import_file(file).taken == 1
        (found,) = store
        assert (found.prompt, found.response, found.model, found.cost) == ("p", "r", "m", 0.5)
        assert store.messages(found.id) == messages
