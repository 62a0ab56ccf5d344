"""Find what an HTML or XML page says, such as the error page of a gateway."""

from html.parser import HTMLParser

_HIDDEN = frozenset({"head", "script", "style", "title", "template"})


def page_reason(page: str) -> str:
    """Return the title of a page if it is a sentence, else its element `message`, else its text."""
    reader = _PageReader()
    reader.feed(page)
    reader.close()
    title = " ".join("".join(reader.title).split())
    if " " in title:
        return title
    return "".join(reader.message).strip() or " ".join(reader.text) or title


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.message: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self._has_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            # Its head may not have been closed.
            self._open.clear()
        elif tag in _HIDDEN or tag == "message":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._has_title = self._has_title or tag == "title"
        if tag in self._open:
            del self._open[self._open.index(tag) :]

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            # Only the first: images may have titles of their own.
            if not self._has_title:
                self.title.append(data)
        elif "message" in self._open:
            self.message.append(data)
        elif not self._open and data.strip():
            self.text.append(data.strip())
