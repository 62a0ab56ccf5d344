"""Install the built wheels from a real index into empty environments, as strangers do, and use what was installed.

A module of pytest; `scripts/nox -s install-from-index` builds the wheels and runs it. DIST names their folder. The
index is pypiserver on loopback; what the packages depend on comes from the index that pip and uv are set up for.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_index import local_index
from rewheel import rewheel

from minimal_browser_core.testing.fake_server import FakeServer

ROOT = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("DIST", ROOT / "dist"))
PYPI = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
OLDEST_PIP = "22.3.1"  # what came with the first CPython 3.11
INSTALLERS = ["uv", "pip", f"pip=={OLDEST_PIP}"]
READMES = {
    name: ROOT / "packages" / name / "README.md" for name in ("ai_rust_client", "storage_rust", "minimal_browser_core")
}
CONFORMANCE = (
    "chat/test_client.py",
    *(f"storage/test_{name}.py" for name in ("bookmarks", "conversations", "history")),
)
KEEP = """
import sys
from minimal_browser_core.backends import select_storage
with select_storage().open_conversations("memory.db") as store:
    if len(sys.argv) > 1:
        store.add_conversation(sys.argv[1], "an answer that stays", "a-model")
    print(sorted(hit.prompt for hit in store.search("stays").hits))
