"""The drawn demo: pixels that never change, exact landmarks, true label distributions."""

import dataclasses
import hashlib
import json

import cv2
import numpy as np
import pytest
import tensorflow_datasets as tfds

from data.demo import outlines
from data.demo.action_units import ACTION_UNITS, INDEX, PROTOTYPES, draw_expression, votes
from data.demo.appearance import Camera, Pose, draw_palette, draw_style
from data.demo.demo_dataset_builder import Builder
from data.demo.drawing import SHARES, draw
from data.demo.face_shape import FIELD, MIRROR, REST, draw_identity, move, rest_shape
from data.demo.posed_face import build_geometry
from data.demo.render import render
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError

FRONTAL = Pose(0.0, 0.0, 0.0, scale=0.35, shift=np.zeros(2))
PLAIN = Camera(np.array([0.0, 0.0, 1.0]), 0.7, 0.3, np.ones(3), 1.0, 0.0, False, 0, 0.0)
CHECKSUMS = {
    ("train", 0, 48): "7ca757d97a14933c",
    ("train", 1, 48): "bcf480b766a451d3",
    ("train", 2, 48): "5704088440f4f0c7",
    ("test", 0, 48): "4faf0c5251284594",
    ("test", 1, 96): "47cc512e648d4e52",
}


def units(name: str, variant: int = 0) -> np.ndarray:
    shown = np.zeros((len(ACTION_UNITS), 2))
    for unit, intensity in PROTOTYPES[name][variant].items():
        shown[INDEX[unit]] = intensity
    return shown


def mean_face(name: str, variant: int = 0) -> np.ndarray:
    identity = draw_identity(np.random.RandomState(0), strength=0.0)
    return move(rest_shape(identity), units(name, variant))


@pytest.mark.parametrize("record", CHECKSUMS)
def test_pixels_are_pinned(record):
    assert hashlib.sha256(draw(*record).pixels.tobytes()).hexdigest()[:16] == CHECKSUMS[record]


def test_pixels_do_not_depend_on_threads_or_on_other_records():
    threads = cv2.getNumThreads()
    first = draw("train", 5).pixels
    draw("train", 6)
    cv2.setNumThreads(1)
    second = draw("train", 5).pixels
    cv2.setNumThreads(threads)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, draw("test", 5).pixels)


