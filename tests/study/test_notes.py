"""The notes below a study's tables."""

import dataclasses

import pytest

from lanet_jax.report.run_files import RunFiles
from lanet_jax.study import chart_groups, notes
from lanet_jax.study.grid import Axis, Level
from lanet_jax.study.results import Entry

MODEL = {
    **{"family": "resnet", "depth": 18, "stem": "small", "blocks": 13, "width": 32},
    **{"pretrained": "", "frozen_stages": 0},
}


@pytest.fixture
def told(study, folder):
    def call(*configs, seeds=(0, 1), held_out=False):
        config = {"schedule": "shared", "noise": {"kind": "none"}, "model": MODEL}
        runs = [RunFiles(folder, config | own, "", []) for own in configs]
        entry = Entry((), "", held_out, {}, 1, False, "")
        asked = dataclasses.replace(study, seeds=seeds)
        return notes.notes(asked, (), [[entry]], runs, folder)

    return call


@pytest.mark.parametrize(
    ("config", "differing"),
    [
        ({}, "initial parameters and order and augmentation of the images"),
        (
            {"noise": {"kind": "asymmetric"}},
            "initial parameters, order and augmentation of the images and wrong labels",
        ),
        (
            {"noise": {"kind": "symmetric"}},
            "initial parameters, order and augmentation of the images and wrong labels",
        ),
        (
            {"noise": {"kind": "file"}, "data": {"limit": 500, "holdout": 0.1}},
            "initial parameters, order and augmentation of the images, the images that data.limit "
            "chooses and the records that data.holdout holds out",
        ),
    ],
)
def test_the_seeds_differ_in_what_the_runs_draw(told, config, differing):
    first = told(config)[0]
    assert first.startswith(
        f"Mean±sample standard deviation over seeds 0, 1, which differ in {differing}; a mean"
    )


def test_a_single_seed_has_no_deviation(told):
    assert told({}, seeds=(3,))[0].startswith("One run each, of seed 3; a dash")


def test_the_settings_are_those_of_the_network_and_of_what_is_set(told):
    face = {**MODEL, "family": "face29", "pretrained": "face29", "frozen_stages": 2}
    data = {"limit": 0, "holdout": 0.2, "test_split": []}
    assert told({"model": face, "data": data})[-1] == (
        "As run: schedule shared, model.pretrained face29, model.family face29, model.width 32, "
        "model.blocks 13, model.frozen_stages 2, data.holdout 0.2."
    )
    tested = {"limit": 500, "holdout": 0.0, "test_split": ["test"]}
    assert told({"data": tested}, {"model": face, "data": tested})[-1] == (
        "As run: schedule shared, model.pretrained none or face29, model.family resnet or face29, "
        "model.width 32, model.depth 18, model.stem small, data.limit 500, data.test_split test, "
        "model.blocks 13, model.frozen_stages 2."
    )


def test_held_out_records_are_explained(told):
    assert (
        "held out, by observed labels: these runs have no test split. Their accuracy is measured "
        "on training records that they held out, and counts a prediction as right if it agrees "
        "with the observed label, even where that label is wrong."
    ) in told({}, held_out=True)


def test_empty_labels_leave_no_comma(study):
    levels = (Level("ce", ("CE", "")), Level("lanet", ("LA-Net", "robust")))
    rows = (Axis(("Method", "Preset"), levels),)
    column = study.columns.levels[0]
    runs = {((level,), column): [] for level in levels}
    (place,) = chart_groups.places(dataclasses.replace(study, rows=rows), runs)
    assert [name for name, _ in place.lines] == ["CE", "LA-Net, robust"]
    levels = (Level("a", ("", "CE")), Level("b", ("10%", "CE")))
    rows = (Axis(("Noise", "Method"), levels),)
    runs = {((level,), column): [] for level in levels}
    found = chart_groups.places(dataclasses.replace(study, rows=rows, grouped=True), runs)
    assert [place.title for place in found] == ["Demo", "Demo, Noise 10%"]


def test_every_split_of_a_column_has_charts_of_its_own(study):
    column = Level("mixed", ("A+B",), splits=(("test-a", "A"), ("valid-b", "B")))
    mixed = dataclasses.replace(study, columns=Axis(("Tested on",), (column,)))
    found = chart_groups.places(mixed, {((level,), column): [] for level in study.rows[0].levels})
    assert [(place.title, place.split) for place in found] == [("A", "test-a"), ("B", "valid-b")]
