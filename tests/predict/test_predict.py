"""The command, on an untrained network that went through a real checkpoint."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import lanet_jax
from configs import demo
from lanet_jax.checkpoint import model_file
from lanet_jax.checkpoint.states import Checkpoints
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.faces import downloads
from lanet_jax.from_config import config, training
from lanet_jax.from_config.run import card
from lanet_jax.predict import __main__ as predict
from lanet_jax.run import folder as run_folder
from lanet_jax.state import TrainState

ROOT = Path(__file__).parents[2]
ASTRONAUT = ROOT / "tests" / "faces" / "astronaut.jpg"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    c = demo.get_config("tiny")
    c.method = "ce"
    c = config.resolve(c)
    run_folder.claim(folder, c)
    method = training.method(c, len(EXPRESSIONS), 0)
    example = training.example_of_shape(c, np.zeros(1, np.int32))
    params, model_state = jax.jit(method.init)(jax.random.key(3), example)
    # Fresh networks tell next to nothing apart.
    params = jax.tree.map(lambda x: 1.5 * x, params)
    key = jax.random.key_data(jax.random.key(0))
    state = TrainState(jnp.zeros((), jnp.int32), params, model_state, {}, key)
    checkpoints = Checkpoints(folder, 1)
    checkpoints.save(7, state, card(c, EXPRESSIONS))
    checkpoints.close()
    return folder


@pytest.fixture(scope="module")
def predictor(trained):
    return lanet_jax.load(trained)


@pytest.fixture
def crops(tmp_path):
    rng = np.random.default_rng(1)
    folder = tmp_path / "crops"
    folder.mkdir()
    for i in range(3):
        image = rng.integers(0, 256, (24, 24, 3), np.uint8)
        (folder / f"{i}.png").write_bytes(cv2.imencode(".png", image[..., ::-1])[1].tobytes())
    (folder / "9.png").write_bytes(b"broken")
    return folder


@pytest.fixture(autouse=True)
def leave_the_process_alone(monkeypatch):
    monkeypatch.setattr(runtime, "start", lambda alone=False: None)


def test_the_command_says_what_the_network_says(trained, predictor, crops, tmp_path, capsys):
    out, drawn = tmp_path / "table.json", tmp_path / "drawn"
    arguments = [str(crops), f"--out={out}", f"--model={trained}", "--faces=whole"]
    predict.main([*arguments, f"--annotate={drawn}"])
    content = json.loads(out.read_text())
    assert content["classes"] == list(EXPRESSIONS)
    assert [row["status"] for row in content["rows"]] == ["face"] * 3 + ["error"]
    files = sorted(crops.glob("[0-2].png"))
    images = np.stack([cv2.imread(str(file))[..., ::-1] for file in files])
    inner = predictor._trained
    expected, _ = inner.predict(inner.params, inner.model_state, images)
    assert np.ptp(expected, axis=0).max() > 1e-3  # the images differ for the network
    for row, p in zip(content["rows"], np.asarray(expected), strict=False):
        np.testing.assert_allclose([row["probabilities"][n] for n in EXPRESSIONS], p, atol=1e-5)
        assert row["top"] == EXPRESSIONS[int(p.argmax())]
    assert sorted(f.name for f in drawn.iterdir()) == ["0.jpg", "1.jpg", "2.jpg"]
    printed = capsys.readouterr().out
    assert "4 images: 3 faces in 3, 0 without a face, 1 broken" in printed
    assert "9.png: no image" in printed
    assert printed.endswith(f"wrote {out}\nwrote 3 pictures into {drawn}\n")


def test_a_film_of_its_own_is_not_counted_among_the_pictures(
    trained, tmp_path, photo, write_image, write_video, capsys
):
    source, drawn, film = tmp_path / "in", tmp_path / "drawn", tmp_path / "new.mp4"
    write_image(source / "a.png", photo())
    write_video(source / "b.mp4", [photo()] * 2)
    arguments = [str(source), f"--out={tmp_path / 't.csv'}", f"--model={trained}", "--faces=whole"]
    predict.main([*arguments, f"--annotate={drawn}", f"--video={film}"])
    assert [path.name for path in drawn.iterdir()] == ["a.jpg"]
    assert f"wrote 1 picture into {drawn}\nwrote {film}" in capsys.readouterr().out


@pytest.mark.parametrize("more", [(), ("--shard=1/1",)])
def test_missing_folders_of_the_outputs_are_made(trained, tmp_path, photo, write_video, more):
    film = write_video(tmp_path / "a.mp4", [photo()] * 2)
    out, marked = tmp_path / "p/q/t.csv", tmp_path / "v/w/new.mp4"
    words = [str(film), f"--out={out}", f"--model={trained}", "--faces=whole", f"--video={marked}"]
    predict.main([*words, *more])
    assert marked.is_file()
    assert out.is_file() or more


def test_a_video_that_could_not_be_read_is_not_said_to_be_written(trained, tmp_path, capsys):
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    out, film = tmp_path / "t.csv", tmp_path / "new.mp4"
    arguments = [str(tmp_path), f"--out={out}", f"--model={trained}", "--faces=whole"]
    predict.main([*arguments, f"--video={film}"])
    assert capsys.readouterr().out.endswith(f"wrote {out}\nno frame was read: no {film}\n")
    assert not film.exists()


def test_nothing_is_read_where_something_is_wrong(trained, crops, tmp_path, monkeypatch):
    def fail(*_):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("lanet_jax.predict.predictor.load", fail)
    good, folder, film = tmp_path / "t.csv", tmp_path / "f.csv", tmp_path / "f.mp4"
    folder.mkdir()
    film.mkdir()
    for given, out, options, message in (
        ([crops], tmp_path / "t.txt", {}, "ends with"),
        ([crops], crops / "0.png" / "t.csv", {}, "0.png is not a folder"),
        ([tmp_path / "no"], good, {}, "no such file"),
        ([crops], good, {"annotate": crops / "drawn"}, "choose one outside"),
        ([crops], good, {"video": tmp_path / "a.mp4"}, "0 are read"),
        ([crops], folder, {}, "is a folder"),
        ([crops], good, {"annotate": tmp_path / "crops" / "0.png"}, "is a file"),
        ([crops], good, {"video": film}, "is a folder"),
    ):
        with pytest.raises(UserError, match=message):
            predict.predict(given, out, trained, **options)
    assert not good.exists()


def test_wrong_models(crops, tmp_path):
    out = tmp_path / "t.csv"
    for model, message in (
        (tmp_path, "no run's work folder"),
        (tmp_path / "m.safetensors", "no such model"),
    ):
        with pytest.raises(UserError, match=message):
            predict.predict([crops], out, model, faces="whole")
    assert not out.exists()


def test_a_model_file_says_what_its_run_says(predictor, crops, tmp_path):
    run = predictor._trained
    on_host = jax.tree.map(np.asarray, (run.params, run.model_state))
    model_file.write(tmp_path / "m.safetensors", *on_host, run.card)
    expected = predictor.predict(crops, faces="whole")
    found = lanet_jax.load(tmp_path / "m.safetensors").predict(crops, faces="whole")
    assert found.classes == expected.classes
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-6)


def test_absent_face_models_name_the_one_line(predictor, crops, tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert")
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path))
    # In a thread that has loaded none yet.
    monkeypatch.setattr("lanet_jax.faces.find._loaded", type("Nothing", (), {})())
    with pytest.raises(UserError, match=downloads.COMMAND):
        predictor.predict(crops)


def test_the_package_is_light():
    script = "import sys, lanet_jax; print({'jax', 'numpy', 'cv2'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, env=os.environ
    )
    assert done.stdout.strip() == "set()"


def test_a_real_photo_with_the_real_face_models(predictor, real_models):
    (row,) = predictor.predict(ASTRONAUT)
    left, upper, right, lower = row.box
    assert left < 114 < 156 < right  # her pupils
    assert upper < 101 < lower
    assert sum(row.probabilities) == pytest.approx(1, abs=1e-4)
