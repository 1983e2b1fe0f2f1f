"""Which names of folders and cells mean a split, and which only resemble one."""

import pytest

from data.split_names import KNOWN, SPLITS, resembles, split_of


@pytest.mark.parametrize(
    ("split", "names"),
    [
        ("train", "train TRAIN Training train_set train-images trn tr FER2013Train Train.Data"),
        ("valid", "val valid Validation val_set VA FER2013Valid PublicTest \uff56\uff41\uff4c"),
        ("test", "test Testing test_faces te FER2013Test PrivateTest tests"),
    ],
)
def test_names_of_a_split(split, names):
    assert {split_of(name) for name in names.split()} == {split}
    assert not any(resembles(name) for name in names.split())


def test_the_names_that_messages_list_are_known():
    assert {split_of(name) for name in KNOWN.split(", ")} == set(SPLITS)


@pytest.mark.parametrize(
    "name", ["train_2", "oldTrain", "test (1)", "trainval", "dev", "holdout", "my-eval", "TEST2"]
)
def test_what_resembles_a_split_is_none_but_is_noticed(name):
    assert split_of(name) is None and resembles(name)


@pytest.mark.parametrize("name", ["anger", "happy", "", "2", "attest", "ch\u00e2teau"])
def test_other_names_are_neither(name):
    assert split_of(name) is None and not resembles(name)
