"""Selection with real distributions: folders with a *.dist-info, which importlib.metadata finds like any wheel."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from minimal_browser_core import __version__, backends
from minimal_browser_core.backends import select_ai, select_storage
from minimal_browser_core.chat.python.client import PythonAIClient
from minimal_browser_core.errors import BackendError
from minimal_browser_core.secrets import Secret
from minimal_browser_core.storage.python.stores import formats
from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

Install = Callable[..., None]

WHEEL = """
API_VERSION = 1
SCHEMA_VERSION = 3
CAPABILITIES = frozenset(["tools", "model-preference", "more"])
__version__ = "0.1.7"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install wheels to a separate path, which hides those of this environment."""
    here = [entry for entry in sys.path if not _has_backends(entry)]
    monkeypatch.setattr(sys, "path", [str(tmp_path), *here])
    made: list[str] = []

    def make(service: str, code: str = WHEEL, module: str = "") -> None:
        module = module or f"a_wheel_for_{service}"
        made.append(module)
        (tmp_path / f"{module}.py").write_text(dedent(code))
        info = tmp_path / f"{module}-0.1.7.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 0.1.7\n")
        (info / "entry_points.txt").write_text(f"[minimal_browser.backends]\n{service}.rust = {module}\n")
        importlib.invalidate_caches()

    yield make
    for module in made:
        sys.modules.pop(module, None)


def _has_backends(entry: str) -> bool:
    from importlib.metadata import distributions

    found = distributions(path=[entry])
    return any(point.group == "minimal_browser.backends" for wheel in found for point in wheel.entry_points)


def test_a_wheel_must_write_the_file_format_of_the_python_stores() -> None:
    assert backends.SCHEMA_VERSION == formats.SCHEMA_VERSION


@pytest.mark.parametrize("select", [select_ai, select_storage])
def test_without_a_wheel_auto_selects_python_and_says_so(install: Install, select: Callable[..., object]) -> None:
    selection = select_ai(environ={}) if select is select_ai else select_storage(environ={})
    assert (selection.backend, selection.version, selection.source) == ("python", __version__, "auto")
    assert "no wheel of" in selection.reason
    assert [(c.backend, c.status) for c in selection.candidates] == [("rust", "not installed"), ("python", "selected")]


def test_with_a_wheel_auto_selects_it(install: Install) -> None:
    install("ai")
    selection = select_ai(environ={})
    assert (selection.backend, selection.version, selection.source) == ("rust", "0.1.7", "auto")
    assert selection.capabilities == frozenset(["tools", "model-preference", "more"])
    assert selection.candidates[0].status == "selected"
    assert str(selection).startswith("ai: rust 0.1.7 (")


def test_the_services_are_selected_separately(install: Install) -> None:
    install("storage")
    assert select_storage(environ={}).backend == "rust"
    assert select_ai(environ={}).backend == "python"


@pytest.mark.parametrize(
    ("cli", "env", "config", "backend", "source"),
    [
        ("python", "rust", "rust", "python", "cli"),
        (None, "python", "rust", "python", "env"),
        (None, None, "python", "python", "config"),
        (None, "", "python", "python", "config"),
        ("auto", "python", "python", "rust", "cli"),
        (None, None, "auto", "rust", "auto"),
        (None, None, "rust", "rust", "config"),
    ],
)
def test_the_command_line_overrides_the_environment_which_overrides_the_settings(
    install: Install, cli: str | None, env: str | None, config: str | None, backend: str, source: str
) -> None:
    install("ai")
    environ = {} if env is None else {"MINIMAL_BROWSER_AI_BACKEND": env}
    selection = select_ai(cli=cli, environ=environ, config=config)
    assert (selection.backend, selection.source) == (backend, source)


def test_the_storage_backend_has_a_variable_of_its_own(install: Install) -> None:
    install("storage")
    environ = {"MINIMAL_BROWSER_STORAGE_BACKEND": "python", "MINIMAL_BROWSER_AI_BACKEND": "rust"}
    assert select_storage(environ=environ).backend == "python"


def test_rust_without_a_wheel_fails_and_says_how_to_get_one(install: Install) -> None:
    with pytest.raises(
        BackendError, match=r"--ai-backend.*no wheel of ai_rust_client.*minimal-browser\[rust-modules\]"
    ):
        select_ai(cli="rust", environ={})


def test_a_wheel_of_another_api_version_is_skipped_by_auto_and_refused_by_rust(install: Install) -> None:
    install("ai", WHEEL.replace("API_VERSION = 1", "API_VERSION = 2"))
    selection = select_ai(environ={})
    assert selection.backend == "python"
    assert "speaks API version 2" in selection.reason
    assert selection.candidates[0].status == "incompatible"
    with pytest.raises(BackendError, match="speaks API version 2"):
        select_ai(cli="rust", environ={})


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise ImportError('libssl.so.3: cannot open shared object file')", "libssl"),
        ("import no_such_module_at_all", "no_such_module_at_all"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = (", "SyntaxError"),
        ("pass", "API_VERSION"),
        ("API_VERSION = '1'", "API_VERSION"),
        ("API_VERSION = True", "API_VERSION"),
        ("API_VERSION = 1", "CAPABILITIES"),
        ("API_VERSION = 1\nCAPABILITIES = ['a']", "CAPABILITIES"),
        ("API_VERSION = 1\nCAPABILITIES = frozenset()\nSCHEMA_VERSION = 99", "schema version 99"),
        ("API_VERSION = 1\nCAPABILITIES = frozenset()", "schema version None"),
    ],
)
@pytest.mark.parametrize("wanted", ["auto", "rust"])
def test_a_broken_wheel_is_never_skipped_silently(install: Install, code: str, says: str, wanted: str) -> None:
    install("storage", code)
    with pytest.raises(BackendError, match="installed but cannot be used") as error:
        select_storage(cli=wanted, environ={})
    assert says in str(error.value)


def test_a_wheel_without_a_required_capability_is_refused(install: Install) -> None:
    install("ai", WHEEL.replace('"tools", ', ""))
    with pytest.raises(BackendError, match=r"version 0\.1\.7 lacks tools"):
        select_ai(environ={})


def test_python_does_not_import_a_broken_wheel(install: Install) -> None:
    install("ai", "1 / 0")
    assert select_ai(cli="python", environ={}).candidates[0].status == "not requested"


def test_two_packages_that_claim_one_backend_are_named(install: Install) -> None:
    install("ai", module="one_wheel")
    install("ai", module="other_wheel")
    with pytest.raises(BackendError, match="one_wheel, other_wheel"):
        select_ai(environ={})


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"cli": "go", "environ": {}}, "--ai-backend"),
        ({"environ": {"MINIMAL_BROWSER_AI_BACKEND": "go"}}, "MINIMAL_BROWSER_AI_BACKEND"),
        ({"config": "go", "environ": {}}, "setting ai.backend"),
    ],
)
def test_an_unknown_backend_is_refused_with_its_source(options: dict[str, object], place: str) -> None:
    with pytest.raises(BackendError, match=rf"{place} is “go”.*auto, python, rust"):
        select_ai(**options)  # type: ignore[arg-type]


def test_the_python_selection_opens_the_python_implementations(tmp_path: Path) -> None:
    storage = select_storage(cli="python")
    conversations = storage.open_conversations(tmp_path / "c.db", durability="full")
    bookmarks = storage.open_bookmarks(tmp_path / "b.db")
    chat = select_ai(cli="python").open_chat(Secret("sk-hidden"), base_url="http://127.0.0.1:9/v1")
    assert isinstance(conversations, PythonConversationStore)
    assert isinstance(bookmarks, PythonBookmarkStore)
    assert isinstance(chat, PythonAIClient)
    assert "sk-hidden" not in repr(chat)
    for opened in (conversations, bookmarks, chat):
        opened.close()
