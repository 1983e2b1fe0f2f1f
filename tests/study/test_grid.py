import dataclasses
from pathlib import Path

import pytest

from lanet_jax.errors import UserError
from lanet_jax.study.grid import Axis, Level, cells, quote


def test_every_combination_with_one_seed_of_everything_first(study):
    names = [cell.name for cell in cells(study)]
    assert names == ["ce/demo/seed0", "lanet/demo/seed0", "ce/demo/seed1", "lanet/demo/seed1"]


def test_the_arguments_are_those_of_a_command_by_hand(study, config):
    study = dataclasses.replace(study, overrides=("schedule=shared",))
    cell = cells(study, ["data.dir=prepared"])[3]
    assert cell.arguments(Path("runs/t")) == [
        f"--config={config}",
        "--config.schedule=shared",
        "--config.data.dir=prepared",
        "--config.method=lanet",
        "--config.seed=1",
        "--config.noise.seed=1",
        "--workdir=runs/t/lanet/demo/seed1",
    ]


def test_what_a_row_varies_counts_more_than_the_columns_recipe(study, config):
    swept = Axis(("omega",), (Level("0.8", ("0.8",), ("lde.decay=0.8",)),))
    recipe = Axis(("Data",), (Level("demo", ("Demo",), ("lde.decay=0.9",), config),))
    [cell, _] = cells(dataclasses.replace(study, rows=(swept,), columns=recipe))
    decays = [one for one in cell.overrides if one.startswith("lde.decay")]
    assert decays[-1] == "lde.decay=0.8"  # of two, the command line takes the last


def test_what_only_the_paper_ran_is_no_cell(study):
    quoted = Axis(("Method",), (*study.rows[0].levels, Level("ran", ("RAN",), quoted=True)))
    assert cells(dataclasses.replace(study, rows=(quoted,))) == cells(study)


def test_levels_with_one_key_are_one_run_and_may_not_differ(study):
    same = Level("ce", ("other",), ("method=ce",))
    twice = Axis(("Method",), (*study.rows[0].levels, same))
    assert cells(dataclasses.replace(study, rows=(twice,))) == cells(study)
    other = Axis(("Method",), (*study.rows[0].levels, Level("ce", ("CE",), ("method=eac",))))
    with pytest.raises(UserError, match="ce/demo/seed0: two levels"):
        cells(dataclasses.replace(study, rows=(other,)))


def test_a_run_needs_one_config(study):
    bare = Axis(("Data",), (Level("demo", ("Demo",)),))
    with pytest.raises(UserError, match="ce/demo: its levels name 0 configs"):
        cells(dataclasses.replace(study, columns=bare))


@pytest.mark.parametrize("field", ["method", "seed", "noise.seed"])
def test_a_field_that_the_study_sets_is_not_lost_in_silence(study, field):
    with pytest.raises(
        UserError, match=rf"--config\.{field}: the study itself sets it, in ce/demo"
    ):
        cells(study, ["data.dir=prepared", f"{field}=7"])


def test_quoted_numbers_lie_by_row_and_column():
    numbers = quote("a b", {"10/ce": "81.01 -", "10/lanet": "88.75±0.11 90"})
    assert numbers == {"10/ce/a": "81.01", "10/lanet/a": "88.75±0.11", "10/lanet/b": "90"}
    with pytest.raises(UserError, match="10/ce: 1 numbers for columns a b"):
        quote("a b", {"10/ce": "81.01"})
