"""`python -m lanet_jax.main --config=configs/rafdb.py --workdir=DIR`: trains or goes on."""

from pathlib import Path

from absl import app, flags
from ml_collections import config_flags

from lanet_jax import runtime
from lanet_jax.errors import exit_on_user_error

CONFIG = config_flags.DEFINE_config_file("config", None, "Config file, with presets after a colon.")
WORKDIR = flags.DEFINE_string("workdir", None, "Folder of the run.")
flags.mark_flags_as_required(["config", "workdir"])


def main(argv: list[str]) -> None:
    """Trains a run to its end and writes what is said of it."""
    del argv
    runtime.start()
    from lanet_jax import results, train, workdir
    from lanet_jax.build import config, run

    folder = Path(WORKDIR.value)
    resolved = config.resolve(CONFIG.value)
    workdir.claim(folder, resolved)
    built = run.run(resolved, folder)
    state = train.train(built, folder)
    results.finish(built, folder, state)


if __name__ == "__main__":
    exit_on_user_error(app.run)(main)
