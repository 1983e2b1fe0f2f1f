"""`configs/folder.py:small` on sets as odd as people have: it needs no other flag."""

import cv2
import numpy as np
import pytest

from configs import folder
from data import prepare
from lanet_jax.errors import UserError
from lanet_jax.from_config import combinations, config, fit, limits, run
from lanet_jax.input.pipeline import eval_batches, train_batches
from tests.landmarks.drawn_face import face

POINTS = (face("ibug68") * 0.8 + 7).astype(np.float32)  # in an image of 16 px


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Prepares a folder of so many images a class, and builds the run that `small` makes of it."""
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path / "cache"))  # without face weights

    def make(counts, sides=(16,), holdout="0", **changes):
        source, names = tmp_path / "faces", []
        for kind, count in counts.items():
            (source / kind).mkdir(parents=True)
            for i in range(count):
                side = sides[i % len(sides)]
                image = np.random.default_rng(len(names)).integers(0, 256, (side, side, 3), "uint8")
                names.append(f"{kind}/{i}.png")
                cv2.imwrite(str(source / names[-1]), image)
        points = np.repeat(POINTS[None], len(names), axis=0)
        known = np.ones(len(names), bool)
        np.savez(tmp_path / "p.npz", name=names, points=points, ok=known, scheme="ibug68")
        words = ["--source", str(source), "--landmarks", str(tmp_path / "p.npz")]
        words += ["--data_dir", str(tmp_path / "prepared"), "--holdout", holdout]
        prepare.main(["folder", "--name", "mine", *words])
        c = folder.get_config("small")
        c.data.dir = str(tmp_path / "prepared")
        c.update_from_flattened_dict(changes)
        c, _ = fit.fit(config.resolve(c), tmp_path / "run")
        limits.check(c)
        combinations.check(c)
        (tmp_path / "run").mkdir()
        return run.run(c, tmp_path / "run")

    return make


def test_without_a_test_set_a_part_is_held_out(build):
    built = build({"anger": 20, "fear": 20}, **{"data.test": ()})
    assert {name: len(of) for name, of in built.data.evaluate.items()} == {"holdout": 8}


@pytest.mark.parametrize(
    ("counts", "sides", "holdout"),
    [
        ({"anger": 20, "fear": 20, "neutral": 20}, (16,), "0"),
        ({"anger": 21, "fear": 20, "neutral": 20}, (16, 17), "0.1"),
        ({"anger": 57, "fear": 1, "neutral": 2}, (16,), "0"),
        ({"anger": 10, "fear": 1}, (70, 90), "0"),
        ({f"kind{i}": 3 for i in range(20)}, (16,), "0"),
        ({"anger": 135, "fear": 135}, (16,), "0.1"),
    ],
)
def test_it_trains_and_is_evaluated(build, counts, sides, holdout):
    built = build(counts, sides, holdout)
    assert built.steps_per_epoch >= 1
    batch = next(train_batches(built.visits, 0, built.reading.batch, 1))
    assert batch["image"].shape[0] == built.reading.batch
    assert batch["image"].shape[1] == batch["image"].shape[2]
    (evaluated,) = built.data.evaluate.values()
    assert len(evaluated) + len(built.data.train) == sum(counts.values())
    assert len(evaluated) >= 1
    own = np.arange(built.reading.batch)
    image = next(iter(eval_batches(evaluated, built.reading, own)))["image"]
    assert image.shape == batch["image"].shape


def test_a_part_held_out_holds_a_record(build):
    with pytest.raises(UserError, match=r"holdout=0.005 holds out 0 of 60 training records"):
        build({"anger": 30, "fear": 30}, **{"data.holdout": 0.005})
