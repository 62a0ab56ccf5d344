"""What the windows of a process share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QUrl

from minimal_browser.background.background import Background
from minimal_browser.history.recorder import HistoryRecorder
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.settings.observe import Settings

if TYPE_CHECKING:
    from minimal_browser.generated_pages.profile import GeneratedProfile


@dataclass(frozen=True, slots=True)
class SharedParts:
    """The parts of the process that windows use."""

    settings: Settings
    commands: CommandRegistry
    keymap: Keymap
    background: Background
    history: HistoryRecorder
    write_error_page: Callable[[str, str], str]
    """Writes the page for an address and a reason. Called on a background thread."""


@dataclass(frozen=True, slots=True)
class WindowServices:
    """The process's side of a window. The functions are called on the GUI thread."""

    parts: SharedParts
    generated_profile: "Callable[[], GeneratedProfile]"
    open_window: Callable[[QUrl | None, bool], object]
    """Opens an address, or the start page, in a new window; in a private one if True."""
    quit: Callable[[], None]
    stored_data_changed: Callable[[], None]
    """Called when bookmarks, history or conversations have changed, so that all windows show the new data."""
