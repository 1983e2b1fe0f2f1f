"""What ends a run before its end, and what was done to its files meanwhile: nothing is lost."""

import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from benchmarks import bitwise, faults, killing
from configs import demo
from lanet_jax.errors import UserError
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import run as run_lib
from lanet_jax.input.pipeline import train_batches
from lanet_jax.train import loop
from lanet_jax.train.log import Log
from lanet_jax.train.stop import Stop

ROOT = Path(__file__).parents[2]


def _reached(workdir: Path, step: int) -> bool:
    path = workdir / "metrics.jsonl"
    return path.exists() and f'"step": {step},' in path.read_text()


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_run_in_the_folder_is_refused_and_touches_nothing(
    command, environment, uninterrupted, wait_for, tmp_path
):
    workdir = tmp_path / "run"
    with subprocess.Popen(
        command(workdir), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        wait_for(lambda: _reached(workdir, 2), process)
        process.send_signal(signal.SIGSTOP)  # else it might end before the second one has begun
        before = _files(workdir)
        second = subprocess.run(
            command(workdir), cwd=ROOT, env=environment(), capture_output=True, text=True
        )
        assert _files(workdir) == before
        process.send_signal(signal.SIGCONT)
        process.communicate()
    assert second.returncode == 1
    (line,) = second.stderr.strip().splitlines()
    assert line.startswith(f"error: {workdir}: another run uses it (process {process.pid} on ")
    assert process.returncode == 0
    assert bitwise.differences(workdir, uninterrupted) == []


def test_broken_files_of_a_run_are_named_and_what_can_be_is_made_again(
    train, uninterrupted, tmp_path
):
    workdir = Path(shutil.copytree(uninterrupted, tmp_path / "run"))
    labels = (workdir / "labels.csv").read_text()
    given = labels.splitlines()[1].split(",")[1]
    other = "fear" if given != "fear" else "anger"
    (workdir / "labels.csv").write_text(labels.replace(f",{given},", f",{other},", 1))
    before = _files(workdir)
    done = train(workdir, ok=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "labels.csv was changed" in line
    who = {workdir / ".lock", workdir / "command.txt"}  # of the run that was copied
    assert {k: v for k, v in _files(workdir).items() if k not in who} == {
        k: v for k, v in before.items() if k not in who
    }

    (workdir / "labels.csv").write_text(labels)
    newest = workdir / "checkpoints" / "12"
    for path in newest.rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    done = train(workdir)
    (line,) = [line for line in done.stderr.splitlines() if "warning: " in line]
    assert str(newest) in line and "12.broken" in line and "step 9" in line
    assert (workdir / "checkpoints" / "12.broken" / "state").exists()
    assert bitwise.differences(workdir, uninterrupted) == []


def test_killed_again_and_again_it_ends_like_an_undisturbed_run(
    command, environment, uninterrupted, tmp_path
):
    outcome = faults.torment(
        command,
        environment(),
        uninterrupted,
        tmp_path,
        kills=3,
        seed=668,  # as soon as a checkpoint is written, after a row, and after a time
        seconds=300,
        life=10,
    )
    assert outcome.met(), outcome
    assert outcome.reasons == []


def test_a_run_that_ends_otherwise_is_told(uninterrupted, tmp_path):
    workdir = Path(shutil.copytree(uninterrupted, tmp_path / "run"))
    assert bitwise.differences(workdir, uninterrupted) == []
    text = (workdir / "summary.json").read_text()
    (workdir / "summary.json").write_text(text.replace("0", "1", 1))
    shutil.rmtree(workdir / "checkpoints" / "12")
    found = bitwise.differences(workdir, uninterrupted)
    assert found[0] == "summary.json" and any("bank" in name for name in found)


def test_moments_are_drawn_by_the_seed():
    drawn = [
        [killing.Moment.draw(chance, 5.0) for _ in range(50)]
        for chance in (random.Random(0), random.Random(0), random.Random(1))
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert any(moment.writes for moment in drawn[0]) and any(moment.rows for moment in drawn[0])


@pytest.fixture
def built(data_dir, tmp_path):
    """A run on a copy of the prepared data."""
    c = demo.get_config("tiny")
    copy = shutil.copytree(data_dir, tmp_path / "prepared")
    c.data.dir, c.data.limit, c.optim.batch_size, c.el.queue_size = str(copy), 24, 8, 32
    return run_lib.run(config_lib.resolve(c), tmp_path)


def test_an_image_that_does_not_decode_ends_the_reading_threads_with_its_name(built):
    source = [dict(record) for record in built.data.train.sources[0]]
    position = int(built.data.train.position[5])
    source[position]["image"] = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    object.__setattr__(built.data.train, "sources", (source,))
    with pytest.raises(UserError, match=built.data.train.names[5]):
        for _ in train_batches(built.visits, 0, 8, 2):
            pass


def test_a_shard_that_is_cut_short_while_it_is_read_ends_with_one_line(built, tmp_path):
    for shard in (tmp_path / "prepared").rglob("*train*array_record*"):
        shard.write_bytes(shard.read_bytes()[: shard.stat().st_size // 2])
    with pytest.raises(UserError, match="prepare the data again"):
        for _ in train_batches(built.visits, 0, 8, 2):
            pass


def test_a_signal_during_the_last_evaluation_is_heard_too(built, tmp_path, monkeypatch, capsys):
    def told(log, evaluator, state, step):
        if step == built.steps:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(Log, "evaluate", told)
    (tmp_path / "command.txt").write_text("python -m lanet_jax.main --workdir=here\n")
    with Stop() as stop:
        assert loop.train(built, tmp_path, stop) is None
    steps = built.steps
    assert capsys.readouterr().out == (
        f"stopped and saved at step {steps} of {steps}; to resume: "
        "python -m lanet_jax.main --workdir=here\n"
    )
    assert (tmp_path / "checkpoints" / str(steps)).exists()
