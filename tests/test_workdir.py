import json
import subprocess

import pytest

from configs import demo
from lanet_jax import workdir
from lanet_jax.errors import UserError


@pytest.fixture
def config():
    return demo.get_config("tiny")


def _claim(folder, config, change):
    workdir.claim(folder, config)
    path = folder / "config.json"
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))
    before = path.read_text()
    try:
        workdir.claim(folder, config)
    finally:
        changed = path.read_text() != before
    return changed


def test_the_same_config_goes_on_and_the_command_is_kept(tmp_path, config):
    for _ in range(2):
        workdir.claim(tmp_path, config, ["--config=a b.py", "--workdir=x"])
    assert workdir.command(tmp_path) == ("python -m lanet_jax.main '--config=a b.py' --workdir=x")


def test_a_field_that_is_new_to_the_program_is_a_difference(tmp_path, config):
    with pytest.raises(UserError) as caught:
        _claim(tmp_path, config, lambda tree: tree["lde"].pop("decay"))
    said = str(caught.value)
    assert "lde.decay (absent there, 0.9 now)" in said
    assert "version" in said and str(tmp_path / "config.json") in said
    there = json.loads((tmp_path / "config.json").read_text())
    assert "decay" not in there["lde"]  # nothing is written


def test_a_field_that_the_program_lost_is_a_difference(tmp_path, config):
    with pytest.raises(UserError, match=r"lde\.bound \(8\.0 there, absent now\)"):
        _claim(tmp_path, config, lambda tree: tree["lde"].update(bound=8.0))


def test_fields_that_change_nothing_may_come_and_go(tmp_path, config):
    def change(tree):
        del tree["train"]["keep"]
        tree["profile"]["more"] = 1

    assert _claim(tmp_path, config, change)


def test_another_value_is_named_without_talk_of_versions(tmp_path, config):
    with pytest.raises(UserError) as caught:
        _claim(tmp_path, config, lambda tree: tree.update(seed=7))
    assert "seed (7 there, 0 now)" in str(caught.value) and "version" not in str(caught.value)


def test_changed_labels_are_noticed_and_restored_ones_taken(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("name,given,true\na,fear,anger\n")
    workdir.seal_labels(tmp_path)
    subprocess.run(["sha256sum", "-c", "labels.sha256"], cwd=tmp_path, check=True)
    before = labels.read_bytes()
    labels.write_text("name,given,true\na,anger,anger\n")
    with pytest.raises(UserError) as caught:
        workdir.seal_labels(tmp_path)
    assert str(labels) in str(caught.value) and "noise.kind=file" in str(caught.value)
    labels.write_bytes(before)
    workdir.seal_labels(tmp_path)
