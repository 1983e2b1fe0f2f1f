import dataclasses
import json

import pytest

from lanet_jax.errors import UserError
from lanet_jax.study import loading, runner
from lanet_jax.study.declaration import claim, select
from lanet_jax.study.grid import Axis, cells


def _only(study, *methods):
    levels = tuple(level for level in study.rows[0].levels if level.key in methods)
    return cells(dataclasses.replace(study, rows=(Axis(("Method",), levels),)))


def _message(folder, declared, selected=None) -> str:
    with pytest.raises(UserError) as caught:
        claim(folder, declared, declared if selected is None else selected)
    return str(caught.value)


@pytest.fixture
def begin(folder):
    """Gives the first run a row, without which a declaration binds nothing."""

    def begin(name="ce/demo/seed0"):
        home = folder / name
        home.mkdir(parents=True)
        (home / "metrics.jsonl").write_text("{}\n")

    return begin


def test_a_declaration_of_which_nothing_has_begun_is_replaced(study, folder, begin):
    claim(folder, cells(study), cells(study))
    waiting = folder / "lanet" / "demo" / "seed0"
    waiting.mkdir(parents=True)
    for name in ("config.json", "labels.csv", "log.txt"):
        (waiting / name).write_text("{}")
    other = cells(study, ["noise.rate=0.2"])
    claim(folder, _only(study, "ce"), _only(study, "ce"), write=False)
    assert len(list(waiting.iterdir())) == 3
    claim(folder, other, other)
    assert [path.name for path in waiting.iterdir()] == ["log.txt"]
    noted = json.loads((folder / "study.json").read_text())["cells"].values()
    assert {cell["noise.rate"] for cell in noted} == {"0.2"}
    with (
        runner.alone(folder),
        pytest.raises(UserError, match="another study, or a run that one left behind, uses it"),
    ):
        claim(folder, cells(study), cells(study))
    begin()
    assert "noise.rate (0.2 there, absent now)" in _message(folder, cells(study))
    told = _message(folder, cells(study, ["noise.rate=0.2", "model.pretrained="]))
    assert "model.pretrained (absent there, none now)" in told


def test_the_same_declaration_resumes_and_a_larger_one_too(study, folder):
    claim(folder, _only(study, "ce"), _only(study, "ce"))
    everything = cells(study)
    claim(folder, everything, everything)
    before = (folder / "study.json").read_text()
    claim(folder, everything, everything)
    assert (folder / "study.json").read_text() == before
    assert set(json.loads(before)["cells"]) == {cell.name for cell in everything}


def test_a_cell_that_is_no_longer_declared_is_named(study, folder, begin):
    claim(folder, cells(study), cells(study))
    begin()
    message = _message(folder, _only(study, "ce"))
    assert "lanet/demo/seed0 (not declared now)" in message and "ce/demo" not in message


def test_another_field_is_named_with_both_values(study, folder, begin):
    claim(folder, cells(study), cells(study))
    begin()
    message = _message(folder, cells(study, ["noise.rate=0.2"]))
    assert (
        "ce/demo/seed0 noise.rate (absent there, 0.2 now)" in message
        and "and 0 more" not in message
    )


def test_where_the_data_lies_may_change(study, folder):
    declared = cells(study, ["data.dir=here"])
    claim(folder, declared, declared)
    declared = cells(study, ["data.dir=there"])
    claim(folder, declared, declared)


def test_only_the_selected_cells_are_compared(study, folder, begin):
    begin()
    first = cells(study, ["noise.rate=0.1"])
    claim(folder, first, select(first, ["ce"]))
    second = cells(study, ["noise.rate=0.2"])
    claim(folder, second, select(second, ["lanet"]))
    assert "ce/demo/seed0 noise.rate (0.1 there, 0.2 now)" in _message(folder, second)


def test_a_changed_config_file_is_named(study, folder, config, begin):
    begin()
    declared = cells(study)
    claim(folder, declared, declared)
    path = folder / "study.json"
    path.write_text(path.read_text().replace('"noise.rate": 0.3', '"noise.rate": 0.4'))
    assert f"{config} noise.rate (0.4 there, 0.3 now)" in _message(folder, declared)
    path.write_text(path.read_text().replace('"noise.rate": 0.4', '"gone": 1'))
    claim(folder, declared, declared)  # fields that the program gained or lost change no run


def test_a_field_that_does_not_exist_is_named_before_anything_runs(study, folder):
    message = _message(folder, cells(study, ["noise.sed=1"]))
    assert "--config.noise.sed: " in message and "did you mean noise.seed?" in message
    assert not list(folder.iterdir())


def test_patterns_name_whole_cells_or_parts(study):
    names = lambda *patterns: [cell.name for cell in select(cells(study), patterns)]  # noqa: E731
    assert names("ce") == ["ce/demo/seed0", "ce/demo/seed1"]
    assert names("*/seed1") == ["ce/demo/seed1", "lanet/demo/seed1"]
    assert names("ce/*0", "lanet/*1") == ["ce/demo/seed0", "lanet/demo/seed1"]
    assert len(names()) == 4
    with pytest.raises(UserError, match="--only=scn: no cell"):
        names("ce", "scn")


def test_a_file_that_is_no_study(tmp_path):
    with pytest.raises(UserError, match=r"nowhere.py: no such file"):
        loading.load("nowhere.py:cpu")
    path = tmp_path / "empty.py"
    path.write_text("")
    with pytest.raises(UserError, match="no get_study"):
        loading.load(str(path))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("noise.rate=2", "ce/demo/seed0: --config.noise.rate=2.0: must be a number from 0"),
        ("optim.epochs=x", "ce/demo/seed0: --config.optim.epochs=x: must be a whole number"),
        ("optim.batch_size=4", "lanet/demo/seed0: --config.lde.neighbors=8: must be from 1 to 4"),
        ("noise.rate", "ce/demo/seed0: "),
    ],
)
def test_an_invalid_config_is_named_before_anything_runs(study, folder, field, said):
    message = _message(folder, cells(study, [field]))
    assert message.startswith(said)
    assert not list(folder.iterdir())
