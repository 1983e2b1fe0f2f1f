import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from configs import demo
from lanet_jax.errors import UserError
from lanet_jax.from_config import limits
from lanet_jax.from_config.config import resolve
from lanet_jax.run import folder as run_folder
from lanet_jax.run import inputs, train_command


@pytest.fixture
def config():
    return demo.get_config("tiny")


def _begin(folder):
    (folder / "metrics.jsonl").write_text('{"step": 1, "epoch": 0.5, "split": "train"}\n')


def _claim(folder, config, change):
    run_folder.claim(folder, config)
    _begin(folder)
    path = folder / "config.json"
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))
    before = path.read_text()
    try:
        run_folder.claim(folder, config)
    finally:
        changed = path.read_text() != before
    return changed


def test_the_same_config_resumes_and_the_command_is_kept(tmp_path, config):
    for _ in range(2):
        run_folder.claim(tmp_path, config, ["--config=a b.py", "--workdir=x"])
    line = train_command.line(["--config=a b.py", "--workdir=x"])
    assert run_folder.command(tmp_path) == line


def test_a_field_that_is_new_to_the_program_is_a_difference(tmp_path, config):
    with pytest.raises(UserError) as caught:
        _claim(tmp_path, config, lambda tree: tree["lde"].pop("decay"))
    said = str(caught.value)
    assert "lde.decay (absent there, 0.8 now)" in said
    assert "version" in said and str(tmp_path / "config.json") in said
    there = json.loads((tmp_path / "config.json").read_text())
    assert "decay" not in there["lde"]  # nothing is written


def test_an_empty_field_that_differs_is_told_as_none(tmp_path, config):
    def other(tree):
        tree["model"]["pretrained"] = "bundled"

    with pytest.raises(UserError, match=r"model\.pretrained \(bundled there, none now\)"):
        _claim(tmp_path, config, other)


def test_an_older_run_is_resumed_as_it_was(tmp_path, config):
    """What came later is taken as it was then: the same value goes on, another is named."""

    def change(tree):
        for name, fields in run_folder.LATER.items():
            for field in fields:
                tree[name].pop(field, None)

    with pytest.raises(UserError, match=r"landmarks\.frame \(image there, face now\)") as caught:
        _claim(tmp_path, config, change)
    assert "absent" not in str(caught.value) and "model" not in str(caught.value)


def test_a_field_that_the_program_lost_is_a_difference(tmp_path, config):
    with pytest.raises(UserError, match=r"lde\.bound \(8\.0 there, absent now\)"):
        _claim(tmp_path, config, lambda tree: tree["lde"].update(bound=8.0))


def test_fields_that_change_nothing_may_come_and_go(tmp_path, config):
    def change(tree):
        del tree["train"]["keep"]
        tree["profile"]["more"] = 1
        tree["data"] |= {"dir": "elsewhere", "threads": 9}

    assert _claim(tmp_path, config, change)


def test_another_value_is_named_without_talk_of_versions(tmp_path, config):
    def change(tree):
        tree["seed"] = tree["train"]["checkpoint_every"] = 7

    with pytest.raises(UserError, match=r"seed \(7 there, 0 now\), train\.check") as caught:
        _claim(tmp_path, config, change)
    assert "version" not in str(caught.value)


@pytest.mark.parametrize("text", [None, "{", '{"seed": 7}'])
def test_a_run_that_came_to_nothing_binds_neither_config_nor_labels(text, tmp_path, config):
    run_folder.claim(tmp_path, config)
    (tmp_path / "labels.csv").write_text("name,given,true\na,fear,anger\n")
    run_folder.seal_labels(tmp_path)
    inputs.bind(tmp_path, {}, {}, begun=False)
    (tmp_path / "metrics.jsonl").touch()  # what is left of one that failed at its first step
    (tmp_path / "checkpoints").mkdir()
    if text is None:
        config.seed = 7
    else:
        (tmp_path / "config.json").write_text(text)
    run_folder.claim(tmp_path, config)
    assert run_folder.load_config(tmp_path).seed == config.seed
    for name in ("labels.csv", "labels.sha256", "inputs.json"):
        assert not (tmp_path / name).exists()


def test_the_same_config_again_leaves_the_labels_sealed(tmp_path, config):
    run_folder.claim(tmp_path, config)
    (tmp_path / "labels.csv").write_text("name,given,true\na,fear,anger\n")
    run_folder.seal_labels(tmp_path)
    run_folder.claim(tmp_path, config)
    (tmp_path / "labels.csv").write_text("name,given,true\na,anger,anger\n")
    with pytest.raises(UserError, match="was changed"):
        run_folder.seal_labels(tmp_path)


@pytest.mark.parametrize("begun", ["metrics.jsonl", "checkpoints"])
def test_a_row_or_a_checkpoint_binds_the_folder(begun, tmp_path, config):
    run_folder.claim(tmp_path, config)
    if begun == "checkpoints":
        (tmp_path / begun / "3").mkdir(parents=True)
    else:
        _begin(tmp_path)
    config.seed = 7
    with pytest.raises(UserError, match="seed"):
        run_folder.claim(tmp_path, config)
    assert run_folder.load_config(tmp_path).seed == 0


