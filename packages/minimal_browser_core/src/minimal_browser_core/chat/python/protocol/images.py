"""Images in messages: a field of their own, or parts of the content."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from minimal_browser_core.chat.values import Image


def images_of(message: dict[str, Any]) -> tuple[Image, ...]:
    """Return the images of a message."""
    return tuple(image for name in ("images", "content") for image in _images_in(message.get(name)))


def _images_in(parts: Any) -> Iterator[Image]:
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and (image := _image(part)) is not None:
            yield image


def _image(part: dict[str, Any]) -> Image | None:
    """Return the image of one part, in any of the shapes that providers use."""
    url = part.get("image_url")
    url = url.get("url") if isinstance(url, dict) else url
    if isinstance(url, str) and url:
        return _from_url(url)
    encoded = part.get("b64_json")
    mime_type = part.get("mime_type")
    for name in ("inline_data", "inlineData"):
        if isinstance(inline := part.get(name), dict):
            encoded, mime_type = inline.get("data"), inline.get("mime_type") or inline.get("mimeType")
    data = _decoded(encoded) if isinstance(encoded, str) and encoded else None
    return Image(mime_type if isinstance(mime_type, str) else None, data, None) if data is not None else None


def _from_url(url: str) -> Image:
    """Decode a data URL (RFC 2397); any other one is left to the caller."""
    if url[:5].lower() != "data:" or "," not in url:
        return Image(None, None, url)
    head, _, body = url[5:].partition(",")
    mime_type, *parameters = head.split(";")
    is_base64 = any(parameter.strip().lower() == "base64" for parameter in parameters)
    data = _decoded(body) if is_base64 else unquote_to_bytes(body)
    return Image(mime_type or None, data, url if data is None else None)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
