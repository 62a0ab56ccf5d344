"""Perplexity's threads, as its site and exporters save them: `{"entries": [{"query_str", "blocks": […]}]}`."""

import json

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER, Message, Thread, joined
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of


def is_thread(record: Object) -> bool:
    """Whether a record is a thread of Perplexity."""
    return any(isinstance(entry.get("query_str"), str) for entry in objects_of(record.get("entries")))


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The questions and answers of one thread; fields may be missing."""
    entries = objects_of(record["entries"])
    messages: list[Message] = []
    for n, entry in enumerate(entries):
        attachments.add(entry.get("attachments"))
        id = text_of(entry.get("backend_uuid")) or text_of(entry.get("uuid")) or f"#{n}"
        time = parse_time(entry.get("entry_created_datetime")) or parse_time(entry.get("updated_datetime"))
        before = messages[-1].id if messages else None
        messages.append(Message(f"{id} query", before, USER, text_of(entry.get("query_str")), timestamp=time))
        messages.append(
            Message(id, messages[-1].id, ASSISTANT, _answer(entry), text_of(entry.get("display_model")), time)
        )
    first: Object = entries[0] if entries else {}
    id = text_of(first.get("context_uuid")) or text_of(record.get("context_uuid"))
    slug = text_of(first.get("thread_url_slug"))
    link = f"https://www.perplexity.ai/search/{slug}" if slug else None
    title = text_of(first.get("thread_title")) or text_of(record.get("title"))
    return Thread((id or slug,), title, messages[0].timestamp if messages else None, link), messages


def _answer(entry: Object) -> str:
    """The blocks in Markdown, or the JSON text of older entries."""
    answer = ""
    for block in objects_of(entry.get("blocks")):
        if text_of(block.get("intended_usage")).startswith("ask_text"):
            text = text_of(object_of(block.get("markdown_block")).get("answer"))
            answer = answer if text == answer else joined(answer, text)
    if answer:
        return answer
    text = text_of(entry.get("text")) or text_of(entry.get("answer"))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text_of(value.get("answer")) if isinstance(value, dict) else text
