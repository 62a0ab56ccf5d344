"""Imports a file of bookmarks, visits or conversations in the background and reports the result."""

from collections.abc import Callable
from pathlib import Path

from minimal_browser.background.stores import Stores
from minimal_browser.background.tasks import Tasks
from minimal_browser_core.storage.port import ImportReport
from minimal_browser_core.window import MessageLevel, Messages


def import_file(
    kind: str,
    path: str,
    read: Callable[[Stores, Path], ImportReport],
    tasks: Tasks,
    messages: Messages,
    changed: Callable[[], None],
) -> None:
    """Run `read` on the long-work thread. `kind` names the items in messages; `changed` follows a success."""
    from minimal_browser_core.features.file_import import summarise

    source = Path(path).expanduser()

    def done(report: ImportReport) -> None:
        messages.show(f"{kind}: {summarise(report)}")
        changed()

    messages.show(f"importing {kind} from {source} …")
    tasks.run_long(
        lambda stores: read(stores, source), done, lambda error: messages.show(str(error), MessageLevel.ERROR)
    )
