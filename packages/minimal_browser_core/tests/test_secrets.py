import copy
import json
import pickle
from dataclasses import asdict, dataclass

import msgspec
import pytest

from minimal_browser_core.secrets import Secret

KEY = "sk-0123456789"


@pytest.fixture
def secret() -> Secret:
    return Secret(KEY)


def test_only_reveal_gives_the_secret(secret: Secret) -> None:
    assert secret.reveal() == KEY


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>20}".format, "%s".__mod__, ascii])
def test_no_way_of_printing_shows_it(secret: Secret, show) -> None:
    shown = show(secret)
    assert KEY not in shown
    assert "***" in shown


def test_a_format_width_counts_for_the_mask(secret: Secret) -> None:
    assert f"{secret:>5}" == "  ***"


def test_it_does_not_show_inside_other_objects(secret: Secret) -> None:
    @dataclass
    class Settings:
        key: Secret

    assert KEY not in repr([secret]) + repr({"key": secret}) + repr(Settings(secret)) + str(asdict(Settings(secret)))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_holds_the_mask(secret: Secret, protocol: int) -> None:
    pickled = pickle.dumps(secret, protocol)
    assert KEY.encode() not in pickled
    assert pickle.loads(pickled).reveal() == "***"


@pytest.mark.parametrize("encode", [json.dumps, msgspec.json.encode])
def test_json_refuses_it(secret: Secret, encode) -> None:
    with pytest.raises(TypeError) as caught:
        encode(secret)
    assert KEY not in str(caught.value)


def test_vars_have_nothing_to_show(secret: Secret) -> None:
    with pytest.raises(TypeError):
        vars(secret)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_copy_has_the_same_value(secret: Secret, duplicate) -> None:
    assert duplicate(secret).reveal() == KEY


def test_secrets_compare_by_value_and_only_among_themselves(secret: Secret) -> None:
    assert secret == Secret(KEY)
    assert secret != Secret("other")
    assert secret != KEY
    assert len({secret, Secret(KEY), Secret("other")}) == 2


def test_an_empty_secret_is_false(secret: Secret) -> None:
    assert secret
    assert not Secret("")


def test_it_cannot_be_changed(secret: Secret) -> None:
    with pytest.raises(AttributeError):
        secret.value = "other"
    assert secret.reveal() == KEY


def test_scrubbing_masks_every_occurrence(secret: Secret) -> None:
    assert secret.scrub(f"{KEY} and {KEY}!") == "*** and ***!"
    assert Secret("").scrub("unchanged") == "unchanged"
