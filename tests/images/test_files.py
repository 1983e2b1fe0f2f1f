import os
from pathlib import Path

import pytest

from data.landmarks import sources
from lanet_jax.errors import UserError
from lanet_jax.images import files
from lanet_jax.predict import given


@pytest.fixture
def tree(tmp_path):
    """Writes empty files below a root; returns the root."""

    def make(*paths):
        for path in paths:
            file = tmp_path / "tree" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"x")
        return tmp_path / "tree"

    return make


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.JPEG", "a.jfif", "a.Jpe", "a.b.png", "a.dib", "a.tif", "a.webp", "a.gif"]
)
def test_image_endings_in_any_case(name):
    assert files.is_image(name)


@pytest.mark.parametrize("name", ["a.heic", "a.txt", "jpg", ".jpg", "a.jpg.part", "a", "a."])
def test_other_names_are_no_images(name):
    assert not files.is_image(name)


def test_hidden_files_and_folders_are_listed_once_and_not_entered(tree):
    root = tree(
        *("a/1.jpg", "a/.ipynb_checkpoints/1-checkpoint.jpg", "a/._1.jpg", "a/Thumbs.db"),
        *("__MACOSX/a/._1.jpg", "_kept/2.jpg", "__kept/3.jpg", ".git/x.png", "b/.empty/.x"),
    )
    tree_found = files.below(root)
    assert tree_found.files == ["__kept/3.jpg", "_kept/2.jpg", "a/1.jpg"]
    assert tree_found.hidden == [
        *(".git/", "__MACOSX/", "a/._1.jpg", "a/.ipynb_checkpoints/", "a/Thumbs.db", "b/.empty/"),
    ]
    assert tree_found.folders == ["__kept", "_kept", "a", "b"]


def test_links_are_followed_without_loops(tree, tmp_path):
    root = tree("a/1.jpg", "b/2.jpg")
    pool = tmp_path / "pool" / "deep"
    pool.mkdir(parents=True)
    (pool / "3.jpg").write_bytes(b"x")
    (root / "c").symlink_to(pool.parent)
    (root / "a" / "up").symlink_to("..")
    (root / "a" / "far").symlink_to(tmp_path)
    (root / "a" / "self").symlink_to(".")
    (root / "a" / "to_b").symlink_to("../b")
    (root / "b" / "to_a").symlink_to("../a")
    (root / "b" / "4.jpg").symlink_to("2.jpg")
    (root / "b" / "5.jpg").symlink_to("absent.jpg")
    found = files.below(root)
    assert {"a/1.jpg", "b/2.jpg", "c/deep/3.jpg", "a/to_b/2.jpg", "b/to_a/1.jpg"} <= set(
        found.files
    )
    assert {"a/up", "a/far", "a/self", "a/to_b/to_a", "b/to_a/to_b"} <= set(found.loops)
    assert "b/5.jpg" in found.files  # its absence is somebody's to tell
    assert "b/5.jpg" not in files.images_below(root)
    assert "b/4.jpg" in files.images_below(root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_named(tree):
    root = tree("a/1.jpg", "b/1.jpg")
    (root / "b").chmod(0)
    with pytest.raises(UserError, match="b cannot be read"):
        files.below(root)


def test_landmarks_and_predict_list_the_same_images(tree, tmp_path):
    root = tree("a/1.jfif", "a/._1.jpg", ".x/2.jpg", "b/3.PNG", "c/notes.txt", "@eaDir/4.jpg")
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool" / "5.jpe").write_bytes(b"x")
    (root / "d").symlink_to(tmp_path / "pool")
    names = ["a/1.jfif", "b/3.PNG", "d/5.jpe"]
    assert sources.read(root).names == names
    found = [Path(item.file).relative_to(root).as_posix() for item in given.listing(root).items]
    assert found == names
