"""Photos become upright faces, as prediction cuts them."""

import math

import cv2
import numpy as np
import pytest

from data import images
from lanet_jax.faces.align import EYE_DISTANCE, EYE_HEIGHT, align
from lanet_jax.faces.square import Square
from lanet_jax.images.pixels import decode
from lanet_jax.landmarks.schemes import SCHEMES
from tests.landmarks.drawn_face import face

SIZE = 96
# Level eyes 20 px apart, the nose, and a mouth at the distance that its square expects.
FACE = np.array([[30, 20], [50, 20], [40, 30], [38, 41], [42, 41]], np.float32)


def turned(points, degrees, centre=(60, 50)):
    turn = Square(*centre, 1.0, math.radians(degrees))
    return turn.to_image(points - centre + 0.5)


def photo(points):
    """A black photo with a patch at each of the eyes."""
    image = np.zeros((110, 130, 3), np.uint8)
    for x, y in points[:2]:
        cv2.circle(image, (round(x), round(y)), 3, (255, 255, 255), -1)
    return cv2.imencode(".png", image)[1].tobytes()


@pytest.fixture
def photos(tmp_path, write):
    """Two photos of one face, one of them turned, and one without; their landmark file."""
    faces = {"anger/a.png": FACE, "fear/b.png": turned(FACE, 40), "fear/none.png": FACE * 0}
    for name, points in faces.items():
        write(tmp_path / "photos" / name, photo(points))
    known, file = [True, True, False], tmp_path / "l.npz"
    np.savez(file, name=list(faces), points=list(faces.values()), ok=known, scheme="points5")
    return tmp_path / "photos", file


def change(file, **changed):
    np.savez(file, **dict(np.load(file)) | changed)


def aligned(photos, tmp_path):
    source, file = photos
    words = ("folder", "--name", "mine", "--source", source, "--landmarks", file)
    return *words, "--align", SIZE, "--data_dir", tmp_path / "out"


def test_a_face_is_cut_out_of_a_file():
    pixels = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    path_like = type(
        "Path", (), {"read_bytes": lambda _: cv2.imencode(".png", pixels)[1].tobytes()}
    )
    cut = decode(images.read(images.Face(path_like(), Square(30, 25, 20), 40)))
    expected = Square(30, 25, 20).cut(pixels[..., ::-1], 40)
    assert cut.shape == (40, 40, 3)
    assert np.abs(cut.astype(float) - expected).mean() < 12  # JPEG


def test_photos_become_faces_and_their_landmarks_move_along(
    prepare, stored, photos, tmp_path, capsys
):
    prepare(*aligned(photos, tmp_path))
    folder = tmp_path / "out" / "mine" / "1.0.0"
    records = stored(folder, "train")
    assert sorted(records) == ["anger/a.png", "fear/b.png"]
    eyes = [[0.5 - EYE_DISTANCE / 2, EYE_HEIGHT], [0.5 + EYE_DISTANCE / 2, EYE_HEIGHT]]
    for name in records:
        np.testing.assert_allclose(records[name]["landmarks"][:2], eyes, atol=1e-4)
        assert records[name]["present"].all()
        pixels = decode(records[name]["image"])
        assert pixels.shape == (SIZE, SIZE, 3)
        for x, y in eyes:
            assert pixels[round(y * SIZE), round(x * SIZE)].min() > 200
        assert pixels[round(EYE_HEIGHT * SIZE), SIZE // 2].max() < 50  # between the eyes
    image = decode((photos[0] / "anger/a.png").read_bytes())
    cut = decode(records["anger/a.png"]["image"]).astype(float)
    assert np.abs(cut - align(image, FACE, SIZE, "points5")).mean() < 3  # as in prediction
    assert "fear/none.png" in (folder / "report.txt").read_text()
    told = capsys.readouterr().out
    assert "no face with landmarks that can be trusted (left out)" in told
    assert "fit no image" not in told  # all rows of the landmark file were of use


def test_small_faces_in_whole_images_are_remarked(prepare, photos, tmp_path, capsys):
    words = aligned(photos, tmp_path)
    without = [word for word in words if word not in ("--align", SIZE)]
    prepare(*without)  # 20 of 130 px between the eyes
    told = capsys.readouterr().out
    assert "in 2 of 2 images with landmarks, such as anger/a.png, the face is small" in told
    prepare(*words, "--overwrite")
    assert "the face is small" not in capsys.readouterr().out


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("share", "is_small"), [(1.0, False), (0.7, False), (0.3, True)])
def test_the_landmarks_of_a_crop_tell_no_small_face(
    prepare, photos, tmp_path, capsys, scheme, share, is_small
):
    # The face's square has a side of 6 / EYE_DISTANCE of the drawing; images are 130 x 110 px.
    points = 55 + share * 110 / (6 / EYE_DISTANCE) * face(scheme, crooked=0)
    change(photos[1], points=np.stack([points] * 3), scheme=scheme)
    words = aligned(photos, tmp_path)
    prepare(*(word for word in words if word not in ("--align", SIZE)))
    assert ("the face is small" in capsys.readouterr().out) == is_small


