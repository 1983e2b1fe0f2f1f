import pytest

from lanet_jax.input.names import CASE, ENDING, Names, plain

AFFECTNET = Names(["train_set/images/3.jpg", "train_set/images/4.jpg", "val_set/images/3.jpg"])


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("val_set/images/3.jpg", [2]),
        ("train_set/images/3.jpg", [0]),
        ("/data/AffectNet/val_set/images/3.jpg", [2]),
        (r"C:\AffectNet\train_set\images\3.jpg", [0]),
        ("./train_set//images/3.jpg", [0]),
        ("images/3.jpg", [0, 2]),
        ("3.jpg", [0, 2]),
        ("4.jpg", [1]),
        ("test_set/images/4.jpg", []),  # another folder's
        ("images4.jpg", []),
        ("5.jpg", []),
        ("", []),
    ],
)
def test_paths_stand_for_one_image_if_one_is_the_end_of_the_other(name, rows):
    assert AFFECTNET.find(name) == (rows, "")


@pytest.mark.parametrize(
    ("name", "rows", "passed_over"),
    [
        ("val_set/images/3.JPG", [2], CASE),
        ("VAL_SET/images/3.jpg", [2], CASE),
        ("val_set/images/3", [2], ENDING),
        ("4", [1], ENDING),
        ("val_set/images/3.png", [], ""),
    ],
)
def test_what_is_passed_over_is_told(name, rows, passed_over):
    assert AFFECTNET.find(name) == (rows, passed_over)


def test_the_longest_agreement_counts():
    names = Names(["1.jpg", "a/1.jpg", "b/a/1.jpg", "x.jpg", "c/x.jpg"])
    assert names.find("a/1.jpg") == ([1], "")
    assert names.find("c/b/a/1.jpg") == ([2], "")
    assert names.find("z/x.jpg") == ([3], "")


def test_names_that_differ_in_what_is_passed_over_are_found_whole():
    names = Names(["a.jpg", "A.jpg", " a.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg", "a\\b.jpg"])
    for row, name in enumerate(["a.jpg", "A.jpg", " a.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg"]):
        assert names.find(name) == ([row], "")
    assert names.find("x/caf\u00e9.jpg") == ([3, 4], "")
    assert names.find(r"a\b.jpg") == ([5], "")
    assert names.find("a/b.jpg") == ([5], "")


def test_rafdbs_two_names_of_an_image():
    names = Names(["train_00001_aligned.jpg", "train_00002_aligned.jpg"])
    assert names.find("Image/aligned/train_00002.jpg") == ([1], "")
    assert Names(["train_00002.jpg"]).find("train_00002_aligned.jpg") == ([0], "")


def test_like_passes_over_folders_and_endings():
    assert AFFECTNET.like("other/3.PNG") == [0, 2]
    assert AFFECTNET.like("5.jpg") == []


def test_plain():
    assert plain(r".\x\\ train_1_aligned.jpg ") == "x/train_1.jpg"