def test_another_host_with_another_config_is_told(tmp_path, config):
    run_folder.claim(tmp_path, config)
    run_folder.check(tmp_path, config)
    config.seed = 7
    with pytest.raises(UserError, match="seed"):
        run_folder.check(tmp_path, config)


def test_a_config_from_before_a_field_says_what_was_so(tmp_path, config):
    run_folder.claim(tmp_path, config)
    tree = json.loads((tmp_path / "config.json").read_text())
    for section, fields in run_folder.LATER.items():
        for field in fields:
            del tree[section][field]
    (tmp_path / "config.json").write_text(json.dumps(tree))
    found, wanted = run_folder.load_config(tmp_path).to_dict(), config.to_dict()
    for section, fields in run_folder.LATER.items():
        wanted[section] |= fields
    assert found == wanted


def test_the_first_config_has_every_field_of_today(tmp_path):
    """A field that is added later needs its value for older runs in `LATER`."""
    shutil.copy(Path(__file__).with_name("first_config.json"), tmp_path / "config.json")
    then = run_folder.load_config(tmp_path)
    assert limits.flatten(then).keys() == limits.LIMITS.keys()
    resolve(then)


def test_changed_labels_are_noticed_and_restored_ones_taken(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("name,given,true\na,fear,anger\n")
    run_folder.seal_labels(tmp_path)
    subprocess.run(["sha256sum", "-c", "labels.sha256"], cwd=tmp_path, check=True)
    before = labels.read_bytes()
    labels.write_text("name,given,true\na,anger,anger\n")
    with pytest.raises(UserError) as caught:
        run_folder.seal_labels(tmp_path)
    assert str(labels) in str(caught.value) and "noise.kind=file" in str(caught.value)
    labels.write_bytes(before)
    run_folder.seal_labels(tmp_path)


@pytest.mark.parametrize("begun", ["metrics.jsonl", "checkpoints/3", "checkpoints/best/3"])
def test_a_config_that_is_gone_binds_nothing_silently(begun, tmp_path, config):
    run_folder.claim(tmp_path, config)
    if begun == "metrics.jsonl":
        _begin(tmp_path)
    else:
        (tmp_path / begun).mkdir(parents=True)
    (tmp_path / "config.json").unlink()
    with pytest.raises(UserError, match=r"rows or checkpoints of a run but no config\.json"):
        run_folder.claim(tmp_path, config)
    assert not (tmp_path / "config.json").exists()


def test_a_label_file_may_move_and_no_other_may_take_its_place(tmp_path, config, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, moved, other = (tmp_path / name for name in ("first.csv", "moved.csv", "other.csv"))
    first.write_text("a,fear\n")
    moved.write_text("a,fear\n")
    other.write_text("a,anger\n")
    workdir = tmp_path / "run"
    config.noise.file = str(first)
    run_folder.claim(workdir, config)
    inputs.bind(workdir, {}, {"noise.file": str(first)}, begun=False)
    _begin(workdir)
    first.unlink()
    run_folder.claim(workdir, config)  # it is needed no more
    for path in (other, tmp_path / "absent.csv"):
        config.noise.file = str(path)
        with pytest.raises(UserError, match=r"noise\.file"):
            run_folder.claim(workdir, config)
    config.noise.file = str(moved)
    run_folder.claim(workdir, config)
    assert run_folder.load_config(workdir).noise.file == str(moved)


def test_a_path_that_an_earlier_version_noted_as_it_was_given_is_the_same(
    tmp_path, config, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    config.noise.file = "lists/labels.csv"
    run_folder.claim(tmp_path, config)
    _begin(tmp_path)
    config.noise.file = str(tmp_path / "lists" / "labels.csv")
    run_folder.claim(tmp_path, config)


def test_what_tells_a_run_from_others_leaves_out_what_is_free(tmp_path, config):
    run_folder.claim(tmp_path, config)
    assert "labels" not in run_folder.identity(tmp_path)
    (tmp_path / "labels.csv").write_text("name,given,true\na,fear,anger\n")
    run_folder.seal_labels(tmp_path)
    found = run_folder.identity(tmp_path)
    assert found["config"]["lde.decay"] == config.lde.decay and found["config"]["seed"] == 0
    assert not {"data.dir", "train.keep", "noise.file", "profile.steps"} & found["config"].keys()
    digest = hashlib.sha256(b"name,given,true\na,fear,anger\n").hexdigest()
    assert found["labels"] == digest


def test_only_the_first_process_says_how_to_resume(tmp_path, config, monkeypatch, capsys):
    run_folder.claim(tmp_path, config, ["--workdir=x"])
    for number in (1, 0):
        monkeypatch.setattr(run_folder.jax, "process_index", lambda number=number: number)
        run_folder.tell_stopped(tmp_path, f"{number}: stopped")
    assert capsys.readouterr().out == f"0: stopped; to resume: {run_folder.command(tmp_path)}\n"