@pytest.mark.parametrize("align", [("--align", SIZE), ()])
def test_landmarks_in_another_order_are_refused(fails, photos, tmp_path, align):
    nose_first = np.stack([FACE[[2, 0, 1, 3, 4]]] * 3)
    change(photos[1], points=nose_first, ok=np.ones(3, bool))
    words = [word for word in aligned(photos, tmp_path) if word not in ("--align", SIZE)]
    line = fails(*words, *align)
    assert "the landmarks are not in the order of their scheme points5" in line
    assert "the points 1-2, 3-4 mirror each other (numbered from 0), in the scheme 0-1, 3-4" in line
    assert f"The order of points5 is: {SCHEMES['points5'].order}" in line
    assert not (tmp_path / "out/mine").exists()


def test_without_landmarks_no_face_can_be_cut_out(fails, photos, tmp_path):
    words = ("folder", "--name", "mine", "--source", photos[0], "--data_dir", tmp_path / "out")
    assert "give --landmarks FILE" in fails(*words, "--align", SIZE)


def test_photos_without_any_face_are_refused(fails, photos, tmp_path):
    change(photos[1], ok=np.zeros(3, bool))
    line = fails(*aligned(photos, tmp_path))
    assert "no image is left to prepare: 3 no face with landmarks" in line


def test_eyes_that_are_not_known_are_no_face(prepare, stored, photos, tmp_path):
    points = np.load(photos[1])["points"]
    points[1, 0] = np.nan
    change(photos[1], points=points)
    prepare(*aligned(photos, tmp_path))
    assert sorted(stored(tmp_path / "out/mine/1.0.0", "train")) == ["anger/a.png"]


def test_photos_without_a_row_are_told_from_those_without_a_face(prepare, photos, tmp_path, capsys):
    change(photos[1], name=["anger/a.png", "fear/renamed.png", "fear/none.png"])
    prepare(*aligned(photos, tmp_path))
    told = capsys.readouterr().out
    assert "no row in the landmark file (left out): train: fear/b.png" in told
    assert "can be trusted (left out): train: fear/none.png" in told
    assert "1 of 3 rows of the landmark file fit no image, such as 'fear/renamed.png'" in told


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ["x.png", "y.png", "z.png"]}, "the landmark file fits none of the images"),
        ({"scheme": "point5"}, "scheme 'point5' is not known, and points5 has 5 points, too"),
        ({"scheme": "aflw19"}, "the scheme aflw19 has 19 points, but 5 landmarks are given"),
        (
            {"points": np.stack([FACE + 3000] * 3)},  # of photos that were made smaller since
            "its landmarks are outside the image: they were found in one of another size",
        ),
    ],
)
def test_a_landmark_file_of_other_photos_is_refused(fails, photos, tmp_path, changed, message):
    change(photos[1], **changed)
    assert message in fails(*aligned(photos, tmp_path))


@pytest.mark.parametrize("align", [("--align", SIZE), ()])
def test_shares_of_the_image_are_no_pixels(fails, photos, tmp_path, align):
    change(photos[1], points=np.stack([FACE / [130, 110]] * 3))
    words = [word for word in aligned(photos, tmp_path) if word not in ("--align", SIZE)]
    line = fails(*words, *align)
    assert f"{photos[1]}: the points lie between 0 and 1, pixels of the stored image were" in line
    assert "multiply by width and height" in line


def test_a_damaged_photo_is_an_error_though_it_has_no_face(fails, photos, tmp_path):
    damaged = photos[0] / "fear/none.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    line = fails(*aligned(photos, tmp_path))
    assert "1 file is truncated or not an image: fear/none.png" in line


def test_landmarks_that_do_not_tell_the_eyes_are_refused(fails, photos, tmp_path):
    change(photos[1], scheme="mine")
    line = fails(*aligned(photos, tmp_path))
    assert "cannot be aligned by landmarks of the scheme 'mine'" in line
