"""The words about a training."""

from lanet_jax.report import training_terms


def test_only_what_is_shown_is_explained():
    said = training_terms.note({"loss", "ce", "rank", "relabelled", "accuracy", "step"})
    assert "the sum of its parts" in said
    assert "SCN teaches another label" in said and "Rank regularisation (rank): how" in said
    assert "landmark" not in said and "Trust" not in said


def test_a_loss_without_parts_is_no_sum():
    said = training_terms.note({"loss", "uncertainty"})
    assert "sum" not in said and "RUL's uncertainties" in said
