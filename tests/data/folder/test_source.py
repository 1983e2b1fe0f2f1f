import pytest

from data.folder.source import list_source
from data.listing import CONFLICT, REPEATED, keep_first
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


def test_splits_on_top(tree):
    listing = list_source(
        tree("test/a/1.jpg", "Training/a/1.jpg", "Training/b/1.jpg", "val/b/1.jpg")
    )
    assert list(listing.splits) == ["train", "valid", "test"]
    assert _found(listing) == {
        "train": {"Training/a/1.jpg": "a", "Training/b/1.jpg": "b"},
        "valid": {"val/b/1.jpg": "b"},
        "test": {"test/a/1.jpg": "a"},
    }


def test_all_that_is_left_out_is_noted(tree):
    root = tree(
        *("train/sad/1.jpg", "train/happy/1.jfif", "train/happy/x.heic", "train/happy/notes.txt"),
        *("train/2.jpg", "3.jpg", "list.csv", "train/happy/._1.jpg", ".git/4.jpg", "test/5.jpg"),
        *("train/sad/.ipynb_checkpoints/1.jpg", "__MACOSX/train/sad/1.jpg", "test/sad/none.txt"),
    )
    (root / "train" / "sad" / "up").symlink_to("..")
    listing = list_source(root)
    assert _found(listing) == {
        "train": {"train/happy/1.jfif": "happiness", "train/sad/1.jpg": "sadness"}
    }
    assert listing.notes == {
        "image beside the class folders (left out)": [
            *(("", "3.jpg"), ("test", "test/5.jpg"), ("train", "train/2.jpg"))
        ],
        "image of an unsupported format (left out)": [("train", "train/happy/x.heic")],
        "not an image by its name (left out)": [
            *(("", "list.csv"), ("test", "test/sad/none.txt"), ("train", "train/happy/notes.txt"))
        ],
        "hidden (left out)": [
            *(("", ".git/"), ("", "__MACOSX/"), ("train", "train/happy/._1.jpg")),
            ("train", "train/sad/.ipynb_checkpoints/"),
        ],
        "link to a folder around it (left out)": [("train", "train/sad/up")],
        "folder without an image": [("test", "test/sad/")],
    }


def test_class_folders_that_begin_with_a_line_are_class_folders(tree):
    listing = list_source(tree("_a/1.jpg", "__b/1.jpg"))
    assert listing.classes == ("__b", "_a")


def test_linked_class_folders_are_followed(tree, tmp_path):
    root = tree("happy/1.jpg")
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool" / "2.jpg").write_bytes(b"")
    (root / "sad").symlink_to(tmp_path / "pool")
    assert _found(list_source(root)) == {
        "train": {"happy/1.jpg": "happiness", "sad/2.jpg": "sadness"}
    }


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
    with pytest.raises(UserError, match="already has a test split"):
        list_source(root, holdout=0.5)
    with pytest.raises(UserError, match=r"--holdout 20.0 is not a share"):
        list_source(root, holdout=20.0)


def test_a_holdout_leaves_images_to_train_on_and_takes_some(tree):
    root = tree(*(f"{name}/{n}.jpg" for name in "ab" for n in range(4)))
    with pytest.raises(UserError, match="leaves no training image of class a, which has 4"):
        list_source(root, holdout=0.999)
    with pytest.raises(UserError, match="takes no image: the largest class has 4"):
        list_source(root, holdout=0.1)


@pytest.mark.parametrize("split", ["train", "valid"])
def test_where_nothing_can_be_held_out_no_other_share_is_advised(tree, split):
    root = tree(f"{split}/a/1.jpg", f"{split}/b/1.jpg")
    with pytest.raises(UserError, match="no class has two images for training; leave it out"):
        list_source(root, holdout=0.5)


def test_classes_of_the_splits_must_fit(tree):
    root = tree(
        "train/happy/1.jpg", "train/Suprise/1.jpg", "test/happy/1.jpg", "test/surprise/1.jpg"
    )
    with pytest.raises(
        UserError, match=r"test has the class surprise, .* --classes 'Suprise=surprise'"
    ):
        list_source(root)
    listing = list_source(root, classes="suprise=surprise")
    assert listing.classes == ("happiness", "surprise")


def test_a_misspelt_class_of_train_is_the_one_that_is_meant(tree):
    """`Fearfull` is nearer to `fearful` than to `fear`, its class."""
    root = tree(*("train/Fearfull/1.jpg", "train/sad/1.jpg", "test/fear/1.jpg", "test/sad/1.jpg"))
    with pytest.raises(UserError, match="did you mean Fearfull\\? --classes 'Fearfull=fear', or"):
        list_source(root)


def test_an_image_is_no_source(tree):
    with pytest.raises(UserError, match=r"1\.jpg is an image: a folder or a CSV file"):
        list_source(tree("sad/1.jpg") / "sad" / "1.jpg")


def test_a_class_that_test_lacks_is_no_error(tree):
    listing = list_source(tree("train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg"))
    assert listing.classes == ("a", "b")


def test_one_folder_that_is_no_expression_is_no_class(tree):
    with pytest.raises(UserError, match=r"one class, 'images', .* found: images 2"):
        list_source(tree("images/1.jpg", "images/2.jpg", "annotations/1.txt"))
    assert list_source(tree("../one/happy/1.jpg").parent / "one").classes == ("happiness",)


def test_repeated_and_conflicting_rows(tmp_path, write):
    rows = "a/1.jpg,happy\n./a/1.jpg,Happiness\na\\1.jpg,sad\na/2.jpg,sad\n"
    write(tmp_path / "a" / "1.jpg", b"x")
    listing = list_source(write(tmp_path / "faces.csv", f"path,label\n{rows}"))
    keep_first(listing)
    assert _found(listing) == {"train": {"a/1.jpg": "happiness", "a/2.jpg": "sadness"}}
    assert listing.notes == {
        REPEATED: [("train", "a/1.jpg")],
        CONFLICT: [("train", "a/1.jpg is happiness and sadness here")],
    }
