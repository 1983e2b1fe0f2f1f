"""A balanced network predicts as if all classes were equally frequent."""

import types

import jax
import numpy as np
import pytest

from lanet_jax import metrics
from lanet_jax.devices import mesh
from lanet_jax.errors import UserError
from lanet_jax.export import class_balance
from lanet_jax.export.__main__ import export, main
from lanet_jax.export.equal_classes import with_equal_classes
from lanet_jax.trained.load import load
from tests.export.evaluations import evaluation, softmax


@pytest.fixture
def skewed(drawn, tmp_path):
    """An evaluation whose network takes the first class to be the most frequent by far."""
    logits, labels = drawn
    probabilities = softmax(logits + np.array([2.0, 0.0, -1.0]))
    return evaluation(tmp_path / "valid", probabilities, labels), probabilities, labels


def loaded(path):
    return load(path, "last", mesh.make(1, jax.local_devices()[:1]))


def predictions(path):
    network = loaded(path)
    images = np.random.default_rng(2).integers(0, 256, (4, 16, 16, 3)).astype(np.uint8)
    return np.array(network.classify(network.params, network.model_state, images))


@pytest.mark.parametrize("power", [1.0, 0.5])
def test_an_export_divides_by_the_mean_prediction(model, skewed, tmp_path, capsys, power):
    folder, probabilities, labels = skewed
    out = tmp_path / "fair.safetensors"
    export(model, "safetensors", out=out, balance=folder, balance_power=power)
    prior = probabilities.mean(axis=0)
    expected = with_equal_classes(predictions(model), prior, power)
    np.testing.assert_allclose(predictions(out), expected, atol=1e-5)
    card = loaded(out).card
    assert (card["balance_power"], card["balanced_of"]) == (power, "valid")
    np.testing.assert_allclose(card["class_prior"], prior, atol=1e-5)
    before, after = (
        metrics.summary(p, labels)["mean_class_accuracy"]
        for p in (probabilities, with_equal_classes(probabilities, prior, power))
    )
    said = capsys.readouterr().out
    assert f"classes balanced, power {power:g}: accuracy " in said
    assert f"mean class accuracy {before:.1%} becomes {after:.1%} on the 4000" in said
    assert after > before + 0.03


def test_the_prior_is_that_of_the_calibrated_network(model, skewed, tmp_path):
    folder, probabilities, _ = skewed
    warm, both = tmp_path / "warm.safetensors", tmp_path / "both.safetensors"
    export(model, "safetensors", out=warm, calibrate=folder)
    export(model, "safetensors", out=both, calibrate=folder, balance=folder)
    t = loaded(both).card["temperature"]
    assert t != pytest.approx(1, abs=0.05)
    prior = softmax(np.log(probabilities) / t).mean(axis=0)
    expected = with_equal_classes(predictions(warm), prior)
    np.testing.assert_allclose(predictions(both), expected, atol=1e-5)
    # A file that was calibrated before is balanced as if both were done at once.
    again = tmp_path / "again.safetensors"
    export(warm, "safetensors", out=again, balance=folder)
    np.testing.assert_allclose(predictions(again), predictions(both), atol=1e-6)


def test_what_was_evaluated_may_be_calibrated_already(model, skewed, drawn, tmp_path):
    folder, probabilities, labels = skewed
    warm, both = tmp_path / "warm.safetensors", tmp_path / "both.safetensors"
    export(model, "safetensors", out=warm, calibrate=folder)
    t = loaded(warm).card["temperature"]
    divided = softmax(np.log(probabilities) / t)
    there = evaluation(tmp_path / "there", divided, labels, temperature=t)
    for path, own in ((warm, divided), (model, probabilities)):
        export(path, "safetensors", out=both, balance=there)
        np.testing.assert_allclose(loaded(both).card["class_prior"], own.mean(axis=0), atol=1e-5)


def test_no_power_changes_nothing(model, skewed, tmp_path):
    out = tmp_path / "same.safetensors"
    export(model, "safetensors", out=out, balance=skewed[0], balance_power=0.0)
    np.testing.assert_array_equal(predictions(out), predictions(model))


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["calibrate"], "with --calibrate and --balance together from the run .* out --calibrate$"),
        (["balance"], "with --balance from the run .* or leave out --balance$"),
        (
            ["calibrate", "balance"],
            "with --calibrate and --balance together .* out --calibrate and --balance$",
        ),
    ],
)
def test_a_balanced_network_is_changed_no_further(model, skewed, tmp_path, options, advice):
    fair, out = tmp_path / "fair.safetensors", tmp_path / "out.safetensors"
    export(model, "safetensors", out=fair, balance=skewed[0])
    with pytest.raises(UserError, match=f"its classes are balanced already; .*{advice}") as told:
        export(fair, "safetensors", out=out, **dict.fromkeys(options, skewed[0]))
    assert str(told.value).startswith(f"{fair}: ")
    assert not out.exists()


def test_a_missing_folder_is_made_and_a_wrong_one_told_before_the_model_is_loaded(model, tmp_path):
    export(model, "safetensors", out=tmp_path / "new/er/m.safetensors")
    assert (tmp_path / "new/er/m.safetensors").is_file()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file is not a folder: choose another"):
        export(tmp_path / "absent", "safetensors", out=tmp_path / "file/m.safetensors")


def test_scn_is_refused(scn, skewed, tmp_path):
    with pytest.raises(UserError, match="--balance: SCN multiplies"):
        export(scn, "safetensors", out=tmp_path / "out.safetensors", balance=skewed[0])


def test_a_method_whose_logits_are_not_known_is_refused():
    trained = types.SimpleNamespace(card={"method": "new"})
    with pytest.raises(UserError, match=r"method=new .*lanet_jax/export/class_balance\.py"):
        class_balance.of_evaluation(None, trained, 1.0)


def test_what_is_no_evaluation_is_named_by_its_option(model, tmp_path):
    out = tmp_path / "out.safetensors"
    for option in ("--balance", "--calibrate"):
        with pytest.raises(UserError, match=f"{option}={tmp_path}: no evaluation"):
            main(
                [
                    f"--workdir={model}",
                    "--format=safetensors",
                    f"--out={out}",
                    option,
                    str(tmp_path),
                ]
            )
    with pytest.raises(UserError, match=r"--balance_power=0\.5 needs --balance"):
        export(model, "safetensors", out=out, balance_power=0.5)
    with pytest.raises(UserError, match=r"'1\.5': must be a number from 0 to 1"):
        main([f"--workdir={model}", "--format=safetensors", "--balance_power=1.5"])
