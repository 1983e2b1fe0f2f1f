import pytest

from data.folder.source import list_source
from lanet_jax.errors import UserError


@pytest.fixture
def tree(tmp_path, write):
    """Writes empty files below a root; returns the root."""

    def make(*paths):
        for path in paths:
            write(tmp_path / "tree" / path, b"")
        return tmp_path / "tree"

    return make


def _found(listing):
    return {
        split: {item.name: listing.classes[item.label] for item in items}
        for split, items in listing.splits.items()
    }


def test_known_expressions_come_in_canonical_order(tree):
    listing = list_source(tree("Surprised/1.jpg", "angry/1.PNG", "fear/deep/2.jpeg"))
    assert listing.classes == ("anger", "fear", "surprise")
    assert _found(listing) == {
        "train": {"Surprised/1.jpg": "surprise", "angry/1.PNG": "anger", "fear/deep/2.jpeg": "fear"}
    }


def test_two_spellings_are_one_class(tree):
    assert list_source(tree("happy/1.jpg", "happiness/2.jpg")).classes == ("happiness",)


def test_other_classes_keep_their_names_in_alphabetical_order(tree):
    listing = list_source(tree("sad/1.jpg", "Pain/1.jpg"))
    assert listing.classes == ("Pain", "sad")


def test_splits_on_top(tree):
    listing = list_source(tree("test/a/1.jpg", "Training/a/1.jpg", "val/b/1.jpg"))
    assert list(listing.splits) == ["train", "valid", "test"]
    assert _found(listing) == {
        "train": {"Training/a/1.jpg": "a"},
        "valid": {"val/b/1.jpg": "b"},
        "test": {"test/a/1.jpg": "a"},
    }


def test_other_files_are_counted_hidden_ones_are_not(tree):
    listing = list_source(
        tree("a/1.jpg", "a/notes.txt", "a/.DS_Store", ".git/x/1.jpg", "__MACOSX/a/1.jpg")
    )
    assert _found(listing) == {"train": {"a/1.jpg": "a"}}
    assert listing.remarks == ["1 files left out whose names are not those of images"]


def test_splits_beside_classes_are_refused(tree):
    with pytest.raises(UserError, match="holds the split test/ beside anger/"):
        list_source(tree("test/a/1.jpg", "anger/1.jpg"))


def test_an_empty_tree_is_refused(tree):
    with pytest.raises(UserError, match="holds no image"):
        list_source(tree("readme.txt"))


def test_holdout_takes_the_same_share_of_each_class_each_time(tree):
    root = tree(*(f"a/{n}.jpg" for n in range(10)), *(f"b/{n}.jpg" for n in range(5)))
    held = _found(list_source(root, holdout=0.2))
    assert sorted(held["test"].values()) == ["a", "a", "b"]
    assert len(held["train"]) == 12
    assert not set(held["train"]) & set(held["test"])
    # Images that come later move only as many as their own class needs.
    tree(*(f"c/{n}.jpg" for n in range(10)))
    again = _found(list_source(root, holdout=0.2))
    assert set(held["test"]) < set(again["test"])


def test_holdout_is_for_sources_without_a_test_split(tree):
    root = tree("train/a/1.jpg", "test/a/1.jpg")
    with pytest.raises(UserError, match="has a test split of its own"):
        list_source(root, holdout=0.5)
    with pytest.raises(UserError, match=r"--holdout 20.0 is no share"):
        list_source(root, holdout=20.0)


def test_csv(tmp_path, write):
    table = write(
        tmp_path / "faces.csv",
        "path,label,split\nx/1.jpg,happy,train\nx/2.jpg,sad,Validation\n\nx/3.jpg,sad,\n",
    )
    listing = list_source(table)
    assert _found(listing) == {
        "train": {"x/1.jpg": "happiness", "x/3.jpg": "sadness"},
        "valid": {"x/2.jpg": "sadness"},
    }
    assert listing.splits["train"][0].image == tmp_path / "x/1.jpg"


def test_csv_without_splits_is_all_train(tmp_path, write):
    table = write(tmp_path / "faces.csv", "\ufefflabel,path\nsad,1.jpg\n")
    assert _found(list_source(table)) == {"train": {"1.jpg": "sadness"}}


@pytest.mark.parametrize("row", ["x.jpg,,train", ",sad,train", "x.jpg,sad,dev", "x.jpg"])
def test_a_row_that_cannot_be_read_is_named(tmp_path, write, row):
    table = write(tmp_path / "faces.csv", f"path,label,split\na.jpg,sad,test\n{row}\n")
    with pytest.raises(UserError, match=r"faces.csv line 3: a path, a label"):
        list_source(table)


def test_csv_in_another_encoding(tmp_path, write):
    table = write(tmp_path / "faces.csv", "path,label\nÄ.jpg,sad\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"faces.csv is not in UTF-8 \(byte 11\)"):
        list_source(table)


def test_csv_with_other_columns(tmp_path, write):
    with pytest.raises(UserError, match="line 1: the columns path,label"):
        list_source(write(tmp_path / "faces.csv", "file,class\na,b\n"))
