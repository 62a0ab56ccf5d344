from hypothesis import given, settings
from hypothesis import strategies as st

from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore as Store
from minimal_browser_core.testing.search_oracle import Case, agree, cases, highlights_are_sound


@settings(max_examples=300, deadline=None)
@given(cases())
def test_search_finds_what_brute_force_finds(case: Case) -> None:
    agree(case, Store(":memory:"))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=300))
def test_any_text_is_a_query_and_every_highlight_is_inside_its_snippet(query: str, text: str) -> None:
    highlights_are_sound(query, text, Store(":memory:"))
