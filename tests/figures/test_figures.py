"""Both commands on a run of the demo set that has only begun."""

import functools
import json
import shutil

import jax
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from configs import demo
from data import building
from lanet_jax import agreement, state
from lanet_jax.checkpoint import states
from lanet_jax.errors import UserError
from lanet_jax.figures import __main__ as command
from lanet_jax.figures import album
from lanet_jax.figures.drawn_from import sample
from lanet_jax.from_config import config, run
from lanet_jax.from_config.finished import open_run
from lanet_jax.input import votes
from lanet_jax.run import folder as run_folder
from lanet_jax.train.finish import finish

ROW = '{{"step": 1, "epoch": 2.0, "split": "{}", "accuracy": 0.5, "mean_class_accuracy": 0.25}}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The work folder of a LA-Net, with a checkpoint and distributions.csv."""
    data_dir = tmp_path_factory.mktemp("prepared")
    building.generated("demo", data_dir, False, {"train": 40, "test": 24, "size": 24})
    c = demo.get_config("tiny")
    changes = {"data.dir": str(data_dir), "data.limit": 32, "optim.batch_size": 8}
    c.update_from_flattened_dict({**changes, "el.enabled": False, "noise.exact": True})
    c = config.resolve(c)
    target = tmp_path_factory.mktemp("runs") / "begun"
    run_folder.claim(target, c)
    built = run.run(c, target)
    start = functools.partial(state.init, built.method, built.optimizer)
    key = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
    initial = jax.jit(start)(key, built.example)
    steps = states.Checkpoints(target, 1)
    steps.save(1, initial, built.card)
    steps.close()
    (target / "metrics.jsonl").write_text(ROW.format("test"))
    finish(built, target, initial)
    return target


def test_every_figure_is_drawn_or_skipped_with_a_reason(folder, capsys):
    with threadpool_limits(1):
        command.figures([folder], records=16, images=6)
    lines = capsys.readouterr().out.splitlines()
    drawn = ("features", "cross_entropy", "distributions", "attention")
    for line, name in zip(lines, drawn, strict=False):
        both = [folder / "figures" / f"{name}.{kind}" for kind in ("png", "svg")]
        assert line == f"{both[0]}, {both[1]}"
        assert all(path.stat().st_size > 1000 for path in both)
    assert lines[4:] == [str(folder / "report.html")]  # no word of sweeps
    assert (folder / "report.html").read_text().count("<img ") == 4


def test_a_sweep_that_is_asked_for_of_one_run_is_skipped_with_a_reason(folder, capsys):
    command.figures([folder], only=["sweep"])
    assert capsys.readouterr().out.startswith("sweep: skipped, no finished runs differ")


def test_agreement_with_the_votes(folder, capsys):
    rows = {row[:3:2]: row for row in agreement.agreement(folder)}
    assert rows["observed label wrong", agreement.GIVEN].count == 10  # round(0.3 * 32)
    # Before the first step the bank holds the observed labels.
    for group in ("all", "observed label wrong", "observed label right"):
        given, targets = (rows[group, kind] for kind in (agreement.GIVEN, agreement.TARGETS))
        assert targets.divergence == pytest.approx(given.divergence, abs=1e-4)
    assert (folder / "agreement.csv").read_text().count("\n") == 10
    assert "observed label wrong (10)" in capsys.readouterr().out


def test_votes_of_the_demo_set_name_its_labels(folder):
    train = open_run(folder).data.train
    shares = votes.of_records(train)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_array_equal(shares.argmax(axis=1), train.labels)


def test_a_user_s_errors(folder, tmp_path):
    with pytest.raises(UserError, match="--out"):
        command.figures([folder, folder])
    with pytest.raises(UserError, match="holds no run and no study"):
        command.figures([tmp_path], out=tmp_path)
    with pytest.raises(UserError, match="holds no step 7"):
        command.figures([folder], step=["7"], out=tmp_path, only=["cross_entropy"])


def test_runs_that_differ_in_their_noise_rate_are_drawn_over_it(folder, tmp_path, capsys):
    command.figures([folder, folder], out=tmp_path, only=["noise"])
    reason = "no finished runs differ in their noise rate alone"
    assert capsys.readouterr().out == f"noise: skipped, {reason}\n"
    for percent in (10, 40):
        other = shutil.copytree(folder, tmp_path / "runs" / str(percent))
        config = json.loads((other / "config.json").read_text())
        noise = {**config["noise"], "kind": "symmetric", "rate": percent / 100}
        (other / "config.json").write_text(json.dumps({**config, "noise": noise}))
    command.figures([tmp_path / "runs"], out=tmp_path, only=["noise"])
    assert (tmp_path / "noise.png").exists() and (tmp_path / "noise.svg").exists()


def test_a_figure_that_fails_does_not_lose_the_others(folder, tmp_path, monkeypatch, capsys):
    def fail(name):
        def draw(self):
            raise IndexError(f"no {name}")

        monkeypatch.setattr(album.Album, name, draw)

    fail("features")
    fail("attention")
    names = ["features", "attention", "distributions", "sweep"]
    with pytest.raises(IndexError, match="no features"):
        command.figures([folder], out=tmp_path, only=names, images=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["features: failed, see the end", "attention: failed, see the end"]
    assert lines[2] == f"{tmp_path}/distributions.png, {tmp_path}/distributions.svg"
    assert lines[3].startswith("sweep: skipped, ")
    assert lines[4:] == ["IndexError: no attention"]


def test_runs_on_the_same_data_get_the_same_sample():
    rows = sample(np.arange(100), 10, seed=3)
    np.testing.assert_array_equal(rows, sample(np.arange(100), 10, seed=3))
    assert len(set(rows)) == 10
    assert set(sample(rows, 0, seed=1)) == set(rows)
