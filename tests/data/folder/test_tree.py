import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.folder import tree as trees
from data.folder.entries import BESIDE, EMPTY
from lanet_jax.errors import UserError


@pytest.fixture
def tree(tmp_path, write):
    """Writes images below a root, a number for each folder; returns the root."""

    def make(**numbers):
        for folder, number in numbers.items():
            for image in range(number):
                write(tmp_path / "tree" / folder.replace("__", "/") / f"{image}.jpg", b"")
        return tmp_path / "tree"

    return make


def _error(root):
    with pytest.raises(UserError) as caught:
        trees.read(root)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("wrapper", ["images", "archive__images"])
def test_one_folder_too_high_says_which_would_fit(tree, wrapper):
    root = tree(
        **{f"{wrapper}__train__angry": 3, f"{wrapper}__train__happy": 2},
        **{f"{wrapper}__validation__angry": 1, f"{wrapper}__validation__happy": 1},
    )
    message = _error(root)
    path = wrapper.replace("__", "/")
    assert f"{path}/train/ is a split's folder below the level of splits" in message
    assert message.endswith(f"the folder {root / path} would fit")


def test_the_tree_is_shown_as_it_was_read(tree):
    message = _error(tree(data__train__angry=3, data__train__happy=2, data__test__angry=1))
    assert "data/{test/{angry 1}, train/{angry 3, happy 2}}" in message


def test_classes_below_one_folder(tree):
    root = tree(faces__angry=3, faces__happy=2)
    assert _error(root).endswith(f"the folder {root / 'faces'} would fit")


def test_classes_below_each_person(tree):
    message = _error(tree(anna__angry=3, anna__happy=2, ben__angry=1, ben__happy=1))
    assert "anna/angry/ is a class's folder below anna/" in message
    assert "path,label,split" in message  # no folder of it would fit


def test_splits_below_each_class(tree):
    message = _error(tree(angry__train=3, angry__test=2, happy__train=1, happy__test=1))
    assert "angry/test/ is a split's folder below the level of splits" in message
    assert "would fit" not in message


def test_a_wrapper_in_each_split(tree):
    message = _error(tree(train__images__angry=3, train__images__happy=9, val__images__angry=1))
    assert "train/images/angry/ is a class's folder below images/" in message
    assert "would fit" not in message  # it would leave val out


def test_a_split_in_itself(tree):
    assert "train/train/ is a split's folder" in _error(tree(train__train__angry=3))


@pytest.mark.parametrize(
    "name",
    ["train_2", "TestA", "my test", "dev", "eval", "val-b", "fold test", "Devel", "development"],
)
def test_names_that_speak_of_a_split_are_refused(tree, name):
    message = _error(tree(**{"happy": 1, name: 1}))
    assert f"{name}/ looks like a split" in message


@pytest.mark.parametrize(
    ("train", "valid"),
    [
        ("train_set", "val_set"),
        ("Training", "PublicTest"),
        ("TRAIN DATA", "Validation-Images"),
        ("trn", "vld"),
    ],
)
def test_common_names_of_splits(tree, train, valid):
    found = trees.read(tree(**{f"{train}__a": 1, f"{train}__b": 1, f"{valid}__a": 1}))
    assert {(entry.split, entry.label) for entry in found.entries} == {
        *(("train", "a"), ("train", "b"), ("valid", "a"))
    }


def test_two_folders_of_one_split_are_told(tree):
    found = trees.read(tree(test__a=1, PrivateTest__a=1, train__a=2))
    assert found.remarks == ["PrivateTest/ and test/ are taken together as test"]


def test_folders_below_a_class_belong_to_it_and_are_told(tree):
    found = trees.read(tree(happy__anna=1, happy__ben=1, sad=1, sad__sad=1))
    assert [entry.label for entry in found.entries] == ["happy", "happy", "sad", "sad"]
    assert found.remarks == [
        "3 images lie deeper and count to their class folder, such as happy/anna/0.jpg"
    ]


def test_where_all_images_lie_deeper_both_levels_are_told(tree):
    found = trees.read(tree(anna__calm=2, anna__tense=1, ben__calm=1))
    assert {entry.label for entry in found.entries} == {"anna", "ben"}
    assert found.remarks == [
        "all images lie a level deeper: anna/, ben/ are taken as the classes, not calm/, tense/"
    ]


def test_a_split_without_classes_is_left_out_and_told(tree):
    found = trees.read(tree(train__happy=1, train__sad=1, test=2))
    assert found.remarks == ["test/ is left out: no class folder in it holds an image"]
    assert [note[:2] for note in found.notes] == [(BESIDE, "test")] * 2


def test_one_folder_too_low(tree):
    root = tree(train__happy=1, train__sad=1, test__happy=1)
    assert trees.read(root / "train").remarks == [
        f"test beside train is not read; the folder {root} holds all of them"
    ]
    message = _error(root / "train" / "happy")
    assert f"its 1 images lie in it directly; is {root / 'train'} meant?" in message


@pytest.mark.parametrize("name", ["a\n/1.jpg", "a/\x1b[2J.jpg", "a/\udcff.jpg"])
def test_a_name_that_no_list_can_hold_is_refused(tree, write, name):
    root = tree(b=1)
    write(root / name, b"")
    assert "has a character that lists of names cannot hold" in _error(root)


FOLDERS = st.sampled_from(("train", "val_set", "Happy", "sad", "x", ".h", "_y"))
FILES = st.sampled_from(("1.jpg", "2.JPE", "3.heic", "4.txt", ".5.jpg", "6"))
PATHS = st.tuples(st.lists(FOLDERS, max_size=3), FILES).map(lambda way: "/".join((*way[0], way[1])))


@settings(max_examples=60)
@given(st.sets(PATHS, min_size=1, max_size=12))
def test_every_file_is_an_entry_or_left_out_by_name(paths):
    with tempfile.TemporaryDirectory() as folder:
        _check_that_nothing_is_lost(Path(folder), paths)


def _check_that_nothing_is_lost(root, paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    try:
        found = trees.read(root)
    except UserError:
        return
    read = [entry.path for entry in found.entries]
    left = [name for kind, _, name in found.notes if kind != EMPTY]
    for path in paths:
        ways = [path, *(f"{path[:at]}/" for at, char in enumerate(path) if char == "/")]
        assert len([way for way in ways if way in read or way in left]) == 1
    assert all(entry.label in entry.path.split("/")[:2] for entry in found.entries)
    assert {entry.split for entry in found.entries} <= {"train", "valid", "test"}
