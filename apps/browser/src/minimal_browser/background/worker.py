"""One background thread for work that blocks; its results are delivered on the GUI thread."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot

T = TypeVar("T")
Done = Callable[[T], None]
Failed = Callable[[Exception], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    done: Done[Any] | None
    failed: Failed | None


@dataclass(frozen=True, slots=True)
class _Result:
    job: _Job
    value: Any
    error: Exception | None


class Worker(QObject):
    """Runs jobs one after the other, in the order of `submit`. `close` waits for those already submitted."""

    _finished = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._finished.connect(self._deliver)  # queued: emitted on the thread, received where this object lives
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="worker")
        self._thread.start()

    def submit(self, work: Callable[[], T], done: Done[T] | None = None, failed: Failed | None = None) -> None:
        """Run `work` on the thread, then `done` with its value, or `failed` with its error, on the GUI thread.

        An error without `failed` is logged. After `close`, work is dropped and nothing is called back, as the caller is
        about to be deleted.
        """
        if not self._closed:
            self._jobs.put(_Job(work, done, failed))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                result = _Result(job, job.work(), None)
            except Exception as error:
                result = _Result(job, None, error)
                if job.failed is None:
                    log.exception("a background job failed")
            self._finished.emit(result)

    @pyqtSlot(object)
    def _deliver(self, result: _Result) -> None:
        if self._closed:
            return
        if result.error is not None:
            if result.job.failed is not None:
                result.job.failed(result.error)
        elif result.job.done is not None:
            result.job.done(result.value)
