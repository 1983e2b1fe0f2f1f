"""The command, with a fake program in place of the training."""

import signal
import sys

import pytest

from lanet_jax.errors import UserError
from lanet_jax.run import train_command
from lanet_jax.study import __main__ as command
from lanet_jax.study import checks, runner

STUDY = """
from lanet_jax.study.grid import Axis, Level, Study

def get_study(scale):
    methods = tuple(Level(m, (m.upper(),), (f"method={{m}}",)) for m in ("ce", "lanet"))
    column = Level("demo", ("Demo",), config={config!r})
    seeds = (0, 1) if scale == "two" else (0,)
    return Study("Methods", (Axis(("Method",), methods),), Axis(("Data",), (column,)), seeds)
"""


@pytest.fixture
def run(tmp_path, config, folder, fake, monkeypatch):
    path = tmp_path / "methods.py"
    path.write_text(STUDY.format(config=config))
    monkeypatch.setattr(runner, "MAIN", fake.program)
    monkeypatch.setattr(checks.before_reading, "check", lambda c: None)  # the fake needs no data
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]

    def call(*flags, scale=""):
        argv = ["study", f"{path}{scale}", f"--workdir={folder}", *flags]
        monkeypatch.setattr(sys, "argv", argv)
        command.main()

    yield call
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_failing_cell_is_named_at_the_end_and_stands_in_the_table(run, fake, folder, capsys):
    fake.trouble(lanet_0="error")
    with pytest.raises(UserError) as caught:
        run("--config.noise.rate=0.2")
    assert str(caught.value) == (
        "1 of 2 cells failed (lanet/demo/seed0: the images are gone: bring them back); the same "
        "command tries them again"
    )
    table = (folder / "table.md").read_text()
    assert "| CE | 50.00 | 50.00 | 50.00 | 40.00 | 1 of 1 |" in table
    assert "| LANET | - | - | - | - | 0 of 1 |" in table
    assert "- lanet/demo/seed0 failed: the images are gone: bring them back" in table
    told = "schedule shared, optim.epochs 4, optim.learning_rate 0.001, model.family resnet"
    assert told in table
    assert "--config.noise.rate=0.2 --config.method=ce --config.seed=0" in table
    printed = capsys.readouterr().out
    assert "| CE | 50.00 |" in printed and "ommands of seed" not in printed
    assert "\n\n```sh\n# The commands of seed 0\n" in table
    assert (folder / "table.csv").read_text().startswith("Method,Data,seeds,final_mean,final_std")
    assert "\\begin{tabular}{lccccc}" in (folder / "table.tex").read_text()

    fake.trouble()
    fake.calls()
    run("--config.noise.rate=0.2")
    assert fake.calls() == ["lanet-0"]
    assert "failed" not in (folder / "table.md").read_text()

    run("--config.noise.rate=0.2", scale=":two")  # grown by a seed
    assert fake.calls() == ["ce-1", "lanet-1"]
    # 50 and 60: mean 55, deviation sqrt(2 * 25 / 1)
    assert "| CE | **55.00±7.07** |" in (folder / "table.md").read_text()

    with pytest.raises(UserError, match=r"seed1 \(not declared now\)"):
        run("--config.noise.rate=0.2")
    with pytest.raises(UserError, match=r"noise.rate \(0.2 there, absent now\)"):
        run(scale=":two")


def test_a_study_of_which_no_cell_can_start_is_refused(run, fake, folder, monkeypatch):
    def check(c):
        raise UserError(f"no prepared data for {c.method}")

    monkeypatch.setattr(checks.before_reading, "check", check)
    with pytest.raises(UserError) as caught:
        run(scale=":two")
    assert str(caught.value) == (
        "4 of 4 cells cannot start (ce/demo/seed0, ce/demo/seed1: no prepared data for ce; "
        "lanet/demo/seed0, lanet/demo/seed1: no prepared data for lanet)"
    )
    assert fake.calls() == [] and not (folder / "table.md").exists()
    run("--dry_run")  # shows what would run where the data is


def test_finished_cells_need_no_data_and_a_part_that_can_start_does(
    run, fake, folder, monkeypatch, capsys
):
    def check(c):
        if c.method == "ce":
            raise UserError("the classes differ")

    run("--only=ce")
    monkeypatch.setattr(checks.before_reading, "check", check)
    run()
    assert "cannot start" not in capsys.readouterr().err
    fake.calls()
    run(scale=":two")
    assert (
        "note: 1 of 2 cells cannot start (ce/demo/seed1: the classes differ); the others run"
        in (capsys.readouterr().err)
    )
    assert fake.calls() == ["ce-1", "lanet-1"]


def test_a_reason_that_cells_share_is_told_once(run, fake, folder, capsys):
    fake.trouble(ce_0="error", lanet_0="error")
    with pytest.raises(UserError) as caught:
        run()
    reason = "the images are gone: bring them back"
    assert str(caught.value) == (
        f"2 of 2 cells failed (ce/demo/seed0, lanet/demo/seed0: {reason}); the same command tries "
        "them again"
    )
    assert (folder / "table.md").read_text().count(reason) == 1
    said = capsys.readouterr().err
    assert said.count(reason) == 1 and "lanet/demo/seed0 failed: as ce/demo/seed0" in said


def test_a_dry_run_prints_commands_and_leaves_nothing(run, fake, folder, capsys):
    run("--dry_run", "--only=ce", scale=":two")
    lines = capsys.readouterr().out.splitlines()
    assert [lines[0], lines[2]] == ["ce/demo/seed0 (waiting)", "ce/demo/seed1 (waiting)"]
    assert lines[3].startswith(f"  {train_command.line([])} --config=")
    assert lines[3].endswith(f"--config.noise.seed=1 --workdir={folder}/ce/demo/seed1")
    assert fake.calls() == [] and not list(folder.iterdir())


def test_tables_are_rewritten_from_what_is_there(run, fake, folder, write_run):
    with pytest.raises(UserError, match="holds no study"):
        run("--table_only")
    run("--only=ce")
    assert fake.calls() == ["ce-0"]
    (folder / "table.md").unlink()
    write_run(folder / "lanet/demo/seed0", 0.7)
    run("--table_only")
    assert fake.calls() == []
    assert "| LANET | **70.00** |" in (folder / "table.md").read_text()


def test_a_stopped_study_says_how_to_resume(run, monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run", stopped)
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 130
    assert "the same command resumes it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "variables",
    [
        {"JAX_COORDINATOR_ADDRESS": "host0:1234", "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": "0"},
        {"SLURM_NTASKS": "2"},
    ],
)
def test_several_processes_are_refused_before_a_run_waits_for_them(
    run, fake, folder, monkeypatch, variables
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    first = next(iter(variables))
    told = rf"{first} is set and announces 2 processes, .*; unset {first} \(other hosts take other"
    with pytest.raises(UserError, match=told):
        run()
    assert fake.calls() == [] and not list(folder.iterdir())
    run("--dry_run")
    monkeypatch.delenv(first)
    run("--only=ce")
    monkeypatch.setenv(first, variables[first])
    run("--table_only")


def test_a_flag_that_is_not_known(run):
    with pytest.raises(UserError, match="--onyl=ce: not known"):
        run("--onyl=ce")
    with pytest.raises(UserError, match=r"noise\.rte: .*did you mean noise\.rate"):
        run("--config.noise.rte=1")
