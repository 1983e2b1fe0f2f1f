"""A study whose runs truly train: one on a dataset that is there, and one on none."""

import csv
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STUDY = """
from lanet_jax.study.grid import Axis, Level, Study

def get_study(scale):
    trains = (Level(d, (d,), (f"data.train=('{d}',)", "method=ce")) for d in ("absent", "demo"))
    demo = Level("demo", ("demo",), config="configs/demo.py:tiny")
    small = ("data.limit=24", "optim.batch_size=8", "optim.epochs=2", "el.queue_size=32")
    return Study("Tiny", (Axis(("Train",), tuple(trains)),), Axis(("Test",), (demo,)), (0,), small)
"""


def test_a_study_trains_survives_a_failure_and_does_nothing_twice(data_dir, environment, tmp_path):
    (tmp_path / "tiny.py").write_text(STUDY)
    folder = tmp_path / "study"
    command = [sys.executable, "-m", "lanet_jax.study", str(tmp_path / "tiny.py")]
    command += [f"--workdir={folder}", f"--config.data.dir={data_dir}"]

    def run() -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)

    done = run()
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "1 of 2 cells failed (absent/demo/seed0: " in done.stderr
    with open(folder / "table.csv", newline="") as file:
        failed, trained = csv.DictReader(file)
    assert failed["seeds"] == "0" and trained["seeds"] == "1"
    assert 0 <= float(trained["last5_mean"]) <= 100 and trained["fitted_mean"] != ""
    before = (folder / "demo/demo/seed0/metrics.jsonl").read_bytes()

    again = run()
    assert again.returncode == 1
    assert "demo/demo/seed0" not in again.stderr.replace("absent/demo/seed0", "")
    assert (folder / "demo/demo/seed0/metrics.jsonl").read_bytes() == before
