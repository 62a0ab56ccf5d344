import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.keys.notation import KeyNotationError, is_plain, normalise_key, parse_keys


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("g", "g"),
        ("G", "G"),
        ("?", "?"),
        ("é", "é"),
        ("ß", "ß"),
        (" ", "<Space>"),
        ("<", "<lt>"),
        (">", ">"),
        ("<gt>", ">"),
        ("<bar>", "|"),
        ("<esc>", "<Esc>"),
        ("<C-[>", "<Esc>"),
        ("<Return>", "<CR>"),
        ("<enter>", "<CR>"),
        ("<f12>", "<F12>"),
        ("<c-F>", "<C-f>"),
        ("<C-S-F>", "<C-S-f>"),
        ("<S-C-Tab>", "<C-S-Tab>"),
        ("<S-a>", "A"),
        ("<A-A>", "<A-S-a>"),
        ("<A-S-a>", "<A-S-a>"),
        ("<M-x>", "<A-x>"),
        ("<C-->", "<C-->"),
        ("<C->>", "<C->>"),
        ("<C-lt>", "<C-lt>"),
        ("<A-C-Left>", "<C-A-Left>"),
        ("<C-Space>", "<C-Space>"),
        ("<D-q>", "<D-q>"),
    ],
)
def test_every_spelling_of_a_key_has_one_normal_form(written: str, normal: str) -> None:
    assert normalise_key(written) == normal


@pytest.mark.parametrize("written", ["", "ab", "\0", "\n", "<Foo>", "<X-a>", "<S-1>", "<C-S-+>", "<C-", "\ud800"])
def test_text_that_is_not_a_key_is_refused_with_the_reason(written: str) -> None:
    with pytest.raises(KeyNotationError) as caught:
        normalise_key(written)
    assert len(str(caught.value)) > 10


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("gg", ("g", "g")),
        ("<C-w>o", ("<C-w>", "o")),
        ("g?", ("g", "?")),
        ("<<", ("<lt>", "<lt>")),
        ("z<cr>", ("z", "<CR>")),
        ("<Space>a", ("<Space>", "a")),
        (" ", ("<Space>",)),
        ("a<b", ("a", "<lt>", "b")),
    ],
)
def test_a_sequence_splits_into_its_keys(written: str, keys: tuple[str, ...]) -> None:
    assert parse_keys(written) == keys


def test_a_blank_between_keys_is_refused_because_it_is_more_often_a_mistake() -> None:
    with pytest.raises(KeyNotationError, match="<Space>"):
        parse_keys("g g")


def test_no_keys_at_all_are_refused() -> None:
    with pytest.raises(KeyNotationError, match="no keys"):
        parse_keys("")


def test_only_keys_that_type_a_character_are_plain() -> None:
    assert [key for key in ("a", "<Space>", "<lt>", "<CR>", "<C-a>", "<F1>") if is_plain(key)] == [
        "a",
        "<Space>",
        "<lt>",
    ]


@given(st.text(max_size=12))
def test_the_normal_form_of_a_key_is_its_own_normal_form(text: str) -> None:
    try:
        normal = normalise_key(text)
    except KeyNotationError:
        return
    assert normalise_key(normal) == normal


@given(st.text(max_size=20))
def test_a_sequence_that_parses_parses_to_itself_when_written_out(text: str) -> None:
    try:
        keys = parse_keys(text)
    except KeyNotationError:
        return
    assert parse_keys("".join(keys)) == keys
