"""Texts for the model, which are files of this package."""

from pathlib import Path


def prompt(name: str, **values: str) -> str:
    """The text `prompts/{name}.md` with its values filled in."""
    text = (Path(__file__).parent / "prompts" / f"{name}.md").read_text("utf-8").strip()
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text
