from lanet_jax.report import compare, run_files


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
