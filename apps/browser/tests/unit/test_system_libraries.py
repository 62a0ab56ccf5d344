"""The table of system libraries: complete for the installed Qt, and right for each release of Debian and Ubuntu."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minimal_browser.startup import system_libraries
from minimal_browser.startup.preflight import missing_library

FOLDER = Path(importlib.util.find_spec("PyQt6").origin).parent  # type: ignore[union-attr, arg-type]
LIBRARIES = FOLDER / "Qt6/lib"
# Other plugins are for what the browser does not use: databases, 3D, sensors. Those of desktops (gtk3) are optional.
PLUGINS = [
    "iconengines/*.so", "imageformats/*.so", "platforminputcontexts/*.so", "platforms/libqoffscreen.so",
    "platforms/libqwayland*.so", "platforms/libqxcb.so", "tls/*.so", "wayland-*/*.so", "xcbglintegrations/*.so",
]  # fmt: skip
LOADER = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
LIBC = {
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
}


def needed_by(file: Path) -> set[str]:
    """The libraries that a file names as its dependencies."""
    output = subprocess.run(["readelf", "--dynamic", "--wide", file], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", output))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere Qt brings all it needs")
@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf (binutils) is not installed")
def test_the_table_has_what_the_installed_qt_needs_and_no_more() -> None:
    own = {path.name for path in LIBRARIES.iterdir()}
    files = [FOLDER / f"Qt{name}.abi3.so" for name in ("Core", "Gui", "Network", "WebEngineCore", "WebEngineWidgets")]
    files += [FOLDER / "Qt6/libexec/QtWebEngineProcess"]
    files += [file for pattern in PLUGINS for file in (FOLDER / "Qt6/plugins").glob(pattern)]
    seen: set[Path] = set()
    needed: set[str] = set()
    while files:
        file = files.pop()
        if file not in seen:
            seen.add(file)
            names = needed_by(file)
            needed |= names - own
            files += [LIBRARIES / name for name in names & own]
    assert needed - LIBC - LOADER == set(system_libraries.packages())


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ("12.11\n", "libasound2"),  # Debian 12
        ("13.1\n", "libasound2t64"),  # Debian 13
        ("forky/sid\n", "libasound2t64"),  # Debian testing
        ("bookworm/sid\n", "libasound2"),  # Ubuntu 22.04
        ("trixie/sid\n", "libasound2t64"),  # Ubuntu 24.04
        (None, "libasound2t64"),  # another system
    ],
)
def test_packages_are_named_as_in_this_release(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str | None, sound: str
) -> None:
    file = tmp_path / "debian_version"
    if version is not None:
        file.write_text(version)
    monkeypatch.setattr(system_libraries, "DEBIAN_VERSION", file)
    assert system_libraries.packages()["libasound.so.2"] == sound
    assert system_libraries.packages()["libXfixes.so.3"] == "libxfixes3"
    error = missing_library(ImportError("libasound.so.2: cannot open shared object file: No such file or directory"))
    assert str(error).endswith(f"sudo apt install {sound}")


def test_the_table_is_sorted_and_names_no_package_twice_for_a_library() -> None:
    table = json.loads(system_libraries.TABLE.read_text("utf-8"))
    assert list(table) == sorted(table)
    assert all(len(set(names)) == len(names) in (1, 2) for names in table.values())
