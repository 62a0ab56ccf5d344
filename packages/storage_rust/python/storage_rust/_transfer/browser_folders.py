"""Where browsers have their profiles on each system. `$CONFIG` and `$DATA` follow XDG, other variables are Windows'."""

from collections.abc import Mapping
from typing import Final

_Folders = Mapping[str, tuple[str, ...]]

_MAC: Final = "~/Library/Application Support"

FIREFOX: Final[Mapping[str, _Folders]] = {
    "firefox": {
        "linux": (
            "~/.mozilla/firefox",
            "$CONFIG/mozilla/firefox",  # since Firefox 147
            "~/snap/firefox/common/.mozilla/firefox",
            "~/snap/firefox/common/.config/mozilla/firefox",
            "~/.var/app/org.mozilla.firefox/.mozilla/firefox",
            "~/.var/app/org.mozilla.firefox/config/mozilla/firefox",
        ),
        "macos": (f"{_MAC}/Firefox",),
        "windows": (
            "$APPDATA/Mozilla/Firefox",
            "$LOCALAPPDATA/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox",
        ),
    },
    "librewolf": {
        "linux": (
            "~/.librewolf",
            "$CONFIG/librewolf/librewolf",
            "~/.var/app/io.gitlab.librewolf-community/.librewolf",
            "~/.var/app/io.gitlab.librewolf-community/config/librewolf/librewolf",
        ),
        "macos": (f"{_MAC}/librewolf",),
        "windows": ("$APPDATA/librewolf",),
    },
}


def _chromium(linux: str, apps: tuple[str, ...], mac: str, windows: str, *more: str) -> _Folders:
    """`linux` is below the folder of settings, also in Flatpak's `apps`; `mac` is below "Application Support"."""
    flatpak = (f"~/.var/app/{app}/config/{linux}" for app in apps)
    return {"linux": (f"$CONFIG/{linux}", *flatpak, *more), "macos": (f"{_MAC}/{mac}",), "windows": (windows,)}


CHROMIUM: Final[Mapping[str, _Folders]] = {
    "chrome": _chromium(
        "google-chrome", ("com.google.Chrome",), "Google/Chrome", "$LOCALAPPDATA/Google/Chrome/User Data"
    ),
    "chromium": _chromium(
        "chromium",
        ("org.chromium.Chromium", "io.github.ungoogled_software.ungoogled_chromium"),
        "Chromium",
        "$LOCALAPPDATA/Chromium/User Data",
        "~/snap/chromium/common/chromium",
        "~/snap/chromium/current/.config/chromium",
    ),
    "edge": _chromium(
        "microsoft-edge", ("com.microsoft.Edge",), "Microsoft Edge", "$LOCALAPPDATA/Microsoft/Edge/User Data"
    ),
    "brave": _chromium(
        "BraveSoftware/Brave-Browser",
        ("com.brave.Browser",),
        "BraveSoftware/Brave-Browser",
        "$LOCALAPPDATA/BraveSoftware/Brave-Browser/User Data",
        "~/snap/brave/current/.config/BraveSoftware/Brave-Browser",
    ),
    "vivaldi": _chromium(
        "vivaldi",
        ("com.vivaldi.Vivaldi",),
        "Vivaldi",
        "$LOCALAPPDATA/Vivaldi/User Data",
        "~/snap/vivaldi/current/.config/vivaldi",
    ),
    "opera": _chromium(
        "opera",
        ("com.opera.Opera",),
        "com.operasoftware.Opera",
        "$APPDATA/Opera Software/Opera Stable",
        "~/snap/opera/current/.config/opera",
    ),
}
SAFARI: Final[_Folders] = {
    "macos": ("~/Library/Safari", "~/Library/Containers/com.apple.Safari/Data/Library/Safari"),
}
QUTEBROWSER: Final[_Folders] = {
    "linux": ("$DATA/qutebrowser", "~/.var/app/org.qutebrowser.qutebrowser/data/qutebrowser"),
    "macos": (f"{_MAC}/qutebrowser",),
    "windows": ("$APPDATA/qutebrowser",),
}
