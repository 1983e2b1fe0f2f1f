"""The notebook in docs runs from its first cell to its last."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_notebook_runs(tmp_path, environment):
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(cells)],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for name in ("first/report.html", "second/summary.json", "compared.html"):
        assert (tmp_path / "runs" / name).stat().st_size
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])
