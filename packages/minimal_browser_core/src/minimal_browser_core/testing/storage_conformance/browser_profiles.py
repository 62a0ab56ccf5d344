"""Imports from the browsers that are installed on this computer."""

import sys
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite
from .browser_files import chromium, chromium_bookmarks, firefox, qutebrowser, safari, safari_bookmarks, write_json
from .browser_files import write_plist as write_property_list

INI = """[Profile1]
Name=work
IsRelative=0
Path={elsewhere}

[Profile0]
Name=default
IsRelative=1
Path=abcd1234.default

[Install4F96D1932A9F858E]
Default=abcd1234.default
"""


class _Profiles(StoreSuite):
    """A home folder with browsers; `import_browser` finds them."""

    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        home = tmp_path / "home"
        home.mkdir()
        monkeypatch.setattr(Path, "home", lambda: home)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        return home

    def test_profiles_of_firefox_are_found(self, store: Any, errors: Any, home: Path) -> None:
        root, elsewhere = home / ".mozilla" / "firefox", home / "elsewhere"
        firefox(root / "abcd1234.default" / "places.sqlite")
        firefox(elsewhere / "places.sqlite")
        (root / "profiles.ini").write_text(INI.format(elsewhere=elsewhere), encoding="utf-8")
        firefox(home / "snap/firefox/common/.mozilla/firefox/x.snapped/places.sqlite")
        firefox(home / ".var/app/org.mozilla.firefox/config/mozilla/firefox/x.flat/places.sqlite")
        report = store.import_browser("firefox")
        assert (report.taken, len(store)) == (3, 3)
        assert len(report.source.split(":")) == 4
        assert store.import_browser("firefox", profile="work").taken == 0
        assert store.import_browser("firefox", profile="x.snapped").skipped == 3
        with pytest.raises(errors.StorageError, match=r"no profile 'other'.*work, default"):
            store.import_browser("firefox", profile="other")

    @pytest.mark.parametrize(
        ("name", "platform", "folder"),
        [
            ("chrome", "linux", ".config/google-chrome/Default"),
            ("chrome", "linux", ".var/app/com.google.Chrome/config/google-chrome/Profile 1"),
            ("chromium", "linux", "snap/chromium/common/chromium/Default"),
            ("brave", "darwin", "Library/Application Support/BraveSoftware/Brave-Browser/Default"),
            ("edge", "win32", "AppData/Local/Microsoft/Edge/User Data/Default"),
            ("vivaldi", "win32", "AppData/Local/Vivaldi/User Data/Profile 2"),
            ("opera", "win32", "AppData/Roaming/Opera Software/Opera Stable"),
        ],
    )
    def test_profiles_of_chromium_are_found(
        self, store: Any, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, platform: str, folder: str
    ) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
        monkeypatch.setenv("LOCALAPPDATA", str(home / "AppData" / "Local"))
        chromium(home / folder / "History")
        write_json(home / folder / "Bookmarks", chromium_bookmarks())
        local_state = {"profile": {"info_cache": {Path(folder).name: {"name": "Mine"}}}}
        write_json((home / folder).parent / "Local State", local_state)
        assert store.import_browser(name).taken == len(store) > 0
        if name != "opera":
            assert store.import_browser(name, profile="Mine").taken == 0

    def test_safari_and_qutebrowser_are_found(self, store: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data, config = home / ".local/share/qutebrowser", home / ".config/qutebrowser"
        qutebrowser(data / "history.sqlite")
        (config / "bookmarks").mkdir(parents=True)
        (config / "quickmarks").write_text("aa https://a.org/\n")
        (config / "bookmarks" / "urls").write_text("https://b.org/ B\n")
        assert store.import_browser("qutebrowser").taken == len(store) == 2
        monkeypatch.setattr(sys, "platform", "darwin")
        safari(home / "Library/Safari/History.db")
        write_property_list(home / "Library/Safari/Bookmarks.plist", safari_bookmarks(), binary=True)
        assert store.import_browser("safari").lost in (0, 2)
        assert len(store) > 2 or store.import_browser("safari").skipped == 2

    def test_a_browser_that_is_not_found_raises(self, store: Any, errors: Any, home: Path) -> None:
        with pytest.raises(errors.StorageError, match=r"No profile of brave was found.*\.config/BraveSoftware"):
            store.import_browser("brave")
        with pytest.raises(errors.InvalidData, match=r"the browser must be one of firefox, .*not 'lynx'"):
            store.import_browser("lynx")

    @pytest.mark.parametrize("text", ["", "no section\n", "[Profile0]\nPath=../../..\n", "[Profile0\n", "\0\xff[["])
    def test_a_damaged_list_of_profiles_is_ignored(self, store: Any, home: Path, text: str) -> None:
        root = home / ".mozilla" / "firefox"
        firefox(root / "abcd.default" / "places.sqlite")
        (root / "profiles.ini").write_text(text, encoding="latin-1")
        assert store.import_browser("firefox").taken == 3


class HistoryProfiles(_Profiles):
    """`HistoryStore.import_browser`."""


class BookmarkProfiles(_Profiles):
    """`BookmarkStore.import_browser`."""

    @pytest.fixture
    def opener(self, open_bookmarks: Open) -> Open:
        return open_bookmarks
