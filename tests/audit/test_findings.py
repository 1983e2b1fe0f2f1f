"""What is found of a run that has only begun, before anything is written."""

import dataclasses

import numpy as np
import pytest

from lanet_jax.audit import beliefs, dataset_neighbors, findings, presentation, ranking_table
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config import data
from lanet_jax.input.pipeline import eval_batches
from lanet_jax.label_noise import noise_estimate
from lanet_jax.landmarks.face_frame import Shapes
from lanet_jax.run import folder as run_folder
from lanet_jax.trained import inference
from tests.audit import begun_run
from tests.audit.begun_run import N


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return begun_run.new(tmp_path_factory.mktemp("run"))


def test_a_mirror_image_is_believed_the_same(folder, monkeypatch):
    c = run_folder.load_config(folder)
    loaded, mesh = data.data(c, folder), mesh_lib.make(c.optim.batch_size)
    seen = beliefs.read(c, folder, "last", loaded, mesh)

    def mirrored(*arguments):
        for batch in eval_batches(*arguments):
            yield {"image": np.ascontiguousarray(batch["image"][:, :, ::-1])}

    monkeypatch.setattr(inference, "eval_batches", mirrored)
    again = beliefs.read(c, folder, "last", loaded, mesh)
    np.testing.assert_allclose(again.probabilities, seen.probabilities, atol=1e-6)
    for space, features in seen.features.items():
        np.testing.assert_allclose(again.features[space], features, rtol=1e-5)


def test_a_run_that_compares_landmarks_is_audited_in_their_space(folder, tmp_path):
    c = run_folder.load_config(folder)
    c.lde.landmark_space = "geometry"
    workdir = begun_run.begin(c, tmp_path / "run")
    loaded = data.data(c, workdir)
    points, known = loaded.framed.shapes
    known = known & (np.arange(N) != 5)[:, None]  # record 5 has no landmarks
    framed = dataclasses.replace(loaded.framed, shapes=Shapes(points, known))
    found = findings.find(c, workdir, "last", dataclasses.replace(loaded, framed=framed), N)
    space = found.seen.features["landmark"]
    np.testing.assert_array_equal(space[4], points[4].ravel())
    assert not space[5].any()
    why = presentation.why(found, np.array([4, 5]), 3)["landmark"]
    assert np.isfinite(why.similarity).tolist() == [[True] * 3, [False] * 3]
    assert 5 not in why.index[0]
    assert why.weight[0].sum() == pytest.approx(1)


def test_a_run_without_landmarks_is_audited_in_expression_space_alone(folder, tmp_path):
    c = run_folder.load_config(folder)
    c.landmarks.enabled, c.lde.spaces, c.el.enabled = False, "expression", False
    workdir = begun_run.begin(c, tmp_path / "run")
    loaded = data.data(c, workdir)
    assert loaded.marks is not None  # the data has them all the same
    found = findings.find(c, workdir, "last", loaded, N)
    assert set(found.seen.features) == set(found.seen.contribution) == {"expression"}
    assert set(presentation.why(found, np.array([4, 5]), 3)) == {"expression"}


@pytest.mark.parametrize("decay, forgotten", [(0.9, False), (1e-20, True)])
def test_targets_are_witnesses_once_they_have_forgotten_their_start(folder, decay, forgotten):
    c = run_folder.load_config(folder)
    c.lde.decay = decay  # after a fifth of a visit: 0.98 and 1e-4 of the start are left
    loaded = data.data(c, folder)
    found = findings.find(c, folder, "last", loaded, N)
    rows, given, classes = np.arange(N), loaded.given, len(loaded.train.classes)
    votes = {
        space: dataset_neighbors.vote(features, given, classes, rows, rows)
        for space, features in found.seen.features.items()
    }
    both = (votes["expression"] + votes["landmark"]) / 2
    np.testing.assert_allclose(found.neighbors, both)
    view = found.seen.targets if forgotten else found.seen.probabilities
    beliefs = (found.seen.targets + votes["landmark"]) / 2 if forgotten else both
    noise = noise_estimate.estimate(beliefs, given)
    assert found.noise.rate == noise.rate
    taken = np.eye(classes) + noise.off_diagonal * (classes - 1)
    believed = (view + both) * taken[:, given].T
    consensus = 1 - believed[rows, given] / believed.sum(axis=1)
    np.testing.assert_allclose(found.ranking.scores["consensus"], consensus, atol=1e-6)
    assert not found.unchecked


@pytest.mark.parametrize("decay, cautioned", [(0.9, False), (1e-20, True)])
def test_a_long_run_without_landmarks_is_no_witness(folder, monkeypatch, decay, cautioned):
    def expression_only(*arguments):
        seen = whole(*arguments)
        return dataclasses.replace(seen, features={"expression": seen.features["expression"]})

    whole = findings.beliefs.read
    monkeypatch.setattr(findings.beliefs, "read", expression_only)
    c = run_folder.load_config(folder)
    c.lde.decay = decay
    loaded = data.data(c, folder)
    found = findings.find(c, folder, "last", loaded, N)
    said = ranking_table.summary_text(loaded, found, "consensus", None, "labels")
    assert ("\ncaution: " in said) == cautioned
