from pathlib import Path

import pytest

from lanet_jax.predict import picture_names
from lanet_jax.predict.given import Item


def _item(path, root="in", is_video=False):
    return Item(path, Path("in") / path, root and Path(root), is_video)


def test_no_two_items_have_one_name():
    items = [_item(n) for n in ("a.png", "a.bmp", "A.gif", "a-2.png", "b/a.png", "a.webp")]
    items += [_item("a.mov", is_video=True), _item("c/a.tif", root=None)]
    names = picture_names.named(items, Path("out"))
    assert [names[item].relative_to("out").as_posix() for item in items] == [
        *("a.jpg", "a-2.jpg", "A-3.jpg", "a-2-2.jpg", "b/a.jpg", "a-4.jpg", "a.mp4", "a-5.jpg")
    ]


def test_as_many_equal_names_as_there_are_pictures():
    # A search from 2 on for each would look at 10**6 names.
    items = [_item(f"{i}/a.png", root=f"in/{i}") for i in range(2_000)]
    names = picture_names.named(items, Path("out"))
    assert len(set(names.values())) == len(items)
    assert names[items[-1]] == Path("out/a-2000.jpg")


@pytest.mark.parametrize("name", ["x" * 300, "ä" * 150, "b/" * 3000 + "x"])
def test_a_name_that_the_disk_does_not_take(tmp_path, name):
    folder = tmp_path / "out"
    path = picture_names.fitting(folder / f"{name}.jpg", folder)
    other = picture_names.fitting(folder / f"{name}y.jpg", folder)
    assert path.parent == folder and path != other
    assert path.name.startswith(name[-1] if "/" in name else name[:20])
    path.write_bytes(b"")


def test_a_name_that_the_disk_takes(tmp_path):
    path = tmp_path / "deep" / "er" / "x.jpg"
    assert picture_names.fitting(path, tmp_path) == path
    path.write_bytes(b"")
    assert picture_names.fitting(path, tmp_path) == path
