"""Markdown of a model, which may be hostile, as HTML to show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser.toolkit.markdown import MAX_TAIL, BlockSplitter, render


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=https://example.com/x onerror=alert(1)>",
        "![picture](https://example.com/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "[x](file:///etc/passwd)",
        "[x](mb://conversations)",
        "<a href='https://example.com' style='position:fixed'>x</a>",
        "[x]: javascript:alert(1)\n\n[x]",
        '<https://example.com/" onmouseover="alert(1)>',
    ],
)
def test_what_could_do_harm_is_not_in_the_html(text: str) -> None:
    html = render(text)
    assert not re.search(r"<(script|img|iframe|style|object)", html)
    assert not re.search(r"href=\"(?!https?:)", html)
    assert not re.search(r"<[^>]+ (on\w+|style|src)=", html)


def test_the_usual_markdown_is_rendered() -> None:
    html = render("# Head\n\n**bold** `code` [link](https://example.com)\n\n- a\n\n| x |\n|---|\n| 1 |\n\n~~gone~~")
    for tag in ("<h1>", "<strong>", "<code>", 'href="https://example.com"', "<li>", "<td>", "<s>"):
        assert tag in html


BLOCKS = st.sampled_from(
    [
        "A paragraph\nof two lines.\n\n",
        "- one\n- two\n\n",
        "1. a\n\n   more\n\n",
        "```py\nx = 1\n\ny\n```\n",
        "> quote\n\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
        "# Title\n",
        "Title\n===\n",
        "***\n",
        "    code\n\n    more\n\n",
        "word ",
    ]
)


@given(st.lists(BLOCKS, max_size=12), st.integers(1, 40))
def test_what_is_split_off_renders_as_the_whole_does(blocks: list[str], size: int) -> None:
    text = "".join(blocks)
    splitter = BlockSplitter()
    final = [part for at in range(0, len(text), size) for part in splitter.feed(text[at : at + size])]
    assert "".join(final) + splitter.tail == text
    parts = [render(part) for part in (*final, splitter.tail)]
    assert re.sub(r"\s+", "", "".join(parts)) == re.sub(r"\s+", "", render(text))


def test_a_code_block_without_end_is_cut_into_code_blocks() -> None:
    splitter = BlockSplitter()
    final = splitter.feed("```python\n" + "".join(f"line {number}\n" for number in range(5_000)))
    assert len(splitter.tail) <= MAX_TAIL + 20
    assert all(render(part).startswith("<pre><code>") for part in (*final, splitter.tail))
    shown = "".join(re.sub(r"<[^>]+>", "", render(part)) + "\n" for part in (*final, splitter.tail))
    assert shown.split("\n")[:-1] == [f"line {number}" for number in range(5_000)]


def test_a_word_without_end_does_not_grow_the_tail() -> None:
    splitter = BlockSplitter()
    final = splitter.feed("x" * 100_000)
    assert len(splitter.tail) <= MAX_TAIL
    assert "".join(final) + splitter.tail == "x" * 100_000
