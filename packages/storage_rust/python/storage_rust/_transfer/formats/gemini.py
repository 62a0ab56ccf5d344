"""Gemini's part of a Google Takeout, `MyActivity.json`: one record per question, with the answer in HTML.

The words before a question are English only for accounts in English. Records without an answer are then not known to be
questions, and are left out.
"""

import re
from typing import Final

from ..exchange import InvalidRecordError, text_of
from ..message_tree import ASSISTANT, USER, Message, Thread
from ..times import parse_time
from .html_text import text_of_html
from .message_content import AttachmentCounter, Object, objects_of

_ASKED: Final = re.compile(r"(?:Prompted with: |Asked (?:Gemini|Bard): |(?:Prompted|Asked|Said|Branched|Answered) )")
_OTHER: Final = re.compile(
    r"(?:Created|Used|Added|Gave|Selected|Shared|Deleted|Viewed|Visited|Searched|Edited|Pinned|Renamed|Exported|Updated)"
    r" "
)
_ATTACHED: Final = re.compile(r"\s*Attached (\d{1,4}) files?\.?\s*$")
_PRODUCTS: Final = ("gemini", "bard")


def is_activity(record: Object) -> bool:
    """Whether a record of Google's activity is of Gemini."""
    if not isinstance(record.get("title"), str) or not isinstance(record.get("time"), str):
        return False
    products = record.get("products")
    labels = [record.get("header"), *(products if isinstance(products, list) else ())]
    return any(name in label.lower() for label in labels if isinstance(label, str) for name in _PRODUCTS)


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The question and the answer of a record. A conversation is known only if the record has a link to it."""
    question, answer = _question_and_answer(record, attachments)
    time, url = str(record["time"]), text_of(record.get("titleUrl"))
    link = url if url.startswith("https://gemini.google.com/app/") else None
    at = parse_time(time)
    messages = [
        Message(f"{time} {question:.200}", None, USER, question, timestamp=at),
        Message(f"{time} answer", f"{time} {question:.200}", ASSISTANT, answer, "gemini", at),
    ]
    return Thread((link.rpartition("/")[2] if link else "",), "", at, link), messages


def _question_and_answer(record: Object, attachments: AttachmentCounter) -> tuple[str, str]:
    title = str(record["title"])
    details = {
        text_of(each.get("name")).lower(): text_of(each.get("value")) for each in objects_of(record.get("details"))
    }
    answers = [text_of_html(text_of(item.get("html"))) for item in objects_of(record.get("safeHtmlItem"))]
    answer = "\n\n".join(filter(None, answers)) or details.get("response", "")
    if details.get("request"):
        return details["request"], answer
    match = _ASKED.match(title)
    if match is None and (_OTHER.match(title) or not answer):
        raise InvalidRecordError("it is not a question to Gemini")
    question = title[match.end() :] if match else title
    attached = _ATTACHED.search(question)
    if attached:
        attachments.count += int(attached[1])
        question = question[: attached.start()]
    return question, answer
