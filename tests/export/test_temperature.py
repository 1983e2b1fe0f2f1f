"""A fitted temperature makes probabilities frequencies, and changes no order."""

import jax
import numpy as np
import pytest

from lanet_jax import metrics
from lanet_jax.devices import mesh
from lanet_jax.errors import UserError
from lanet_jax.export import last_layer, temperature
from lanet_jax.export.__main__ import export
from lanet_jax.trained import network_fingerprint
from lanet_jax.trained.load import load
from tests.export.evaluations import evaluation, softmax


@pytest.mark.parametrize("factor", [0.1, 0.4, 1.0, 3.0])
def test_what_the_logits_were_multiplied_by_is_found(drawn, factor):
    logits, labels = drawn
    shown = softmax(factor * logits)
    found = temperature.fit(shown, labels)
    after = temperature.tempered(shown, found)
    assert found == pytest.approx(factor, rel=0.06)
    np.testing.assert_array_equal(after.argmax(axis=1), shown.argmax(axis=1))
    assert metrics.calibration(after, labels)[0] < 0.02
    if factor != 1:
        assert metrics.calibration(shown, labels)[0] > 0.08


def test_divided_logits_by_hand():
    p = np.array([[0.8, 0.2], [1.0, 0.0]])
    half, double = (temperature.tempered(p, by) for by in (2, 0.5))
    np.testing.assert_allclose(half[0], [2 / 3, 1 / 3])
    np.testing.assert_allclose(double[0], [16 / 17, 1 / 17])
    # 0 may be a 5e-7 that six decimals cut off.
    np.testing.assert_allclose(half[1, 1], 5e-7**0.5, rtol=1e-3)


def test_an_export_divides_its_logits(model, drawn, tmp_path, capsys):
    logits, labels = drawn
    folder = evaluation(tmp_path / "valid", softmax(2 * logits), labels)
    out = export(model, "safetensors", out=tmp_path / "cool.safetensors", calibrate=folder)
    one = mesh.make(1, jax.local_devices()[:1])
    before, after = (load(path, "last", one) for path in (model, out))
    t = after.card["temperature"]
    error, less = (metrics.calibration(softmax(2 * logits / by), labels)[0] for by in (1, t))
    assert capsys.readouterr().out.startswith(
        f"temperature {t:.3f}: calibration error {error:.3f} becomes {less:.3f} on the 4000 records"
    )
    assert t == pytest.approx(2, rel=0.06) and after.card["temperature_of"] == "valid"
    images = np.random.default_rng(2).integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
    p, q = (np.array(x.classify(x.params, x.model_state, images)) for x in (before, after))
    np.testing.assert_allclose(q, softmax(np.log(p) / t), atol=1e-5)
    assert np.abs(p - q).max() > 1e-3


def test_a_divided_network_is_not_divided_again(model, drawn, tmp_path):
    logits, labels = drawn
    folder = evaluation(tmp_path / "valid", softmax(2 * logits), labels)
    once = export(model, "safetensors", out=tmp_path / "once.safetensors", calibrate=folder)
    twice = export(once, "safetensors", out=tmp_path / "twice.safetensors", calibrate=folder)
    one = mesh.make(1, jax.local_devices()[:1])
    first, second = (load(path, "last", one) for path in (once, twice))
    assert second.card["temperature"] == first.card["temperature"]
    jax.tree.map(np.testing.assert_array_equal, first.params, second.params)


def test_an_evaluation_of_the_divided_network_divides_it_further(model, drawn, tmp_path):
    logits, labels = drawn
    own = evaluation(tmp_path / "own", softmax(2 * logits), labels)
    once = export(model, "safetensors", out=tmp_path / "once.safetensors", calibrate=own)
    one = mesh.make(1, jax.local_devices()[:1])
    t = load(once, "last", one).card["temperature"]
    # Elsewhere the divided network is twice as sure as it should be.
    there = evaluation(tmp_path / "there", softmax(2 * logits), labels, temperature=t)
    for path in (once, model):
        again = export(path, "safetensors", out=tmp_path / "again.safetensors", calibrate=there)
        assert load(again, "last", one).card["temperature"] == pytest.approx(t * t)
        fc, undivided = (last_layer.of(load(p, "last", one))["kernel"] for p in (again, model))
        np.testing.assert_allclose(fc, undivided / (t * t), rtol=1e-5)


def test_an_evaluation_of_another_network_of_the_same_step_is_refused(model, drawn, tmp_path):
    logits, labels = drawn
    one = mesh.make(1, jax.local_devices()[:1])
    own = network_fingerprint.of_weights(load(model, "last", one))
    probabilities = softmax(2 * logits)
    right = evaluation(tmp_path / "right", probabilities, labels, network=own)
    wrong = evaluation(tmp_path / "wrong", probabilities, labels, network="0" * 16)
    out = tmp_path / "cool.safetensors"
    with pytest.raises(UserError, match="wrong: of another network"):
        export(model, "safetensors", out=out, calibrate=wrong)
    export(model, "safetensors", out=out, calibrate=right)
    # What was exported, in fewer bits too, is still that network.
    again = export(model, "safetensors", out=tmp_path / "half.safetensors", half=True)
    for path in (out, again):
        export(path, "safetensors", out=tmp_path / "last.safetensors", calibrate=right)
        with pytest.raises(UserError, match="of another network"):
            export(path, "safetensors", out=tmp_path / "last.safetensors", calibrate=wrong)


def test_what_is_no_evaluation_of_the_exported_step_is_refused(model, drawn, tmp_path):
    logits, labels = drawn
    out = tmp_path / "cool.safetensors"
    for folder, reason in (
        (tmp_path, "no evaluation"),
        (evaluation(tmp_path / "other", softmax(logits), labels, step=3), "--step=9"),
        (evaluation(tmp_path / "empty", [], []), "evaluates no record"),
    ):
        with pytest.raises(UserError, match=reason):
            export(model, "safetensors", out=out, calibrate=folder)
    assert not out.exists()
