"""What is refused before a study trains: splits that no table shows, flags that reach a part."""

import dataclasses

import pytest

from lanet_jax.errors import UserError
from lanet_jax.study.checks import check
from lanet_jax.study.grid import Axis, cells

PUBLISHED = "schedule=published"


def _message(study, *fields) -> str:
    with pytest.raises(UserError) as caught:
        check(cells(study, fields))
    return str(caught.value)


def _showing(study, *splits):
    (column,) = study.columns.levels
    column = dataclasses.replace(column, splits=tuple((split, split) for split in splits))
    return dataclasses.replace(study, columns=Axis(study.columns.titles, (column,)))


def test_a_column_of_one_split_takes_a_test_split_or_the_holdout(study):
    check(cells(study))
    check(cells(study, ["data.test=()", "data.holdout=0.2"]))
    two = ["data.test=('demo','other')", "data.test_split=('test','valid')"]
    assert _message(study, *two) == (
        "ce/demo/seed0: it would be evaluated on test-demo, valid-other, and its column shows one "
        "split: name them in the splits of the column, or set one --config.data.test"
    )
    check(cells(_showing(study, "test-demo", "valid-other"), two))


def test_a_split_that_a_column_shows_is_evaluated(study):
    said = _message(_showing(study, "valid"), "data.test=()", "data.holdout=0.2")
    assert "its column shows the split valid, and it would be evaluated on holdout: " in said
    check(cells(_showing(study, "test")))


def test_a_flag_that_a_published_recipe_overrides_is_refused(study):
    levels = (*study.rows[0].levels, dataclasses.replace(study.rows[0].levels[0], key="eac"))
    levels = (*levels[:2], dataclasses.replace(levels[2], overrides=("method=eac",)))
    study = dataclasses.replace(study, rows=(Axis(("Method",), levels),))
    given = ("optim.epochs=40", "augment.jitter=(0.1,0.1,0.1)")
    assert _message(study, PUBLISHED, *given) == (
        "--config.augment.jitter=(0.1, 0.1, 0.1): the published recipe of ce ((0.0, 0.0, 0.0)), "
        "eac ((0.0, 0.0, 0.0)) overrides it; --config.optim.epochs=40: the published recipe of "
        "eac (60) overrides it, so that their cells would not have it: add "
        "--config.schedule=shared, with which every method takes the config's fields, or leave "
        "it out"
    )
    check(cells(study, ["schedule=shared", *given]))
    check([cell for cell in cells(study, [PUBLISHED, *given]) if "lanet" in cell.name])
    check(cells(study, [PUBLISHED, "optim.epochs=60"]))  # as all of them have it


def test_what_the_study_itself_declares_may_be_overridden(study):
    check(cells(dataclasses.replace(study, overrides=(PUBLISHED, "augment.flip=0.2"))))
