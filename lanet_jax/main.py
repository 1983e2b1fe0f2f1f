"""`python -m lanet_jax.main --config=configs/rafdb.py --workdir=DIR`: trains or goes on."""

import re
import sys
from pathlib import Path

import jax
from absl import app, flags
from ml_collections import config_flags

from lanet_jax.devices import runtime
from lanet_jax.errors import UserError, exit_on_user_error
from lanet_jax.train.stop import Stop

CONFIG = config_flags.DEFINE_config_file("config", None, "Config file, with presets after a colon.")
WORKDIR = flags.DEFINE_string("workdir", None, "Folder of the run.")
flags.mark_flags_as_required(["config", "workdir"])


def main(_: list[str]) -> None:
    """Trains a run to its end and writes what is said of it; stops in good order when told to."""
    runtime.start()
    with Stop() as stop:  # before the long imports, so that a signal during them is heard too
        _run(Path(WORKDIR.value), stop)


def _run(folder: Path, stop: Stop) -> None:
    from lanet_jax.evaluate.__main__ import evaluate
    from lanet_jax.from_config import config
    from lanet_jax.report import page
    from lanet_jax.run import folder as run_folder
    from lanet_jax.train import loop
    from lanet_jax.train.begin import begin
    from lanet_jax.train.finish import finish

    built = begin(CONFIG.value, config.resolve(CONFIG.value), folder, sys.argv[1:])
    if stop.asked():
        run_folder.tell_stopped(folder, "stopped before training")
        return
    state = loop.train(built, folder, stop)
    if state is None:
        return
    finish(built, folder, state)
    trained = f"stopped and saved at step {built.steps} of {built.steps}"
    if stop.asked():
        run_folder.tell_stopped(folder, f"{trained}, before the evaluation")
        return
    evaluate(folder)
    if stop.asked():
        run_folder.tell_stopped(folder, f"{trained}, before the report")
        return
    if jax.process_index() == 0:
        print(f"report: {page.write(folder)}")


def parse(argv: list[str]) -> list[str]:
    """Reads the flags.

    Args:
      argv: the command line.

    Returns:
      What is left of it.

    Raises:
      UserError: a field of the config does not exist, or a flag does not read.
    """
    try:
        rest = flags.FLAGS(argv)
        CONFIG.value  # noqa: B018  (a file that did not load says so only now)
        return rest
    except AttributeError as error:  # ml_collections' word for a field that does not exist
        found = re.search(r'Did you mean "(\w+)" instead of "(\w+)"|\'(\w+)\'', str(error))
        near, wrong, alone = found.groups() if found else (None, None, None)
        wrong = wrong or alone or ""
        flag = next((a.split("=")[0] for a in argv if wrong in a), wrong)
        hint = f"did you mean {near!r}?" if near else "the fields are in configs/common.py"
        raise UserError(f"{flag}: the config has no field {wrong!r}; {hint}") from error
    except OSError as error:
        given = next((a for a in argv if a.startswith("--config=")), "--config")
        raise UserError(f"{given} does not load; those that come along are configs/*.py") from error
    except (flags.Error, TypeError, ValueError) as error:
        raise UserError("; ".join(line.strip() for line in str(error).splitlines())) from error


if __name__ == "__main__":
    exit_on_user_error(app.run)(main, flags_parser=parse)
