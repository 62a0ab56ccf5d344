"""Makes text storable as UTF-8."""


def encodable(text: str) -> str:
    """`text` with "?" for each lone surrogate: UTF-8 cannot encode them, and a page can produce them."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
