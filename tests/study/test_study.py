"""The command, with a fake program in place of the training."""

import signal
import sys

import pytest

from lanet_jax.errors import UserError
from lanet_jax.run import train_command
from lanet_jax.study import __main__ as command
from lanet_jax.study import runner

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
    told = "schedule shared, optim.epochs 4, optim.learning_rate 0.001, data.test_split test"
    assert told in table
    assert "--config.noise.rate=0.2 --config.method=ce --config.seed=0" in table
    assert "| CE | 50.00 |" in capsys.readouterr().out
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
