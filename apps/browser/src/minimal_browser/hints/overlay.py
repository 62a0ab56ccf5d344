"""The labels over a page. Scripts in its isolated world find and follow the elements, and Qt draws the labels, so that
the page can neither see nor forge them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from minimal_browser.page.view import WebView
from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.features.hints.labels import labels

MAX_HINTS = 800

COLLECT = Path(__file__).with_name("collect.js")
FOLLOW = Path(__file__).with_name("follow.js")


@dataclass(frozen=True, slots=True)
class Followed:
    """What is left to do after a hint was followed."""

    href: str = ""
    """The address of a link."""
    source: str = ""
    """The address of the document that contains the link."""
    elsewhere: bool = False
    """The link was not clicked, because it opens in another tab."""
    field: bool = False
    """A field has the focus now."""
    gone: bool = False
    click: tuple[float, float] | None = None
    """Where to click, in CSS pixels."""


class HintOverlay(QWidget):
    """Over one view, transparent to the mouse."""

    def __init__(self, view: WebView) -> None:
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view = view
        self.places: dict[str, tuple[int, int]] = {}
        self.typed = ""

    def collect(self, ready: Callable[[int], None]) -> None:
        """Find the elements and show their labels; `ready` gets their number."""

        def found(value: Any) -> None:
            if self._is_deleted():
                return
            zoom = self._view.zoomFactor()
            spots = json.loads(value) if isinstance(value, str) else []
            self.places = {
                label: (round(x * zoom), round(y * zoom))
                for label, (x, y) in zip(labels(len(spots)), spots, strict=True)
            }
            self.setGeometry(self._view.rect())
            self.setVisible(bool(spots))
            self.raise_()
            ready(len(spots))

        self._view.run(COLLECT, MAX_HINTS, done=found)

    def type(self, letter: str) -> str | None:
        """Add a letter; return the label once it is complete. A letter that no label continues with is ignored."""
        typed = self.typed + letter.lower()
        if not any(label.startswith(typed) for label in self.places):
            return None
        self.typed = typed
        self.update()
        return typed if typed in self.places else None

    def erase(self) -> None:
        self.typed = self.typed[:-1]
        self.update()

    def follow(self, label: str, *, elsewhere: bool, done: Callable[[Followed], None]) -> None:
        """Follow the element of `label`; `done` gets what is left to do. With `elsewhere`, links are not clicked."""
        index = list(self.places).index(label)

        def followed(value: Any) -> None:
            if self._is_deleted():
                return
            result = Followed(**json.loads(value)) if isinstance(value, str) else Followed(gone=True)
            done(result)
            if result.click:
                self._view.click(*result.click)

        self._view.run(FOLLOW, index, elsewhere, done=followed)

    def _is_deleted(self) -> bool:
        """Whether HINT mode or the tab was left while a script ran. Either can be deleted before the other."""
        return sip.isdeleted(self) or sip.isdeleted(self._view)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(max(8.0, font.pointSizeF() - 0.5))
        painter.setFont(font)
        metrics = painter.fontMetrics()
        for label, (x, y) in self.places.items():
            if not label.startswith(self.typed):
                continue
            rest = label[len(self.typed) :].upper()
            box = QRect(x, y, metrics.horizontalAdvance(rest) + 8, metrics.height() + 2)
            # Half outside, so that the beginning of the link stays readable.
            box.moveTo(max(0, x - box.width() // 2), max(0, y - box.height() // 3))
            box.moveRight(min(box.right(), self.width() - 1))
            box.moveBottom(min(box.bottom(), self.height() - 1))
            painter.setPen(QColor(theme.border))
            painter.setBrush(QColor("#ffe58a"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor("#2b2300"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, rest)
