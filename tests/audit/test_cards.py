import base64
import re

import cv2
import numpy as np

from lanet_jax.audit import cards
from lanet_jax.audit.cards import Why
from lanet_jax.from_config.data import Data
from lanet_jax.run.summary import HOLDOUT

BELIEFS = np.eye(3)[[0, 2, 2, 1, 1, 2]]


def _cards(data, suspects=(2, 0)):
    suspects = np.array(suspects)
    why = {"expression": Why(suspects[:, None], np.full((len(suspects), 1), 0.5), None)}
    suggested = BELIEFS.argmax(axis=1)
    suggested[5] = -1
    return cards.cards(data, suspects, np.arange(6) / 6, BELIEFS, suggested, why)


def test_a_card_says_what_is_known(data):
    first, second = _cards(data)["cards"]
    assert (first["name"], first["given"], first["suggested"]) == ("c</script>.png", 0, 2)
    assert (first["true"], first["changed"], first["score"]) == (2, True, 0.3333)
    assert (first["votes"], first["other"]) == ([5, 0, 5], "")
    assert second["votes"] == [9, 0, 1]
    third = _cards(data, [5])["cards"][0]
    assert (third["other"], third["suggested"]) == ("unknown 2", None)


def test_records_without_a_card_keep_their_label_in_the_file(data, make_records):
    assert _cards(data)["rest"] == [["f.png", 0]]
    held = make_records(["h.png"], [1])
    kept = Data(data.train, data.given, None, {HOLDOUT: held})
    assert [list(row) for row in _cards(kept)["rest"]] == [["f.png", 0], ["h.png", 1]]


def test_images_stand_once_as_stored_and_neighbours_small(make_records):
    records = make_records(["a.png", "b.png"], [0, 1], size=200)
    data = Data(records, np.array([1, 1]), None, {})
    why = {"expression": Why(np.array([[1], [1]]), np.ones((2, 1)), np.ones((2, 1)))}
    found = cards.cards(data, np.array([0, 1]), np.zeros(2), np.eye(3)[:2], np.array([0, 1]), why)
    assert len(found["images"]) == 3
    assert [card["image"] for card in found["cards"]] == [0, 2]
    assert [card["why"]["expression"][0][0] for card in found["cards"]] == [1, 1]
    sizes, stored = [], records.sources[0]
    for uri in found["images"]:
        kind, encoded = re.fullmatch(r"data:image/(png|jpeg);base64,(.+)", uri).groups()
        encoded = base64.b64decode(encoded)
        sizes.append(cv2.imdecode(np.frombuffer(encoded, np.uint8), 1).shape[0])
        assert kind == "jpeg" or encoded in (stored[0]["image"], stored[1]["image"])
    assert sizes == [200, 64, 200]


def test_a_suspect_with_fewer_neighbours_shows_only_those(make_records):
    records = make_records(list("abc"), [0, 1, 0])
    data = Data(records, np.array([0, 1, 0]), None, {})
    near = np.array([[0.9, -np.inf], [-np.inf, -np.inf]])
    why = {"landmark": Why(np.array([[2, 1], [0, 2]]), near, None)}
    found = cards.cards(data, np.array([0, 1]), np.zeros(3), np.eye(3), np.array([0, 1, 0]), why)
    shown = [card["why"]["landmark"] for card in found["cards"]]
    assert [[name for *_, name in one] for one in shown] == [["c"], []]


def test_large_images_are_embedded_small(make_records):
    names = ["small.png", "wide.png", "tall.png", "heavy.png"]
    records = make_records(names, [0, 1, 2, 0], size=100)
    stored = records.sources[0]
    black = np.zeros((200, 1600, 3), np.uint8)  # few bytes
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    stored[1]["image"] = cv2.imencode(".png", black)[1].tobytes()
    stored[2]["image"] = cv2.imencode(".png", black.transpose(1, 0, 2))[1].tobytes()
    stored[3]["image"] = cv2.imencode(".png", noise)[1].tobytes()  # 270 kB
    data = Data(records, records.labels, None, {})
    rows, beliefs = np.arange(4), np.eye(4, 3)
    found = cards.cards(data, rows, np.zeros(4), beliefs, rows % 3, {})
    shapes = []
    for card in found["cards"]:
        kind, encoded = found["images"][card["image"]].split(";base64,")
        image = cv2.imdecode(np.frombuffer(base64.b64decode(encoded), np.uint8), 1)
        shapes.append((kind, *image.shape[:2], len(encoded) < 100_000))
    png, jpeg = "data:image/png", "data:image/jpeg"
    assert shapes == [
        (png, 100, 100, True),
        (jpeg, 40, 320, True),
        (jpeg, 320, 40, True),
        (jpeg, 300, 300, True),
    ]
    assert found["shrunk"] == 3


def test_a_tiny_image_is_its_own_thumbnail_where_a_jpeg_would_be_larger(data):
    assert len(_cards(data)["images"]) == 2  # each suspect is its own neighbour here
