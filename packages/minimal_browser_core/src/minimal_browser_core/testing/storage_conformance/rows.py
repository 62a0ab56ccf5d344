"""Rows and pages: what pickle, copy, dataclasses and notebooks do with them."""

import copy
import dataclasses
import pickle
from datetime import timedelta
from typing import Any

from .base import NAUGHTY, T0, ConversationSuite, StoreSuite


class RowSuite(StoreSuite):
    """What all rows can do; `rows` depends on the kind of store."""

    def rows(self, store: Any) -> list[Any]:
        """Return a row or page of each kind."""
        raise NotImplementedError

    def test_rows_pickle_and_copy(self, store: Any) -> None:
        for row in self.rows(store):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                assert pickle.loads(pickle.dumps(row, protocol)) == row  # noqa: S301
            for copied in (copy.copy(row), copy.deepcopy(row)):
                assert type(copied) is type(row)
                assert copied == row

    def test_rows_are_dataclasses(self, store: Any) -> None:
        for row in self.rows(store):
            names = [field.name for field in dataclasses.fields(row)]
            positional = [field.name for field in dataclasses.fields(row) if not field.kw_only]
            assert tuple(positional) == type(row).__match_args__
            assert dataclasses.replace(row) == row
            assert list(dataclasses.asdict(row)) == names
            assert type(row)(*(getattr(row, name) for name in positional)) == row

    def test_rows_are_compared_by_their_values(self, store: Any) -> None:
        for row in self.rows(store):
            for name in type(row).__match_args__:
                value = getattr(row, name)
                if name in ("score", "snippet", "highlights"):
                    continue
                other = value + timedelta(1) if name.endswith(("_at", "stamp")) else _other(name, value)
                assert dataclasses.replace(row, **{name: other}) != row
            assert row != 1
            assert row != "row"

    def test_a_notebook_shows_rows_as_tables_of_escaped_text(self, store: Any) -> None:
        for row in self.rows(store):
            shown = row._repr_html_()
            assert shown.startswith("<table>")
            assert "<script" not in shown


def _other(name: str, value: Any) -> Any:
    match value:
        case None:
            return 1 if name == "parent_id" else "changed"
        case str():
            return f"{value} changed"
        case bool():
            return not value
        case int():
            return value + 1
        case tuple():
            return (*value, "changed")
        case list():
            return []
    return {**value, "changed": 1}


class Rows(RowSuite, ConversationSuite):
    """The rows of conversations."""

    def rows(self, store: Any) -> list[Any]:
        text = "".join(NAUGHTY[:-1])
        id = store.add_conversation(
            text, f"needle {text}", text, timestamp=T0, url=text, tags=["<script>", "t"], metadata={text: [text, {}]}
        )
        page = store.search("needle")
        return [store.get(id), page.hits[0], page, store.recent(), store.threads()[0]]

    def test_a_hit_equals_its_exchange(self, store: Any) -> None:
        ids = [store.add_conversation("question", f"needle {n}", "m") for n in range(2)]
        by_id = {hit.id: hit for hit in store.search("needle").hits}
        for id, hit in by_id.items():
            assert hit == store.get(id)
            assert store.get(id) == hit
        assert by_id[ids[0]] != by_id[ids[1]]
        assert store.get(ids[0]) != by_id[ids[1]]

    def test_a_notebook_shows_an_empty_page(self, store: Any) -> None:
        assert "nothing found" in store.search("needle")._repr_html_()
