"""Labels of hints."""

from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.features.hints.labels import LETTERS, labels


@given(st.integers(0, 900))
def test_no_label_begins_another_and_none_comes_twice(count: int) -> None:
    found = labels(count)
    assert len(found) == len(set(found)) == count
    assert len({len(label) for label in found}) <= 1
    assert set("".join(found)) <= set(LETTERS)


def test_labels_are_as_short_as_can_be() -> None:
    assert len(labels(9)[0]) == 1
    assert len(labels(10)[0]) == 2
    assert len(labels(81)[0]) == 2
    assert len(labels(82)[0]) == 3
