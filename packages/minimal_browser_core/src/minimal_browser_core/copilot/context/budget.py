"""Cuts text to a budget of characters."""

from minimal_browser_core.copilot.context.text import clean_text

PAGE_BUDGET = 24_000
"""Characters of page and selection in one question; about 6,000 tokens of English."""
HISTORY_BUDGET = 12_000
"""Characters of earlier questions and answers that are sent with a question."""


def cut_to_budget(text: str, budget: int) -> tuple[str, str]:
    """The cleaned beginning of `text`, at most `budget` characters, and a note about the cut or ""."""
    # Cleaning mostly collapses white space: four times the budget is enough raw text to fill it.
    cleaned = clean_text(text[: max(budget, 0) * 4])
    if len(cleaned) <= budget and len(text) <= budget * 4:
        return cleaned, ""
    cut = cleaned[: max(budget, 0)]
    space = max(cut.rfind("\n"), cut.rfind(" "))
    if space > len(cut) * 0.9:  # a language without spaces is cut exactly at the budget
        cut = cut[:space]
    cut = cut.rstrip()
    return cut, f", cut: the first {len(cut)} of about {len(text)} characters"