"""

pytestmark = pytest.mark.timeout(900)


def wheel(name: str) -> Path:
    found = sorted(DIST.glob(f"{name}-*.whl"))
    assert found, f"{DIST}: no wheel of {name}; build them first with: scripts/nox -t wheels"
    return found[-1]


class Environment:
    """An empty virtual environment, an installer, and an index."""

    def __init__(self, folder: Path, index: str, installer: str = "uv") -> None:
        self.folder, self.index, self.installer = folder, index, installer
        self.python = folder / "env" / "bin" / "python"
        self.says = ""
        self.run("uv", "venv", "--quiet", f"--python={sys.executable}", str(folder / "env"))
        if installer != "uv":
            self.run("uv", "pip", "install", "--quiet", f"--python={self.python}", installer)

    def install(self, *requirements: str) -> None:
        if self.installer == "uv":
            command = ["uv", "pip", "install", f"--python={self.python}", "--refresh"]
        else:
            command = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check"]
        self.says = self.run(*command, f"--index-url={self.index}", *requirements)

    def uninstall(self, *names: str) -> None:
        self.run("uv", "pip", "uninstall", f"--python={self.python}", *names)

    def version(self, name: str) -> str:
        code = f"from importlib.metadata import version; print(version({name!r}))"
        return self.run(str(self.python), "-I", "-c", code).strip()

    def has(self, name: str) -> bool:
        code = f"import importlib.util; print(importlib.util.find_spec({name!r}) is not None)"
        return self.run(str(self.python), "-I", "-c", code).strip() == "True"

    def backends(self, *arguments: str) -> dict[str, str]:
        """What `--version` says of each service: "python 0.1.0" and why."""
        lines = (line.partition(" backend ") for line in self.browser("--version", *arguments).splitlines())
        return {service: said for service, _, said in lines if said}

    def browser(self, *arguments: str, code: int = 0) -> str:
        return self.run(str(self.folder / "env" / "bin" / "minimal-browser"), *arguments, code=code)

    def run(self, *command: str, code: int = 0, **variables: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(self.folder),
            "UV_CACHE_DIR": CACHE,
            "PIP_CACHE_DIR": PIP_CACHE,
            **variables,
        }
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
        return said


CACHE = subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
PIP_CACHE = os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))


@pytest.fixture(scope="module")
def index() -> Iterator[str]:
    with local_index(DIST, fallback=PYPI) as url:
        yield url


@pytest.fixture
def more(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], str]]]:
    """A folder for further wheels, and the address of an index that has them too."""
    folder = tmp_path / "more"
    folder.mkdir()
    with local_index(DIST, folder, fallback=PYPI) as url:
        yield folder, lambda: url


def replacing(name: str, content: bytes) -> Callable[[str, bytes], bytes]:
    return lambda member, found: content if member == name else found


def first_example(readme: Path) -> str:
    found = re.search(r"^```python\n(.*?)^```", readme.read_text(), re.M | re.S)
    assert found, f"{readme}: no ```python example to run"
    return found.group(1)


@pytest.mark.parametrize("name", READMES)
def test_each_package_alone_runs_the_first_example_of_its_readme(tmp_path: Path, index: str, name: str) -> None:
    here = Environment(tmp_path, index)
    here.install(name)
    with FakeServer() as server:
        assert here.run(str(here.python), "-I", "-c", first_example(READMES[name]), AI_BASE_URL=server.base_url)
    others = {*READMES, "minimal_browser"} - {name}
    assert not [other for other in others if here.has(other)], "it is installed alone"


def test_the_conformance_suites_run_from_the_installed_wheel(tmp_path: Path, index: str) -> None:
    here = Environment(tmp_path, index)
    here.install("minimal_browser_core[testing]")
    for path in CONFORMANCE:
        shutil.copy(ROOT / "packages" / "minimal_browser_core" / "tests" / path, tmp_path)
    # Only root can mount the small disks that some tests fill.
    said = here.run(str(here.python), "-I", "-m", "pytest", "-q", "-k", "TestPython and not disk", str(tmp_path))
    assert " passed" in said
    assert "skipped" not in said


@pytest.mark.parametrize("installer", INSTALLERS)
def test_the_browser_alone_runs_on_python_and_says_so(tmp_path: Path, index: str, installer: str) -> None:
    here = Environment(tmp_path, index, installer)
    here.install("minimal-browser")
    said = here.backends()
    assert said["ai"].startswith("python ")
    assert said["storage"].startswith("python ")


@pytest.mark.parametrize("extra", ["rust-modules", "rust_modules"])
@pytest.mark.parametrize("installer", INSTALLERS)
def test_the_extra_brings_the_native_modules_in_both_spellings(
    tmp_path: Path, index: str, installer: str, extra: str
) -> None:
    here = Environment(tmp_path, index, installer)
    here.install(f"minimal-browser[{extra}]")
    said = here.backends()
    if (installer, extra) == (f"pip=={OLDEST_PIP}", "rust_modules"):
        # It does not normalise extras: the documents name the spelling with the hyphen, and say why.
        assert "does not provide the extra" in here.says
        assert said["ai"].startswith("python ")
    else:
        assert said["ai"].startswith("rust ")
        assert said["storage"].startswith("rust ")


def test_the_highest_siblings_of_the_range_are_taken_and_none_beyond(
    tmp_path: Path, more: tuple[Path, Callable[[], str]]
) -> None:
    folder, url = more
    for name in READMES:
        for version in ("0.1.99", "0.2.0"):
            rewheel(wheel(name), folder, version)
    here = Environment(tmp_path, url())
    here.install("minimal-browser[rust-modules]")
    assert {name: here.version(name) for name in READMES} == dict.fromkeys(READMES, "0.1.99")
    assert here.backends()["storage"].startswith("rust ")


def test_the_lowest_siblings_of_the_range_work(tmp_path: Path, more: tuple[Path, Callable[[], str]]) -> None:
    folder, url = more
    for name in READMES:
        rewheel(wheel(name), folder, "0.1.99")
    here = Environment(tmp_path, url())
    here.install("minimal-browser[rust-modules]", *(f"{name}==0.1.0" for name in READMES))
    said = here.backends()
    assert said["ai"].startswith("rust 0.1.0 ")
    assert said["storage"].startswith("rust 0.1.0 ")


def test_a_wheel_of_another_api_version_is_reported_and_not_used(
    tmp_path: Path, more: tuple[Path, Callable[[], str]]
) -> None:
    folder, url = more
    stub = b'API_VERSION = 99\nSCHEMA_VERSION = 1\nCAPABILITIES = frozenset()\n__version__ = "0.1.50"\n'
    rewheel(wheel("storage_rust"), folder, "0.1.50", replacing("storage_rust/__init__.py", stub))
    here = Environment(tmp_path, url())
    here.install("minimal-browser[rust-modules]")
    said = here.backends()
    assert said["storage"].startswith("python ")
    assert "speaks API version 99" in said["storage"]
    assert said["ai"].startswith("rust ")
    refused = here.browser("--temp-profile", "--storage-backend=rust", code=2)
    assert "speaks API version 99" in refused
    assert "Traceback" not in refused


def test_a_broken_wheel_is_an_error_and_not_a_fallback(tmp_path: Path, more: tuple[Path, Callable[[], str]]) -> None:
    folder, url = more
    rewheel(wheel("storage_rust"), folder, "0.1.50", replacing("storage_rust/_native.abi3.so", b"not a library"))
    here = Environment(tmp_path, url())
    here.install("minimal-browser[rust-modules]")
    assert "none: storage_rust is installed but cannot be used" in here.backends()["storage"]
    refused = here.browser("--temp-profile", "--storage-backend=rust", code=2)
    assert "storage_rust is installed but cannot be used" in refused
    assert "Traceback" not in refused
    assert here.backends("--storage-backend=python")["storage"].startswith("python ")


def test_data_outlives_upgrade_downgrade_and_the_extra_being_taken_out(
    tmp_path: Path, more: tuple[Path, Callable[[], str]]
) -> None:
    folder, url = more
    for name in READMES:
        rewheel(wheel(name), folder, "0.1.99")
    here = Environment(tmp_path, url())

    def keep(*arguments: str) -> str:
        return here.run(str(here.python), "-I", "-c", KEEP, *arguments).strip()

    old = [f"{name}==0.1.0" for name in ("minimal_browser_core", "storage_rust")]
    here.install(*old)
    assert keep("first") == "['first']"
    here.install(*(requirement.replace("0.1.0", "0.1.99") for requirement in old))
    assert keep("second") == "['first', 'second']"
    here.install(*old)
    assert keep("third") == "['first', 'second', 'third']"
    here.uninstall("storage_rust")
    assert keep("fourth") == "['first', 'fourth', 'second', 'third']"
