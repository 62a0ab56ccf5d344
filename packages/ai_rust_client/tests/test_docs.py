"""Every public name has a docstring, at run time and in the stubs."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import ai_rust_client
from ai_rust_client import _native, compat
from ai_rust_client.compat import types


def described(module: ModuleType) -> Iterator[tuple[str, str | None]]:
    """Each public class of a module and each public name of it, with its docstring."""
    exported = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__
    ]
    for name in exported:
        cls = getattr(module, name)
        if not inspect.isclass(cls) or name.startswith("_"):
            continue
        yield f"{module.__name__}.{name}", cls.__dict__.get("__doc__")
        parts = cls.__mro__[-2::-1] if cls is ai_rust_client.AIClient else [cls]
        members = {name: value for part in parts for name, value in vars(part).items()}
        for member, value in members.items():
            if not member.startswith("_") and (callable(value) or inspect.isdatadescriptor(value)):
                yield f"{module.__name__}.{name}.{member}", inspect.getdoc(value)


NAMES = dict(name for module in (ai_rust_client, compat, types) for name in described(module))


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_a_docstring(name: str) -> None:
    assert (NAMES[name] or "").strip()


def test_every_public_name_of_the_stubs_has_a_docstring() -> None:
    stubs = Path(ai_rust_client.__file__).with_name("_native.pyi")
    internal = {"Call", "ChunkStream", "EventStream", "ReadyQueue", "open_chunks", "open_events"}
    internal |= {"Reply", "request", "start_request", "readable_json"}
    without = []
    for top in ast.parse(stubs.read_text("utf-8")).body:
        if not isinstance(top, ast.ClassDef | ast.FunctionDef) or top.name in internal:
            continue
        members = [node for node in top.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
        without += [f"{top.name}.{node.name}" for node in members if not ast.get_docstring(node)]
        without += [] if ast.get_docstring(top) else [top.name]
    assert without == []


def test_help_describes_the_settings_their_units_and_the_exceptions() -> None:
    text = inspect.getdoc(ai_rust_client.AIClient) or ""
    for word in ("first_token_timeout", "seconds", "max_retries", "ValueError", "Thread-safe"):
        assert word in text
    assert str(inspect.signature(ai_rust_client.AIClient)).startswith("(api_key=None, *, base_url='https://openrouter")


def test_the_package_itself_is_described() -> None:
    assert "streaming client" in (ai_rust_client.__doc__ or "")
    assert "import line" in (compat.__doc__ or "")


def stub_docstrings() -> Iterator[tuple[str, str, str | None]]:
    """The name, the docstring of the stub and that at run time of everything public that is native."""
    stub = ast.parse(Path(ai_rust_client.__file__).with_name("_native.pyi").read_text("utf-8"))
    for top in stub.body:
        if not isinstance(top, ast.ClassDef) or top.name not in ai_rust_client.__all__:
            continue
        native = getattr(_native, top.name)
        yield top.name, ast.get_docstring(top) or "", inspect.getdoc(native)
        for member in top.body:
            if isinstance(member, ast.FunctionDef) and ast.get_docstring(member):
                runtime = native.__dict__.get(member.name)
                yield f"{top.name}.{member.name}", ast.get_docstring(member) or "", inspect.getdoc(runtime)


@pytest.mark.parametrize(("name", "stub", "runtime"), list(stub_docstrings()))
def test_help_shows_the_text_of_the_stubs(name: str, stub: str, runtime: str | None) -> None:
    assert " ".join((runtime or "").split()) == " ".join(stub.split())
