"""Recovering a damaged file on demand: any damage gives a sound store or an error of this package."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimal_browser_core.testing.resources import resource
from storage_rust import BookmarkStore, ConversationStore, ForeignDatabase, StorageError
from storage_rust._native import _salvage


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "file"


@pytest.fixture(scope="module")
def old_file() -> bytes:
    return resource("frozen", "conversations-1.db").read_bytes()


@pytest.mark.parametrize("length", [0, 1, 17, 18, 20, 99, 100, 101])
def test_a_file_that_ends_within_its_header_is_recovered_or_refused(source: Path, old_file: bytes, length: int) -> None:
    source.write_bytes(old_file[:length])
    salvage_and_check(source)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_breaks_a_recovery(source: Path, old_file: bytes, data: st.DataObject) -> None:
    content = bytearray(old_file)
    for at, patch in data.draw(
        st.lists(st.tuples(st.integers(0, len(content)), st.binary(max_size=12)), max_size=30), label="damage"
    ):
        content[at : at + len(patch)] = patch
    source.write_bytes(content[: data.draw(st.integers(0, len(content)), label="length")])
    salvage_and_check(source)


def salvage_and_check(source: Path) -> None:
    target = source.with_name("recovered.db")
    try:
        recovered, summary = _salvage(source, target)
    except ForeignDatabase:
        assert not target.exists()
        return
    try:
        with ConversationStore(target) as store:
            assert store.check() == []
            rows = list(store)
            assert recovered >= len(rows)
            assert bool(summary) or not rows
    finally:
        target.unlink()


def test_the_file_of_bookmarks_is_recognized(tmp_path: Path) -> None:
    source, target = tmp_path / "places.db", tmp_path / "recovered.db"
    with BookmarkStore(source) as store:
        store.add("https://a.org/", "A")
    content = bytes(100) + source.read_bytes()[100:]
    source.write_bytes(content)
    assert _salvage(source, target) == (1, "1 bookmarks")
    with BookmarkStore(target) as store:
        assert [bookmark.url for bookmark in store.search()] == ["https://a.org/"]
    assert source.read_bytes() == content


def test_an_open_an_absent_and_an_existing_file_are_refused(tmp_path: Path) -> None:
    source, target = tmp_path / "store.db", tmp_path / "recovered.db"
    with ConversationStore(source), pytest.raises(StorageError, match="close it first"):
        _salvage(source, target)
    with pytest.raises(StorageError):
        _salvage(tmp_path / "absent.db", target)
    target.touch()
    with pytest.raises(StorageError, match="exists already"):
        _salvage(source, target)
