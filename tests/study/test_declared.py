"""The studies that come along: every field exists, every number of the paper finds its row."""

import ast
import functools
from pathlib import Path

import pytest
from absl import flags
from ml_collections import config_flags

from lanet_jax.errors import UserError
from lanet_jax.from_config import config
from lanet_jax.from_config import flags as from_flags
from lanet_jax.recipes import PUBLISHED
from lanet_jax.study import axes, loading
from lanet_jax.study.declaration import claim
from lanet_jax.study.grid import cells, key, rows

# Runs at each scale.
STUDIES = {
    "table1": (225, 30, 15),
    "table2": (50, 20, 10),
    "table3": (40, 4, 2),
    "table4": (5, 2, None),
    "table5": (225, 30, 15),
    "figure2": (50, 20, 10),
    "figure7": (315, 126, 63),
    "choices": (55, 22, 11),
    "gpu": (6, None, None),
    "faces": (384, None, None),
    "parts": (72, None, None),
    "trust": (22, None, None),
}
DECLARED = [
    (name, scale, runs)
    for name, counts in STUDIES.items()
    for scale, runs in zip(axes.SCALES, counts, strict=True)
    if runs is not None
]


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])


def test_all_are_listed():
    found = {path.stem for path in Path("configs/studies").glob("*.py")}
    assert found - {"__init__"} == set(STUDIES)


@pytest.mark.parametrize(("name", "scale", "runs"), DECLARED)
def test_the_declaration_is_sound(name, scale, runs, folder):
    study = loading.load(f"configs/studies/{name}.py:{scale}")
    declared = cells(study)
    assert len(declared) == runs
    claim(folder, declared, declared)  # checks every field of every cell
    for axis in (*study.rows, study.columns):
        assert all(len(level.labels) == len(axis.titles) for level in axis.levels)


@pytest.mark.parametrize(("name", "scale", "runs"), DECLARED)
def test_the_command_line_takes_every_value(name, scale, runs):
    for cell in cells(loading.load(f"configs/studies/{name}.py:{scale}")):
        if cell.seed == 0:
            values = flags.FlagValues()
            argv = ["main", *cell.arguments(Path("study"))]
            config_flags.DEFINE_config_file("config", flag_values=values, sys_argv=argv)
            flags.DEFINE_string("workdir", None, "", flag_values=values)
            values(argv)
            resolved = config.resolve(values.config)
            recipe = PUBLISHED[resolved.method] if resolved.schedule == "published" else {}
            # Of two overrides of a field the last one counts.
            overrides = dict(override.split("=", 1) for override in cell.overrides)
            for field, text in overrides.items():
                if field not in recipe:
                    value = functools.reduce(getattr, field.split("."), resolved)
                    assert value == (text if isinstance(value, str) else ast.literal_eval(text))


# The others are not the paper's.
@pytest.mark.parametrize("name", sorted(STUDIES.keys() - {"gpu", "faces", "parts", "trust"}))
def test_every_number_of_the_paper_stands_in_the_table(name):
    study = loading.load(f"configs/studies/{name}.py")
    columns = [
        f"{level.key}/{split}" if split else level.key
        for level in study.columns.levels
        for split, _ in level.splits or (("", ""),)
    ]
    places = {f"{key(row)}/{column}" for row in rows(study) for column in columns}
    assert study.published and set(study.published) <= places


def test_a_scale_that_a_study_lacks():
    with pytest.raises(UserError, match=r"no scale 'demo': .* :cpu$"):
        loading.load("configs/studies/table4.py:demo")
    with pytest.raises(UserError, match="no scale 'gpu'"):
        loading.load("configs/studies/table1.py:gpu")


@pytest.mark.parametrize("schedule", ["published", "shared"])
@pytest.mark.parametrize("scale", axes.SCALES)
def test_every_method_has_its_own_rate_under_any_schedule(scale, schedule):
    for cell in cells(loading.load(f"configs/studies/table1.py:{scale}")):
        if cell.seed == 0:
            given = from_flags.config([*cell.config_flags, f"--config.schedule={schedule}"])
            optim = config.resolve(given).optim
            rates = optim.learning_rate, optim.head_learning_rate
            own = {"rul": (2e-4, 2e-3), "eac": (2e-4, 0.0)}
            assert rates == own.get(given.method, (1e-3, 0.0))


def test_the_switches_of_table_2():
    study = loading.load("configs/studies/table2.py")
    switches = {level.key: level.overrides for level in study.rows[0].levels}
    assert switches["baseline"] == ("lde.spaces=none", "el.enabled=False")
    assert switches["ld"] == ("lde.spaces=expression", "el.enabled=False")
    assert "el.pair_labels=one_hot" in switches["ld-lm-el"]


def test_a_sweep_shares_its_default_with_the_others():
    study = loading.load("configs/studies/figure7.py")
    defaults = [level.labels for level in study.rows[0].levels if level.key == "default"]
    assert defaults == [
        *(("delta", "0.7"), ("alpha", "1"), ("beta", "0.1"), ("tau", "0.1"), ("omega", "0.9"))
    ]
    assert not any(level.overrides for level in study.rows[0].levels if level.key == "default")
