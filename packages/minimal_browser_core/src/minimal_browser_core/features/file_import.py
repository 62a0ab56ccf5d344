"""Importing bookmarks, conversations and visits from a file."""

from typing import TYPE_CHECKING, Literal, Protocol

from minimal_browser_core.commands.command import command

if TYPE_CHECKING:
    from minimal_browser_core.storage.port import ImportReport

Importable = Literal["bookmarks", "conversations", "history"]


class Importer(Protocol):
    """A store that takes files in. It works in the background; a message reports the result."""

    def import_file(self, path: str) -> None:
        """Import a file, which is only read."""


class Browser(Protocol):
    """What this command needs from the window."""

    @property
    def bookmarks(self) -> Importer: ...
    @property
    def conversations(self) -> Importer: ...
    @property
    def history(self) -> Importer: ...


@command(group="Bookmarks, history and conversations", name="import")
def import_(browser: Browser, what: Importable, file: str) -> None:
    """Import bookmarks, conversations or visited pages from a file.

    Bookmarks: HTML as browsers export it, or the files of Firefox, Chrome, Safari, qutebrowser and Pinboard.
    Conversations: JSON, JSON Lines, exports of ChatGPT, Claude and others. History: the databases of Firefox, Chrome,
    Safari and qutebrowser. The other browser may be running. Nothing is imported twice.

    what: what the file contains
    file: its path, in quotes if it contains blanks
    """
    importers: dict[Importable, Importer] = {
        "bookmarks": browser.bookmarks,
        "conversations": browser.conversations,
        "history": browser.history,
    }
    importers[what].import_file(file)


def summarise(report: "ImportReport") -> str:
    """How many records were imported, skipped and lost, and why the first one was lost."""
    parts = [f"{report.taken} imported"]
    if report.skipped:
        parts.append(f"{report.skipped} there already")
    if report.lost:
        first = f" (record {report.reasons[0].position}: {report.reasons[0].reason})" if report.reasons else ""
        parts.append(f"{report.lost} lost{first}")
    if report.attachments:
        parts.append(f"{report.attachments} attachments left out")
    return ", ".join(parts)
