"""Grok's `prod-grok-backend.json`: `{"conversations": [{"conversation": {…}, "responses": [{"response": {…}}]}]}`."""

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER, Message, Thread, joined
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    conversation: Object = record["conversation"]
    messages: list[Message] = []
    for n, wrapped in enumerate(objects_of(record["responses"])):
        response = object_of(wrapped.get("response")) or wrapped
        attachments.add(response.get("file_attachments"))
        attachments.add(response.get("generated_image_urls"))
        by_user = text_of(response.get("sender")).lower() in ("human", "user")  # otherwise it may be a model
        messages.append(
            Message(
                text_of(response.get("_id")) or text_of(response.get("id")) or f"#{n}",
                text_of(response.get("parent_response_id")) or (messages[-1].id if messages else None),
                USER if by_user else ASSISTANT,
                text_of(response.get("message")),
                "" if by_user else text_of(response.get("model")),
                _time(response.get("create_time")),
                _reasoning(response),
            )
        )
    id = text_of(conversation.get("id")) or text_of(conversation.get("conversation_id"))
    link = f"https://grok.com/c/{id}" if id else None
    return Thread((id,), text_of(conversation.get("title")), _time(conversation.get("create_time")), link), messages


def _reasoning(response: Object) -> str:
    traces = [response, *objects_of(response.get("agent_thinking_traces"))]
    reasoning = ""
    for trace in traces:
        reasoning = joined(reasoning, text_of(trace.get("thinking_trace")))
    return reasoning


def _time(value: object) -> int | None:
    """A time as text, as a number, or in MongoDB's form `{"$date": {"$numberLong": "1705312200000"}}`."""
    for name in ("$date", "$numberLong"):
        value = value.get(name) if isinstance(value, dict) and name in value else value
    return parse_time(value)
