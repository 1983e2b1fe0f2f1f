import runpy
import sys

import pytest


def _command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["report", *map(str, arguments)])
    runpy.run_module("lanet_jax.report", run_name="__main__")


def test_one_run(full, monkeypatch, capsys):
    _command(monkeypatch, f"--workdir={full}")
    assert capsys.readouterr().out.strip() == str(full / "report.html")
    assert (full / "report.html").exists()


def test_two_runs_end_with_the_table_and_the_page(bare, full, tmp_path, monkeypatch, capsys):
    out = tmp_path / "both.html"
    _command(monkeypatch, f"--workdir={bare}", f"--workdir={full}", f"--out={out}")
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == str(out)
    assert [line.split()[0] for line in lines[2:4]] == ["bare", "full"]


@pytest.mark.parametrize("missing", ["out", "run"])
def test_user_s_errors_are_one_line(missing, bare, full, tmp_path, monkeypatch, capsys):
    second = full if missing == "out" else tmp_path / "nowhere"
    out = [] if missing == "out" else [f"--out={tmp_path / 'x.html'}"]
    with pytest.raises(SystemExit) as stopped:
        _command(monkeypatch, f"--workdir={bare}", f"--workdir={second}", *out)
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
