"""The stub is the documentation at run time, too."""

import ast
import inspect
from pathlib import Path

import pytest

import storage_rust

_STUB = Path(storage_rust._native.__file__).with_name("_native.pyi")


def documented() -> dict[str, str]:
    """The docstrings of the stub by name."""
    found: dict[str, str] = {}
    for node in ast.parse(_STUB.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        parts: list[tuple[str, ast.ClassDef | ast.FunctionDef]] = [(node.name, node)]
        parts += [(f"{node.name}.{each.name}", each) for each in methods(node)]
        for name, part in parts:
            if text := ast.get_docstring(part):
                found.setdefault(name, text)
    return found


def methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [part for part in node.body if isinstance(part, ast.FunctionDef) and not part.name.startswith("__")]


@pytest.mark.parametrize("name", documented())
def test_help_shows_the_text_of_the_stub(name: str) -> None:
    shown = storage_rust._native
    for part in name.split("."):
        shown = getattr(shown, part)
    assert inspect.getdoc(shown) == documented()[name]


def test_the_stores_and_their_methods_are_documented() -> None:
    for store in (storage_rust.ConversationStore, storage_rust.HistoryStore, storage_rust.BookmarkStore):
        for name in ["", *(name for name in dir(store) if not name.startswith("_"))]:
            assert inspect.getdoc(getattr(store, name) if name else store), f"{store.__name__}.{name}"
