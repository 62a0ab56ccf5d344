"""ChatGPT's citation marks: `U+E200 cite U+E202 turn0search1 U+E201`, whose sources are in the metadata."""

import json
import re
from typing import Final

from ..exchange import text_of
from .message_content import Object, object_of, objects_of

_MARK: Final = re.compile("\ue200([^\ue200\ue201]*)\ue201")
_LEFT_OVER: Final = re.compile("[\ue200-\ue20f]")
_OLD_MARK: Final = re.compile(r"【[^【】]{0,200}†[^【】]{0,200}】")
_MAX_SOURCES: Final = 100


def with_links(text: str, metadata: Object) -> str:
    """Replace marks by Markdown links to their sources. Marks without a source are removed."""
    if not text or not ("\ue200" in text or "【" in text or _LEFT_OVER.search(text)):
        return text
    for reference in objects_of(metadata.get("content_references")):
        mark = text_of(reference.get("matched_text"))
        if mark and ("\ue200" in mark or _OLD_MARK.fullmatch(mark)):
            text = text.replace(mark, _link(reference))
    text = _with_old_citations(text, metadata)
    text = _MARK.sub(lambda match: _from_mark(match[1]), text)
    return _LEFT_OVER.sub("", text)


def _link(reference: Object) -> str:
    """The links of a reference, or what it shows in their place."""
    sources = [reference, *objects_of(reference.get("items"))[:_MAX_SOURCES], *objects_of(reference.get("sources"))]
    links = dict.fromkeys(filter(None, (_markdown(source) for source in sources)))
    if links:
        return f" ({', '.join(links)})"
    urls = reference.get("safe_urls")
    links = dict.fromkeys(f"<{url}>" for url in (urls if isinstance(urls, list) else ()) if _is_web(url))
    if links:
        return f" ({', '.join(links)})"
    return text_of(reference.get("alt")) or text_of(reference.get("name"))


def _markdown(source: Object) -> str:
    url = source.get("url")
    if not _is_web(url):
        return ""
    title = " ".join((text_of(source.get("title")) or text_of(source.get("attribution")) or str(url)).split())
    return f"[{title.replace('[', '(').replace(']', ')')}]({_escaped(str(url))})"


def _escaped(url: str) -> str:
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _is_web(url: object) -> bool:
    return isinstance(url, str) and url.startswith(("https://", "http://"))


def _with_old_citations(text: str, metadata: Object) -> str:
    """Replace marks such as 【3†source】, whose positions are in `citations`, from the last to the first."""
    for citation in sorted(objects_of(metadata.get("citations")), key=_start, reverse=True):
        start, end = _start(citation), citation.get("end_ix")
        if isinstance(end, int) and 0 <= start < end and _OLD_MARK.fullmatch(text[start:end]):
            link = _markdown(object_of(citation.get("metadata")))
            text = text[:start] + (f" ({link})" if link else "") + text[end:]
    return text


def _start(citation: Object) -> int:
    start = citation.get("start_ix")
    return start if isinstance(start, int) else -1


def _from_mark(content: str) -> str:
    """What a mark shows that has no reference: a link, the name of a person or place, or nothing."""
    kind, *values = content.split("\ue202")
    if kind == "url" and len(values) > 1 and _is_web(values[1]):
        return _markdown({"title": values[0], "url": values[1]})
    if kind == "entity" and values:
        try:
            entity = json.loads(values[0])
        except (ValueError, RecursionError):
            return ""
        return text_of(entity[1]) if isinstance(entity, list) and len(entity) > 1 else ""
    return ""
