"""What commands may ask of the window that they run in.

Every method is called on the GUI thread and returns at once: what takes time (loading, storing, asking) goes on in the
background, and its outcome reaches the person through the page, the panel or `show_message`. A method raises
`CommandError` for what cannot be done and whose reason the person should read; nothing else is raised on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

from minimal_browser_core.keys.modes import Mode


class OpenTarget(Enum):
    """Where a page opens."""

    CURRENT = "current"
    TAB = "tab"
    """A new tab next to the current one, shown at once."""
    BACKGROUND_TAB = "background-tab"
    """A new tab next to the current one; what is shown stays."""


class MessageLevel(Enum):
    """How a message to the person looks, and how long it stays."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


Importable = Literal["conversations", "bookmarks", "history"]

CommandLinePrefix = Literal[":", "/", "?"]
"""What the command line is open for: a command, find forwards, find backwards."""


@dataclass(frozen=True, slots=True)
class TabInfo:
    """A tab as commands see it. `number` counts from 1, left to right, as the person counts."""

    number: int
    title: str
    url: str
    current: bool = False


class Browser(Protocol):
    """The window: its tabs, its page, its command line and its copilot."""

    # -- pages

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Open what a person typed: a URL (`mb://` ones too), a host, a path, or words for the search engine."""

    def search(self, words: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Search the web for `words`, even where they look like a URL."""

    def open_page(self, url: str) -> None:
        """Show one of our own `mb://` pages: in the tab that already has it, else in a new one."""

    def current_url(self) -> str:
        """The address of the current page, "" where there is none."""

    def current_title(self) -> str: ...

    def reload(self, *, bypass_cache: bool = False) -> None: ...

    def stop(self) -> None:
        """Stop loading the current page."""

    def back(self, count: int = 1) -> None:
        """Go back by `count` pages, or as many as there are; CommandError where there is none."""

    def forward(self, count: int = 1) -> None:
        """As `back`, the other way."""

    def view_source(self) -> None:
        """Show the source of the current page in a new tab."""

    def toggle_devtools(self) -> None: ...

    def toggle_fullscreen(self) -> None: ...

    # -- moving about a page

    def scroll_by(self, columns: float, lines: float) -> None:
        """Scroll right and down (left and up where negative), in steps of one arrow key."""

    def scroll_page(self, pages: float) -> None:
        """Scroll down by so many heights of the view: 0.5 is half a page, -1 a page up."""

    def scroll_to(self, percent: float) -> None:
        """0 is the top of the page, 100 its end."""

    def find(self, text: str, *, backwards: bool = False) -> None:
        """Find `text` in the page, and keep it for `find_next`. Letter case counts where `text` has a capital."""

    def find_next(self, count: int = 1, *, backwards: bool = False) -> None:
        """Go on by `count` matches, in the direction of the last `find` or, `backwards`, against it.

        CommandError where nothing was looked for yet.
        """

    def clear_find(self) -> None:
        """Take the highlight off; `find_next` still knows the text."""

    def follow_hints(self, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Label the links and fields in view and enter HINT mode; in it, keys that no binding takes are label letters.

        A full label opens its link at `where` (or focuses its field, in INSERT mode), and the mode ends.
        """

    def zoom_by(self, steps: int) -> None:
        """Larger, or smaller where negative, by so many steps of the usual scale (…, 90, 100, 110, 125, …)."""

    def zoom_to(self, percent: int) -> None:
        """The size of the page; `percent` is between 25 and 500."""

    # -- tabs; numbers count from 1

    def tabs(self) -> Sequence[TabInfo]: ...

    def new_tab(self) -> None:
        """Open the start page in a new tab."""

    def close_tab(self, number: int | None = None) -> None:
        """Close that tab, or the current one. Closing the last one leaves a tab with the start page."""

    def undo_close(self) -> None:
        """Open the tab closed last again, with its history; CommandError where there is none."""

    def select_tab(self, number: int) -> None:
        """CommandError where there is no such tab; -1 is the last."""

    def cycle_tab(self, steps: int) -> None:
        """Go right, or left where negative, by so many tabs, around the end."""

    def move_tab(self, steps: int) -> None:
        """Move the current tab right, or left where negative, no further than the end."""

    # -- modes, the command line, messages

    def set_mode(self, mode: Mode) -> None:
        """Enter `mode` and put the focus where it belongs; leaving a mode drops what was half done in it."""

    def show_command_line(self, prefix: CommandLinePrefix = ":", text: str = "") -> None:
        """Open the command line with `text` after `prefix`, in COMMAND mode."""

    def show_message(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None: ...

    # -- the clipboard

    def yank(self, text: str) -> None:
        """Put `text` on the clipboard; the window says so."""

    def clipboard_text(self) -> str:
        """The text on the clipboard, "" where it holds none."""

    # -- what is kept

    def add_bookmark(self, url: str, title: str, tags: Sequence[str] = ()) -> None:
        """Store a bookmark; the message tells the outcome."""

    def remove_bookmark(self, id: int) -> None:
        """By the number that `mb://bookmarks` shows; the message tells the outcome."""

    def delete_conversation(self, id: int) -> None:
        """Delete one exchange, by the number that `mb://conversations` shows; the message tells the outcome."""

    def import_file(self, kind: Importable, path: str) -> None:
        """Take a file's conversations, bookmarks or visits in, as the stores' `import_file` does; the message tells the
        outcome. The file is only read."""

    # -- the copilot

    def toggle_copilot(self) -> None:
        """Show the panel, or hide it; an answer under way goes on."""

    def focus_copilot(self, text: str = "") -> None:
        """Show the panel and type in it, in COPILOT mode; `text` is put there to go on from."""

    def ask(self, question: str) -> None:
        """Ask about the current page; the answer streams into the panel. CommandError while another is under way."""

    def cancel_answer(self) -> None:
        """Stop the answer under way; what arrived stays. CommandError where there is none."""

    def decide_action(self, *, allow: bool) -> None:
        """Carry out the oldest action that waits for a decision, or drop it; CommandError where none waits."""

    def new_thread(self) -> None:
        """Begin a new conversation; the old one stays stored."""

    def continue_conversation(self, id: int) -> None:
        """Go on from a stored exchange, by the number that `mb://conversations` shows: the panel shows what was said
        until then."""

    # -- the end

    def quit(self) -> None:
        """Close the window and end the program; what is being stored is finished first."""
