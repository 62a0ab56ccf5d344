"""Reports errors in event handlers and goes on: PyQt would end the process, and what the user typed would be lost."""

import logging
import sys
from types import TracebackType

from minimal_browser.application.application import Application
from minimal_browser_core.window import MessageLevel

log = logging.getLogger(__name__)


def report_faults(application: Application) -> None:
    """Log uncaught exceptions and show them as messages. A KeyboardInterrupt quits."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            application.quit()
            return
        log.error("internal error, please report it", exc_info=(kind, error, trace))
        application.show_message(f"Internal error: {kind.__name__}: {error}", MessageLevel.ERROR)

    sys.excepthook = report
