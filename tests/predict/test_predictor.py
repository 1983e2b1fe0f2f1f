import os
import threading
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

import lanet_jax
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.predict import predictor as predictor_lib

BATCH, SIZE = 4, 16  # of the predictor in conftest.py
pytestmark = pytest.mark.usefixtures("few_cores")


def test_one_row_a_face(make_predictor, photo):
    images = [
        photo(("anger", 5, 10, 40), ("neutral", 70, 10, 30)),
        photo(),
        photo(("fear", 20, 5, 50)),
    ]
    table = make_predictor().predict(images)
    assert [(r.file, r.status, r.top) for r in table] == [
        ("array 0", "face", "anger"),
        ("array 0", "face", "neutral"),
        ("array 1", "no face", None),
        ("array 2", "face", "fear"),
    ]
    assert table[0].box == (5, 10, 45, 50)
    assert table[1].box == (70, 10, 100, 40)
    assert table[0].score == 0.9
    sums = table.probabilities.sum(1)
    np.testing.assert_allclose(sums[[0, 1, 3]], 1, rtol=1e-5)
    assert np.isnan(sums[2])
    assert table[2].box is table[2].probabilities is None


def test_every_batch_has_one_shape_and_faces_keep_their_order(make_predictor, network, photo):
    names = ["anger", "fear", "neutral", "fear", "anger", "neutral", "fear"]
    pairs = [photo((name, 5, 10, 40), (name, 70, 10, 40)) for name in names]
    table = make_predictor().predict([*pairs, photo()])
    assert [row.top for row in table if row.top] == [name for name in names for _ in "12"]
    assert set(network.shapes) == {(BATCH, SIZE, SIZE, 3)}
    # 4 photos with 8 faces, then 3 with 6.
    assert len(network.shapes) == 2 + 2


def test_more_faces_than_a_batch_in_one_photo(make_predictor, network, photo):
    names = ["anger", "fear", "neutral"] * 3
    faces = [(name, 12 * i + 1, 4, 10) for i, name in enumerate(names)]
    table = make_predictor().predict(photo(*faces))
    assert [row.top for row in table] == names
    assert network.shapes == [(BATCH, SIZE, SIZE, 3)] * 3


def test_whole_images_need_no_finder(make_predictor, network):
    def find(image):
        raise AssertionError

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH + 1, SIZE, SIZE, 3), np.uint8)
    table = make_predictor(find).predict(images, faces="whole")
    assert [row.frame for row in table] == list(range(BATCH + 1))
    assert table[0].box == (0, 0, SIZE, SIZE)
    np.testing.assert_array_equal(network.seen[0], images[:BATCH])
    np.testing.assert_array_equal(network.seen[1][0], images[BATCH])


def test_bgr_turns_the_colours(make_predictor, photo):
    image = photo(("anger", 5, 10, 40))
    predictor = make_predictor()
    assert predictor.predict(image[..., ::-1], bgr=True)[0].top == "anger"
    assert predictor.predict(image[..., ::-1])[0].top == "neutral"


def test_grey_crops_for_a_network_of_grey_faces(make_predictor, network, photo):
    image = photo(("anger", 5, 10, 40))
    for faces in ("detect", "whole"):
        make_predictor(grey=True).predict(image, faces=faces)
        seen = network.seen[-1][0]
        assert seen.max() > 0
        np.testing.assert_array_equal(seen[..., 0], seen[..., 2])


def test_a_row_says_that_a_file_has_further_pictures(make_predictor, tmp_path, photo):
    for name, image in (("a.gif", photo(("fear", 5, 5, 40))), ("b.gif", photo())):
        frames = [PIL.Image.fromarray(image), PIL.Image.fromarray(255 - image)]
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    table = make_predictor().predict(tmp_path)
    assert [row.status for row in table] == ["face", "no face"]
    assert [row.note for row in table] == ["the first of 2 pictures in the file"] * 2


def test_a_broken_file_has_a_row(make_predictor, tmp_path, photo, write_image):
    write_image(tmp_path / "1.png", photo(("fear", 5, 5, 40)))
    (tmp_path / "2.png").write_bytes(b"no image")
    write_image(tmp_path / "3.png", photo(("anger", 5, 5, 40)))
    table = make_predictor().predict(tmp_path)
    assert [row.status for row in table] == ["face", "error", "face"]
    assert "known format" in table[1].error
    assert table[2].top == "anger"


def test_a_video_frame_by_frame(make_predictor, tmp_path, photo, write_video):
    shown = ["anger", "", "fear", "neutral", "neutral"]
    images = [photo((name, 5, 5, 50)) if name else photo() for name in shown]
    table = make_predictor().predict(write_video(tmp_path / "a.mp4", images))
    assert [row.top or "" for row in table] == shown
    assert [row.frame for row in table] == [0, 1, 2, 3, 4]


