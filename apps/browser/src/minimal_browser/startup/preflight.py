"""Checks whether a window can open, before Qt would abort the process without a reason."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from minimal_browser.startup.system_libraries import packages
from minimal_browser_core.errors import MinimalBrowserError


class DisplayError(MinimalBrowserError):
    """No window can open on this machine or in this session; the message says what is missing and how to get it."""

    code = "display"


def require_display(environment: Mapping[str, str] = os.environ) -> None:
    """Raise DisplayError if there is no screen to open a window on."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM", "xcb") not in ("xcb", "wayland"):
        return
    if environment.get("WAYLAND_DISPLAY"):
        return
    display = environment.get("DISPLAY")
    if not display:
        raise DisplayError(
            "no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. "
            "Start the browser in a desktop session, with `ssh -X`, or under `xvfb-run`."
        )
    if not _x_server_answers(display):
        raise DisplayError(
            f"the X server at DISPLAY={display} does not answer or refuses this user. "
            "Check DISPLAY and XAUTHORITY, or start the browser under `xvfb-run`."
        )


def _x_server_answers(display: str) -> bool:
    """Whether the server answers; also True if libxcb is missing, which `require_platform_plugin` then reports."""
    import ctypes

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused


def require_platform_plugin(plugins: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raise DisplayError if Qt's X11 plugin cannot load, as Qt itself would abort. `plugins` is Qt's plugin folder."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return
    if environment.get("WAYLAND_DISPLAY") and "QT_QPA_PLATFORM" not in environment:
        return
    plugin = Path(plugins) / "platforms" / "libqxcb.so"
    if not plugin.exists():
        return
    import ctypes

    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        raise missing_library(error) from error


def missing_library(error: Exception) -> DisplayError:
    """Return the error for a library that the dynamic linker did not find, named by `error` of an import or dlopen."""
    library = str(error).split(":", 1)[0].strip()
    package = packages().get(library)
    if ".so" not in library:
        return DisplayError(f"Qt cannot be loaded: {error}. Install PyQt6 and PyQt6-WebEngine of the same version.")
    if package is None:
        return DisplayError(f"Qt needs the system library {library}: {error}. Install the package that has it.")
    return DisplayError(f"Qt needs the system library {library}. On Debian or Ubuntu: sudo apt install {package}")


def running_as_root() -> bool:
    """Whether the user is root; False on systems without one."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
