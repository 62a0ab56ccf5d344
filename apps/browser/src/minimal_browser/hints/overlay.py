"""Hints: every link and field in view gets a label; typing it follows the link or enters the field.

The elements are found in the page's isolated world and the labels drawn by Qt over the page, so that a page neither
sees nor forges them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log
from typing import Any

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from minimal_browser.page.view import ISOLATED_WORLD, WebView
from minimal_browser.toolkit.theme import current_theme

LETTERS = "asdfghjkl"
MOST_HINTS = 800

_COLLECT = """
(() => {
  const selector = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, label[for], ' +
    '[contenteditable=""], [contenteditable=true], [onclick], [role=button], [role=link], [role=tab], ' +
    '[role=checkbox], [role=menuitem], [role=option], [role=switch], [tabindex]:not([tabindex="-1"])';
  const found = [], elements = [];
  const look = (root, dx, dy) => {
    for (const e of root.querySelectorAll('*')) {
      if (found.length >= %d) return;
      if (e.shadowRoot) look(e.shadowRoot, dx, dy);
      if (e.tagName === 'IFRAME') {
        try {
          const r = e.getBoundingClientRect();
          if (e.contentDocument) look(e.contentDocument, dx + r.left + e.clientLeft, dy + r.top + e.clientTop);
        } catch {}
      }
      if (!e.matches(selector) || e.disabled) continue;
      const box = [...e.getClientRects()].find((r) => r.width > 2 && r.height > 2 &&
        r.bottom + dy > 0 && r.right + dx > 0 && r.top + dy < innerHeight && r.left + dx < innerWidth);
      if (!box || !e.checkVisibility({checkOpacity: false, checkVisibilityCSS: true})) continue;
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
      const top = root.elementFromPoint ? root.elementFromPoint(x, y) : e;
      if (top && top !== e && !e.contains(top) && !top.contains(e) && !(top.shadowRoot && top.shadowRoot.contains(e)))
        continue;
      elements.push(e);
      found.push([Math.max(0, box.left + dx), Math.max(0, box.top + dy)]);
    }
  };
  look(document, 0, 0);
  globalThis.hinted = elements;
  return JSON.stringify(found);
})();
"""
# Fields are focused, links are clicked, but one that is to open elsewhere only tells its address. Anything else tells
# where a mouse would click it: a script's click is not the person's, and opens no file dialog, full screen or window.
_FOLLOW = """
(() => {
  const e = globalThis.hinted && globalThis.hinted[%d];
  globalThis.hinted = null;
  if (!e || !e.isConnected) return JSON.stringify({gone: true});
  const link = e.closest('a[href], area[href]');
  const web = link && /^(https?|file|mb):/.test(link.href);
  if (web && (%s || link.target === '_blank')) return JSON.stringify({href: link.href});
  const types = /^(text|search|email|url|tel|password|number|date|time|datetime-local|month|week)$/;
  if (e.isContentEditable || e.tagName === 'TEXTAREA' || (e.tagName === 'INPUT' && types.test(e.type))) {
    e.focus();
    return JSON.stringify({field: true});
  }
  e.focus();
  const box = e.getClientRects()[0];
  if (!link && box) {
    let x = Math.min(Math.max(box.left + box.width / 2, 1), e.ownerDocument.defaultView.innerWidth - 1);
    let y = Math.min(Math.max(box.top + box.height / 2, 1), e.ownerDocument.defaultView.innerHeight - 1);
    const hit = e.getRootNode().elementFromPoint(x, y);
    if (hit && (e.contains(hit) || hit.shadowRoot && e.contains(hit))) {
      for (let w = e.ownerDocument.defaultView; w !== window; w = w.parent) {
        const frame = w.frameElement.getBoundingClientRect();
        x += frame.left + w.frameElement.clientLeft;
        y += frame.top + w.frameElement.clientTop;
      }
      return JSON.stringify({click: [x, y]});
    }
  }
  e.click();
  return JSON.stringify({});
})();
"""


def labels(count: int) -> list[str]:
    """As many labels as asked for, all of one length, so that none begins another."""
    if count == 0:
        return []
    length = max(1, ceil(round(log(count, len(LETTERS)), 9)))
    return ["".join(LETTERS[(number // len(LETTERS) ** place) % len(LETTERS)] for place in reversed(range(length)))
            for number in range(count)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Followed:
    """What following a hint came to."""

    href: str = ""
    """A link to open elsewhere."""
    field: bool = False
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
        """Find what can be followed; `ready` gets how many there are."""

        def found(value: Any) -> None:
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

        self._view.web_page.runJavaScript(_COLLECT % MOST_HINTS, ISOLATED_WORLD, found)

    def type(self, letter: str) -> str | None:
        """Narrow down by one letter; the whole label once it is typed. A letter that leads nowhere is dropped."""
        typed = self.typed + letter.lower()
        if not any(label.startswith(typed) for label in self.places):
            return None
        self.typed = typed
        self.update()
        return typed if typed in self.places else None

    def erase(self) -> None:
        self.typed = self.typed[:-1]
        self.update()

    def follow(self, label: str, *, elsewhere: bool, followed: Callable[[Followed], None]) -> None:
        index = list(self.places).index(label)
        script = _FOLLOW % (index, "true" if elsewhere else "false")

        def done(value: Any) -> None:
            result = Followed(**json.loads(value)) if isinstance(value, str) else Followed(gone=True)
            followed(result)
            if result.click:
                self._view.click(*result.click)

        self._view.web_page.runJavaScript(script, ISOLATED_WORLD, done)

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
            # Half outside, so that the beginning of the link can still be read.
            box.moveTo(max(0, x - box.width() // 2), max(0, y - box.height() // 3))
            box.moveRight(min(box.right(), self.width() - 1))
            box.moveBottom(min(box.bottom(), self.height() - 1))
            painter.setPen(QColor(theme.border))
            painter.setBrush(QColor("#ffe58a"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor("#2b2300"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, rest)
