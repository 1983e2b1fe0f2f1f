"""Stands in for lanet_jax.main: what a run leaves, made up and at once."""

import json
import os
import signal
import sys
import time
from pathlib import Path


def write_run(home, final, last5=None, best=None, fitted=None, auroc=None, splits=("test",)):
    """The files of a finished run."""
    home.mkdir(parents=True, exist_ok=True)
    config = {"schedule": "shared", "optim": {"epochs": 4, "learning_rate": 1e-3}}
    config |= {
        "data": {"train": ["demo"], "test_split": list(splits)},
        "method": home.parts[-3],
        "model": {"family": "resnet", "depth": 18, "stem": "small", "width": 32},
        "noise": {"kind": "none"},
    }
    (home / "config.json").write_text(json.dumps(config))
    row = {"step": 40, "epoch": 4.0, "accuracy": final, "mean_class_accuracy": final}
    rows = [{**row, "split": split} for split in splits]
    (home / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    numbers = {"final": final, "last5": last5 or final, "oracle": best or final}
    numbers["final_mean_class"] = final - 0.1
    summary = dict.fromkeys(splits, numbers)
    if fitted is not None:
        summary["labels"] = {"wrong_fitted": fitted, "auroc": auroc}
    (home / "summary.json").write_text(json.dumps(summary))
    for split in splits:
        (home / "evaluation" / split).mkdir(parents=True, exist_ok=True)
        (home / "evaluation" / split / "metrics.json").write_text("{}")


def main():
    """Writes down that it was called, then does what trouble.json has for its cell."""
    flags = dict(argument.removeprefix("--").split("=", 1) for argument in sys.argv[1:])
    home = Path(flags["workdir"])
    name = f"{flags['config.method']}-{flags['config.seed']}"
    here = Path(__file__).parent
    with open(here / "calls.txt", "a") as file:
        file.write(f"{name}\n")
    trouble = json.loads((here / "trouble.json").read_text()).get(name)
    print("\r 50%|#####     | 12/24 [00:02<00:02, 6.0img/s]", end="", file=sys.stderr)
    if trouble == "error":
        sys.exit("error: the images are gone: bring them back")
    if trouble == "traceback":
        raise ValueError("out of range")
    if trouble == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if trouble == "hang":
        (here / "pid.txt").write_text(str(os.getpid()))
        time.sleep(60)
    if trouble != "early":
        write_run(home, 0.5 + 0.1 * int(flags["config.seed"]))


if __name__ == "__main__":
    main()
