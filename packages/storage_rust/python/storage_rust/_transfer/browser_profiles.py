"""Finding the profiles of the browsers that are installed on this computer, also from Flatpak and Snap."""

import configparser
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ._host import InvalidData, StorageError
from .browser_folders import CHROMIUM, FIREFOX, QUTEBROWSER, SAFARI

NAMES: Final = (*FIREFOX, *CHROMIUM, "safari", "qutebrowser")
_MAX_SETTINGS: Final = 16 << 20  # bytes of a file that lists profiles
_NO_PROFILES: Final = ("System Profile", "Guest Profile")


@dataclass(frozen=True, slots=True)
class Profile:
    """The files of one profile: its history, and its bookmarks, which may be in the same file."""

    name: str
    folder: Path
    history: Path | None
    bookmarks: tuple[Path, ...]


def find_profiles(browser: str, profile: str | None = None) -> list[Profile]:
    """The profiles of a browser, or the one with a name or folder name. Raises `StorageError` if there is none."""
    if browser not in NAMES:
        raise InvalidData(f"the browser must be one of {', '.join(NAMES)}, not {browser!r:.50}")
    folders = _folders(browser)
    profiles = _distinct(each for folder in folders for each in _readers(browser)(folder))
    if not profiles:
        places = ", ".join(str(folder) for folder in folders) or "no folder of this system"
        raise StorageError(f"No profile of {browser} was found on this computer. Looked in: {places}")
    if profile is None:
        return profiles
    chosen = [each for each in profiles if profile in (each.name, each.folder.name, str(each.folder))]
    if not chosen:
        names = ", ".join(each.name for each in profiles)
        raise StorageError(f"{browser} has no profile {profile!r:.100} on this computer. It has: {names}")
    return chosen


def _folders(browser: str) -> list[Path]:
    """The folders in which a browser of this system may have its profiles."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    table = {**FIREFOX, **CHROMIUM, "safari": SAFARI, "qutebrowser": QUTEBROWSER}
    found = (_expanded(pattern) for pattern in table[browser].get(system, ()))
    return [folder for folder in found if folder is not None]


def _expanded(pattern: str) -> Path | None:
    """`~`, `$CONFIG` and `$DATA` follow XDG; other variables are Windows' own. None if a variable is not set."""
    base, _, rest = pattern.partition("/")
    defaults = {"~": "", "$CONFIG": ".config", "$DATA": ".local/share"}
    variable = {"$CONFIG": "XDG_CONFIG_HOME", "$DATA": "XDG_DATA_HOME"}.get(base, base.lstrip("$"))
    value = None if base == "~" else os.environ.get(variable)
    try:
        root = Path(value) if value else Path.home() / defaults[base]
    except (KeyError, RuntimeError):
        return None
    return root / rest


def _readers(browser: str) -> Callable[[Path], Iterable[Profile]]:
    if browser in FIREFOX:
        return _firefox
    if browser in CHROMIUM:
        return _chromium
    return _safari if browser == "safari" else _qutebrowser


def _distinct(profiles: Iterable[Profile]) -> list[Profile]:
    """Profiles with files, each once, even if a link leads to it."""
    found: dict[Path, Profile] = {}
    for each in profiles:
        if each.history is not None or each.bookmarks:
            found.setdefault(each.folder.resolve(), each)
    return list(found.values())


def _firefox(root: Path) -> Iterator[Profile]:
    """The folders that `profiles.ini` lists, and others that are in the usual places."""
    names = dict(_profiles_ini(root))
    others = [*_glob(root, "*/places.sqlite"), *_glob(root, "Profiles/*/places.sqlite")]
    for folder in [*names, *(path.parent for path in others)]:
        places = _file(folder / "places.sqlite")
        name = names.get(folder) or folder.name.partition(".")[2] or folder.name
        yield Profile(name, folder, places, () if places is None else (places,))


def _profiles_ini(root: Path) -> Iterator[tuple[Path, str]]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(root / "profiles.ini"))
    except configparser.Error:
        return
    for section in parser.sections():
        path = parser.get(section, "Path", fallback="")
        if section.startswith("Profile") and path:
            is_relative = parser.get(section, "IsRelative", fallback="1") != "0"
            yield root / path if is_relative else Path(path), parser.get(section, "Name", fallback="")


def _chromium(root: Path) -> Iterator[Profile]:
    """The folders with a history or bookmarks; Opera's only profile is the folder itself."""
    titles = _local_state(root)
    files = [*_glob(root, "*/History"), *_glob(root, "*/Bookmarks"), *_glob(root, "History"), *_glob(root, "Bookmarks")]
    for folder in dict.fromkeys(path.parent for path in files):
        if folder.name not in _NO_PROFILES:
            bookmarks = (_file(folder / name) for name in ("Bookmarks", "AccountBookmarks"))
            yield Profile(
                titles.get(folder.name, folder.name),
                folder,
                _file(folder / "History"),
                tuple(path for path in bookmarks if path is not None),
            )


def _local_state(root: Path) -> dict[str, str]:
    """The names that the user gave to profiles, by folder."""
    try:
        state: Any = json.loads(_text(root / "Local State"))
        infos = state["profile"]["info_cache"]
        return {folder: str(info["name"]) for folder, info in infos.items() if info.get("name")}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}


def _safari(root: Path) -> Iterator[Profile]:
    for folder in [root, *(path.parent for path in _glob(root, "Profiles/*/History.db"))]:
        bookmarks = _file(folder / "Bookmarks.plist")
        name = "default" if folder == root else folder.name
        yield Profile(name, folder, _file(folder / "History.db"), () if bookmarks is None else (bookmarks,))


def _qutebrowser(root: Path) -> Iterator[Profile]:
    """`root` has both folders in it, as on Windows, or is one of them."""
    data = [root / "data", root]
    config = [root / "config", root, *_qutebrowser_config(root)]
    history = next(filter(None, (_file(folder / "history.sqlite") for folder in data)), None)
    bookmarks = (_file(folder / name) for folder in config for name in ("quickmarks", "bookmarks/urls"))
    yield Profile("default", root, history, tuple(dict.fromkeys(path for path in bookmarks if path is not None)))


def _qutebrowser_config(data: Path) -> list[Path]:
    """The folder of settings that belongs to a folder of data."""
    if data.parent.name == "data":  # in Flatpak
        return [data.parents[1] / "config" / data.name]
    if sys.platform == "darwin":
        return [Path.home() / ".qutebrowser"]
    config = _expanded("$CONFIG/qutebrowser")
    return [] if config is None else [config]


def _glob(root: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in root.glob(pattern) if path.is_file())
    except OSError:
        return []


def _file(path: Path) -> Path | None:
    try:
        return path if path.is_file() else None
    except OSError:
        return None


def _text(path: Path) -> str:
    """The beginning of a file; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MAX_SETTINGS).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