def test_png_keeps_pixels_and_channel_order():
    drawing = draw("train", 0)
    decoded = cv2.imdecode(np.frombuffer(drawing.png(), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(decoded[..., ::-1], drawing.pixels)


def test_landmarks_do_not_depend_on_size():
    small, large = draw("train", 3), draw("train", 3, 96)
    assert large.pixels.shape == (96, 96, 3)
    assert np.array_equal(small.landmarks, large.landmarks)


def test_landmarks_lie_on_what_is_painted():
    """A red mouth alone in the picture has its extremes at the lip landmarks."""
    rng = np.random.RandomState(1)
    style, palette = draw_style(rng), draw_palette(rng)
    style = dataclasses.replace(style, hair="bald", beard=0.0, moustache=0.0, glasses=0.0, age=0.0)
    grey = np.full(3, 128.0)
    grounds = dict.fromkeys(("skin", "hair", "iris", "clothes"), grey)
    red = np.array([220.0, 0, 0])
    palette = dataclasses.replace(palette, lips=red, backdrop=np.full((3, 3), 128.0), **grounds)
    identity = draw_identity(rng, strength=0.0)
    geometry = build_geometry(units("neutral"), identity, style, FRONTAL)
    picture = render(geometry, style, palette, FRONTAL, PLAIN, 192, rng).astype(int)
    rows, columns = np.nonzero(picture[..., 0] - picture[..., 1] > 30)
    mouth = geometry.landmarks[48:60] * 192
    assert columns.min() + 0.5 == pytest.approx(mouth[:, 0].min(), abs=2.5)
    assert columns.max() + 0.5 == pytest.approx(mouth[:, 0].max(), abs=2.5)
    assert rows.min() + 0.5 == pytest.approx(mouth[:, 1].min(), abs=2)
    assert rows.max() + 0.5 == pytest.approx(mouth[:, 1].max(), abs=2)


def test_curves_pass_through_their_points():
    points = np.random.RandomState(0).uniform(size=(5, 2))
    assert np.allclose(outlines._curve(points, 4)[::4], points)


def test_mean_face_and_its_movements_are_symmetric():
    assert np.allclose(REST[MIRROR] * (-1, 1), REST)
    assert np.allclose(FIELD[:, 1][:, MIRROR] * (-1, 1), FIELD[:, 0])


def test_yaw_turns_the_nose_towards_the_side_and_pitch_down():
    rng = np.random.RandomState(2)
    identity, style = draw_identity(rng, strength=0.0), draw_style(rng)

    def nose(**angle: float) -> np.ndarray:
        pose = dataclasses.replace(FRONTAL, **angle)
        p = build_geometry(units("neutral"), identity, style, pose).landmarks
        return p[30] - (p[36] + p[45]) / 2

    assert nose(yaw=0.3)[0] > nose()[0] + 0.03
    assert nose(pitch=0.2)[1] > nose()[1] + 0.005


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_lids_and_lips_never_cross(name):
    for variant in range(len(PROTOTYPES[name])):
        p = mean_face(name, variant)
        for upper, lower in ((37, 41), (38, 40), (43, 47), (44, 46), (61, 67), (62, 66), (63, 65)):
            assert p[upper, 1] <= p[lower, 1] + 1e-12


def test_prototypes_look_as_emfacs_says():
    rest = mean_face("neutral")
    corners = {name: mean_face(name)[[48, 54], 1].mean() for name in EXPRESSIONS}
    inner_brows = {name: mean_face(name)[[21, 22], 1].mean() for name in EXPRESSIONS}
    assert corners["happiness"] < corners["neutral"] - 0.1 < corners["sadness"] - 0.2
    assert inner_brows["surprise"] < inner_brows["neutral"] - 0.1
    assert inner_brows["sadness"] < inner_brows["neutral"] - 0.05
    assert inner_brows["anger"] > inner_brows["neutral"] + 0.1
    surprised = mean_face("surprise")
    assert surprised[66, 1] - surprised[62, 1] > 0.2
    assert surprised[41, 1] - surprised[37, 1] > rest[41, 1] - rest[37, 1] + 0.05


def test_contempt_is_one_sided():
    for seed in range(10):
        shown = draw_expression(EXPRESSIONS.index("contempt"), np.random.RandomState(seed), 0.0)
        weak, strong = np.sort(shown.units[INDEX[14]])
        assert strong > 3 * weak


def test_distribution_is_a_blend_of_at_most_two_with_the_label_on_top():
    shares = []
    for seed in range(200):
        shown = draw_expression(seed % 8, np.random.RandomState(seed))
        assert shown.distribution.sum() == pytest.approx(1)
        assert (shown.distribution > 0).sum() <= 2
        assert shown.label == seed % 8 == votes(shown.distribution).argmax()
        shares.append(shown.distribution.max())
    assert min(shares) >= 0.6
    assert 0.25 < np.mean(np.array(shares) == 1) < 0.55


def test_votes_round_by_largest_remainder():
    assert votes(np.array([0.0, 0.64, 0.36])).tolist() == [0, 6, 4]
    assert votes(np.array([0.34, 0.33, 0.33])).tolist() == [4, 3, 3]
    assert votes(np.array([0.35, 0.65])).tolist() == [3, 7]
    assert votes(np.array([0.3, 0.7])).tolist() == [3, 7]


def test_shares_sum_to_one():
    assert len(SHARES) == len(EXPRESSIONS)
    assert SHARES.sum() == pytest.approx(1)


def test_builder_writes_what_is_drawn(tmp_path):
    builder = Builder(train=4, test=3, size=32, data_dir=tmp_path, file_format="array_record")
    builder.download_and_prepare()
    folder = tmp_path / "demo" / "2.0.0"
    described = json.loads((folder / "metadata.json").read_text())
    assert described["scheme"] == "ibug68"
    assert described["classes"] == described["votes"] == list(EXPRESSIONS)
    read = tfds.builder_from_directory(folder)
    records = [r for split in ("test", "train") for r in read.as_data_source(split=split)]
    names = {int(r["id"]): r["name"].decode() for r in records}
    assert sorted(names) == list(range(7))
    assert [names[i] for i in range(7)] == sorted(names.values())
    record = next(r for r in records if r["name"] == b"train_000002.png")
    drawing = draw("train", 2, 32)
    assert np.array_equal(record["image"], drawing.pixels)
    assert np.allclose(record["landmarks"], drawing.landmarks, atol=1e-6)
    assert np.array_equal(record["present"], drawing.present)
    assert record["label"] == drawing.label
    assert record["votes"].tolist() == drawing.votes.tolist()


@pytest.mark.parametrize("option", [{"train": 0}, {"test": -1}, {"size": 8}, {"size": 1000}])
def test_builder_refuses_what_it_cannot_draw(tmp_path, option):
    with pytest.raises(UserError, match="--" + next(iter(option))):
        Builder(data_dir=tmp_path, **option)
