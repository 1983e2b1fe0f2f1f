"""A card describes a network that can be built, and tells whose checkpoint it is."""

import math

import pytest

from lanet_jax.checkpoint import metadata
from lanet_jax.recipes import PUBLISHED
from tests.export import networks

CARD = metadata.completed(networks.card("ce", 18, "small", 16))


def test_the_cards_of_all_methods_are_right():
    for method in PUBLISHED:
        assert metadata.wrong_keys({**CARD, "method": method}) == []


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("classes", [None, [], "anger", ["anger", 1]]),
        ("size", [None, 0, -1, 16.0, True, 1 << 14]),
        ("mean", [None, [0.5] * 2, (0.5,) * 3, [0.5, 0.5, math.nan], [0.5, "0", 0.5]]),
        ("std", [None, [0.0, 0.1, 0.1], [0.1, 0.1, -0.1], [0.1, 0.1, math.inf]]),
        ("family", [None, "vgg", []]),
        ("width", [None, 0, 2.0, 1 << 13]),
        ("depth", [None, 19, "18", 18.0]),
        ("stem", [None, "large", 1]),
        ("frozen_stages", [None, -1, 4, 1.0]),
        ("method", [None, "sgd", []]),
        ("precision", [None, "float16", 32]),
        ("grey", [None, 0, "yes"]),
        ("resample", [None, "nearest"]),
        ("temperature", [None, 0, -1.0, "1", math.nan, math.inf, True]),
        ("balance_power", [None, -0.1, 1.5, "1", math.nan]),
    ],
)
def test_a_value_that_cannot_be_is_named(key, values):
    for value in values:
        assert metadata.wrong_keys({**CARD, key: value}) == [key], value


def test_all_wrong_keys_are_named_at_once():
    card = {**CARD, "size": 0, "grey": 1}
    del card["depth"], card["mean"]
    assert metadata.wrong_keys(card) == ["size", "mean", "grey", "depth"]


def test_what_exports_add_is_right():
    assert metadata.wrong_keys({**CARD, "temperature": 0.6, "balance_power": 0, "more": {}}) == []


def test_an_older_card_is_completed_and_keeps_what_it_has():
    old = {key: CARD[key] for key in ("classes", "size", "method")}
    found = metadata.completed({**old, "grey": True})
    later = {"precision": "float32", "family": "resnet", "frozen_stages": 0, "resample": "linear"}
    assert found == {**old, **later, "grey": True}


def test_a_checkpoint_of_another_run_says_in_what_it_differs():
    config = {"seed": 0, "method": "ce"}
    own = {**CARD, "run": {"config": config, "labels": "a"}, "rows": 3}
    assert metadata.foreign(own, own) == ""
    assert metadata.foreign({**own, "rows": 4}, own) == ""
    assert metadata.foreign(CARD, own) == ""  # it does not say whose it is
    other = {**own, "size": 32, "run": {"config": {**config, "seed": 1}, "labels": "b"}}
    assert metadata.foreign(other, own) == (
        "is of another run: size 32 there, 16 here, seed 1 there, 0 here, other labels"
    )
    only_run = {"run": own["run"]}
    assert "size" not in metadata.foreign(other, only_run)
    old = {key: value for key, value in own.items() if key != "grey"}
    assert metadata.foreign(old, {**own, "grey": True}) != ""


def test_long_values_are_cut():
    own = {"run": {"config": {"file": "a" * 100}}}
    other = {"run": {"config": {"file": "b" * 100}}}
    assert len(metadata.foreign(other, own)) < 140


def test_an_exported_card_does_not_bind_a_run():
    card = metadata.without_run({**CARD, "run": {"config": {}}, "rows": 3})
    assert card == CARD
