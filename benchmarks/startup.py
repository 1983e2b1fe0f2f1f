"""Times a run to the end of its first step, without and with the compile cache.

  python -m benchmarks.startup --config=configs/rafdb.py [--config.x.y=v]

Starts `lanet_jax.main` three times: for one step with an empty compile cache, for one step with the
cache that the first left, and for two epochs, counting how often the step is compiled. Goals: 10 s
for the second start, one compilation. `--quick` prepares a small demo set.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from absl import app, flags, logging
from ml_collections import config_flags

from benchmarks import demo, report
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError
from lanet_jax.run import metrics_log

CONFIG = config_flags.DEFINE_config_file("config", "configs/demo.py", "As for lanet_jax.main.")
QUICK = flags.DEFINE_bool("quick", False, "Tiny; shows only that it runs.")

GOAL = 10  # s
COMPILED = re.compile(r"Finished XLA compilation of (?:jit\()?train_step\b")


def start(arguments: Sequence[str], cache: Path, folder: Path) -> tuple[float, str]:
    """Runs `lanet_jax.main` to its end.

    Args:
      arguments: arguments of the command.
      cache: folder of the compile cache.
      folder: new work folder.

    Returns:
      Seconds from the start of the process to the first step's metrics, and JAX's log.

    Raises:
      UserError: the run failed.
    """
    environment = {
        **os.environ,
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_LOG_COMPILES": "1",
    }
    command = [sys.executable, "-m", "lanet_jax.main", *arguments, f"--workdir={folder}"]
    with tempfile.TemporaryFile("w+") as log:
        begin, seconds = time.perf_counter(), None
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd=Path(__file__).parents[1],
        )
        while process.poll() is None:
            if seconds is None and metrics_log.read(folder):
                seconds = time.perf_counter() - begin
            time.sleep(0.02)
        log.seek(0)
        text = log.read()
    if process.returncode or seconds is None:
        reason = text.strip().splitlines()[-1].removeprefix("error: ")
        raise UserError(f"{' '.join(command)} failed: {reason}")
    return seconds, text


def main(argv: list[str]) -> None:
    """Prints both times and the number of compilations."""
    del argv
    logging.set_verbosity(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        c = CONFIG.value
        arguments = [a for a in sys.argv[1:] if a.startswith("--config")]
        if QUICK.value:
            c = demo.tiny_config(folder / "data")
            arguments = ["--config=configs/demo.py:tiny", f"--config.data.dir={c.data.dir}"]
        elif not any(a.startswith("--config=") for a in arguments):
            arguments.insert(0, "--config=configs/demo.py")
        batch, cache = c.optim.batch_size, folder / "cache"
        shared = [*arguments, "--config.schedule=shared", "--config.train.log_every=1"]
        once = [*shared, "--config.optim.epochs=1", f"--config.data.limit={batch}"]
        often = [*shared, "--config.optim.epochs=2", f"--config.data.limit={2 * batch}"]
        first, _ = start(once, cache, folder / "first")
        second, _ = start(once, cache, folder / "second")
        _, log = start(often, cache, folder / "often")
    compilations = len(COMPILED.findall(log))
    report.show(
        ("", "measured", "goal", ""),
        [
            ("first start, empty cache", f"{first:.1f} s", "", ""),
            (
                "second start, filled cache",
                f"{second:.1f} s",
                f"at most {GOAL} s",
                report.verdict(second <= GOAL, QUICK.value),
            ),
            (
                "compilations of the step in 4 steps",
                compilations,
                "1",
                report.verdict(compilations == 1, False),
            ),
        ],
        ["Each start is timed to the end of its first step, on one batch of the config's size."],
    )


if __name__ == "__main__":
    exit_on_user_error(app.run)(main)