def test_an_image_in_which_faces_cannot_be_sought(make_predictor, find_patches, photo):
    def find(image):
        if image.shape[1] > 1000:
            raise cv2.error("(-215) too wide\n in function warpAffine")
        return find_patches(image)

    images = [np.zeros((2, 1001, 3), np.uint8), photo(("fear", 5, 5, 40))]
    table = make_predictor(find).predict(images)
    assert [row.status for row in table] == ["error", "face"]
    assert table[0].error == "faces cannot be sought in it: (-215) too wide"


def test_what_is_absent_is_said_before_anything_is_read(make_predictor, tmp_path):
    def find(image):
        raise UserError("fetch the face models once")

    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(UserError, match="fetch the face models"):
        make_predictor(find).predict(tmp_path)
    with pytest.raises(UserError, match="detect, whole"):
        make_predictor().predict(tmp_path, faces="all")


def test_an_error_in_the_finder_is_not_swallowed(make_predictor, photo):
    def find(image):
        if image.shape[0] > 8:
            raise RuntimeError("a fault of ours")
        return []

    with pytest.raises(RuntimeError, match="a fault of ours"):
        make_predictor(find).predict([photo()] * 10)


def test_no_model_comes_along(monkeypatch, tmp_path):
    monkeypatch.setattr(predictor_lib, "SHIPPED", tmp_path / "ferplus.safetensors")
    with pytest.raises(UserError, match="--model=CKPT"):
        lanet_jax.load()
    with pytest.raises(UserError, match="batch=0"):
        lanet_jax.load(tmp_path, batch=0)
    with pytest.raises(UserError, match=r"batch=1\.5"):
        lanet_jax.load(tmp_path, batch=1.5)
    with pytest.raises(UserError, match="batch='64'"):
        lanet_jax.load(tmp_path, batch="64")
    with pytest.raises(UserError, match=r"not ndarray: images go to load\(\)\.predict"):
        lanet_jax.load(np.zeros((8, 8), np.uint8))


def test_the_model_that_comes_along_knows_a_smile():
    assert predictor_lib.SHIPPED.stat().st_size <= 12e6
    image = cv2.imread(str(Path(__file__).parents[1] / "faces" / "astronaut.jpg"))
    bundled = lanet_jax.load("bundled", batch=1)
    assert bundled.classes == lanet_jax.load().classes == EXPRESSIONS
    (row,) = bundled.predict(image[69:177, 88:183], faces="whole", bgr=True)
    assert row.top == "happiness"
    assert row.probabilities[bundled.classes.index("happiness")] > 0.9


def test_the_face_models_stay_loaded_between_calls(make_predictor, find_patches, photo, few_cores):
    threads = set()

    def find(image):
        threads.add(threading.get_ident())
        return find_patches(image)

    predictor = make_predictor(find)
    for _ in range(20):
        predictor.predict(photo())
    # The first call asks in the caller's thread whether they are there.
    assert len(threads) <= few_cores + 1


def test_a_number_that_is_none_is_told(make_predictor, network, photo, monkeypatch):
    monkeypatch.setattr(
        type(network), "__call__", lambda self, p, s, x: (np.full((len(x), 3), np.nan), None)
    )
    (row,) = make_predictor().predict(photo(("fear", 5, 5, 40)))
    assert (row.status, row.top, row.probabilities) == ("error", None, None)
    assert row.box == (5, 5, 45, 45) and "NaN" in row.error


def test_a_face_that_lies_on_its_side_is_turned_and_says_so(make_predictor, find_patches, photo):
    def find(image):
        faces = find_patches(image)
        for face in faces:
            face.landmarks[:] = face.landmarks[:, ::-1] * [-1, 1] + [60, 0]  # clockwise
        return faces

    (row,) = make_predictor(find).predict(photo(("fear", 5, 5, 40)))
    assert row.note == "turned by 90 degrees"


def test_a_forked_process_says_why_it_would_hang(make_predictor, photo, monkeypatch):
    predictor = make_predictor()
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    with pytest.raises(UserError, match=r"forked .* load the network in each process"):
        predictor.predict(photo())
    monkeypatch.setattr(predictor_lib, "_started", parent)
    with pytest.raises(UserError, match="forked"):
        lanet_jax.load()


def test_faces_smaller_than_nothing_are_not_sought():
    with pytest.raises(UserError, match=r"smallest=-0\.1"):
        lanet_jax.load(smallest=-0.1)
    with pytest.raises(UserError, match="smallest=None"):
        lanet_jax.load(smallest=None)
