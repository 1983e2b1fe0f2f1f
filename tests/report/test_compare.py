import json

from lanet_jax.report import compare, run_files, run_sections, splits_of_runs
from tests.report.conftest import write_run


def test_names_take_as_many_parents_as_they_need(bare, full, tmp_path):
    assert compare.names([bare, full]) == ["bare", "full"]
    folders = []
    for parent in ("one", "two"):
        target = tmp_path / parent / "run"
        target.parent.mkdir()
        target.symlink_to(bare)
        folders.append(target)
    assert compare.names(folders) == ["one/run", "two/run"]


def test_the_table_as_text(bare, full):
    lines = compare.text(compare.table([run_files.read(bare), run_files.read(full)])).splitlines()
    assert lines[0].split()[:3] == ["run", "method", "schedule"]
    at = lines[0].index("AUROC")
    assert [line[at:] for line in lines[2:4]] == ["0.841", "0.841"]
    assert "47.0%" in lines[2]  # of bare
    assert lines[4].startswith("* oracle")


def test_a_run_without_results_has_a_row(bare):
    (bare / "metrics.jsonl").write_text('{"step": 10, "epoch": 1.0, "split": "train", "loss": 1}\n')
    table = compare.table([run_files.read(bare)])
    assert table.rows == (
        ("bare", "CE", "shared", "30% symmetric noise", "1 of 3", "not yet", *[""] * 6),
    )
    assert "oracle" not in compare.text(table)


def test_an_unfinished_run_s_accuracy_is_so_far(bare):
    path = bare / "config.json"
    path.write_text(path.read_text().replace('"epochs": 3', '"epochs": 80'))
    table = compare.table([run_files.read(bare)])
    [row] = (dict(zip(table.header, row, strict=True)) for row in table.rows)
    assert (row["epochs"], row["final"], row["last 5"]) == ("3 of 80", "47.0% so far", "49.3%")


def test_a_best_of_the_holdout_has_no_star(bare):
    path = bare / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    held = [line.replace('"test"', '"holdout"') if '"test"' in line else "" for line in lines]
    path.write_text("".join(map("".join, zip(lines, held, strict=True))))
    table = compare.table([run_files.read(bare)])
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    best = {row["tested on"]: row["best"] for row in rows}
    assert best == {"holdout": "54.0%*", "test": "54.0%"}


def test_a_field_in_which_only_the_third_differs_is_told(bare, full, tmp_path):
    third = write_run(tmp_path / "third", method="ce")
    path = third / "config.json"
    path.write_text(path.read_text().replace('"threads": 2', '"threads": 4'))
    runs = [run_files.read(folder) for folder in (bare, full, third)]
    differing = compare.sections(runs)[1].table
    assert differing.rows == (("method", "ce", "lanet", "ce"), ("data.threads", "2", "2", "4"))


def _on(folder, *tested, train="rafdb", holdout=0.0):
    """Makes the run one of these test datasets, which all have a split `test`."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    splits = ["test"] * len(tested)
    config["data"] |= {"train": [train], "test": tested, "test_split": splits, "holdout": holdout}
    path.write_text(json.dumps(config))
    return run_files.read(folder)


def test_other_test_sets_have_other_names_a_column_and_panels(bare, full):
    runs = [_on(bare, "rafdb"), _on(full, "ferplus", train="ferplus")]
    table = compare.table(runs)
    assert table.header[2] == "data" and [row[2] for row in table.rows] == ["rafdb", "ferplus"]
    at = table.header.index("tested on")
    assert [row[at] for row in table.rows] == ["test of rafdb", "test of ferplus"]
    assert "* oracle" in compare.text(table)
    section, _ = run_sections.curves(runs, ["A", "B"])
    panels = {panel.title: panel.values for panel in section.panels}
    assert panels["Accuracy, test of rafdb"] == ((0, "47.0%"),)
    assert panels["Accuracy, test of ferplus"] == ((1, "50.0%"),)
    assert len(panels["Wrong labels fitted"]) == 2
    assert "Accuracy, test" not in panels


def test_the_same_test_set_has_its_split_s_name_whatever_trained(bare, full):
    runs = [_on(bare, "rafdb"), _on(full, "rafdb", train="ferplus")]
    table = compare.table(runs)
    assert "data" not in table.header and table.rows[0][5] == "test"
    section, _ = run_sections.curves(runs, ["A", "B"])
    assert len(section.panels[0].values) == 2 and section.panels[0].title == "Accuracy, test"


def test_one_of_several_test_sets_is_the_same_as_alone(bare, full):
    text = (full / "metrics.jsonl").read_text().replace('"test"', '"test-rafdb"')
    (full / "metrics.jsonl").write_text(text)
    runs = [_on(bare, "rafdb"), _on(full, "rafdb", "ferplus")]
    assert splits_of_runs.names(runs) == [
        {"test": "test of rafdb"},
        {"test-rafdb": "test of rafdb"},
    ]
    assert len(run_sections.curves(runs, ["A", "B"])[0].panels[0].values) == 2


def test_held_out_records_are_of_the_training_data(bare, full):
    for folder in (bare, full):
        text = (folder / "metrics.jsonl").read_text().replace('"test"', '"holdout"')
        (folder / "metrics.jsonl").write_text(text)
    runs = [_on(bare, holdout=0.2), _on(full, train="ferplus", holdout=0.2)]
    told = [{"holdout": "holdout of rafdb"}, {"holdout": "holdout of ferplus"}]
    assert splits_of_runs.names(runs) == told
    assert splits_of_runs.differ([_on(bare), _on(full, train="ferplus")])  # and judged on nothing


def test_an_empty_field_that_differs_is_told_as_none(bare, full):
    for folder, weights in ((bare, ""), (full, "/tmp/own.safetensors")):
        path = folder / "config.json"
        config = json.loads(path.read_text())
        path.write_text(json.dumps(config | {"model": {"pretrained": weights}}))
    differing = compare.sections([run_files.read(bare), run_files.read(full)])[1].table
    assert ("model.pretrained", "none", "/tmp/own.safetensors") in differing.rows
