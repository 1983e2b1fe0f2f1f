"""`python -m lanet_jax.main --config=configs/rafdb.py --workdir=DIR`: trains, or resumes a run."""

import sys
from pathlib import Path

import jax
from absl import app, flags

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import others, runtime
from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.from_config import flags as config_flags
from lanet_jax.from_config import help as train_help
from lanet_jax.train.stop import Stop

CONFIG = config_flags.define()
WORKDIR = flags.DEFINE_string("workdir", None, "Folder of the run.")


def main(_: list[str]) -> None:
    """Trains a run, evaluates it and writes its report; a signal stops it cleanly."""
    runtime.start()
    # Before the long imports, so that a signal during them counts too.
    with others.watched(), Stop() as stop:
        folder = Path(WORKDIR.value)  # type: ignore[arg-type]  # none starts without it
        _run(expanded(folder), stop)


def _run(folder: Path, stop: Stop) -> None:
    from lanet_jax.devices import hosts
    from lanet_jax.evaluate.__main__ import evaluate
    from lanet_jax.from_config import before_reading, combinations, config, fit, starts
    from lanet_jax.report import page
    from lanet_jax.run import folder as run_folder
    from lanet_jax.train import loop
    from lanet_jax.train.begin import begin
    from lanet_jax.train.finish import finish

    given = hosts.on_each(lambda: config.resolve(CONFIG.value))
    hosts.on_each(lambda: before_reading.check(given))
    hosts.on_first(lambda: before_reading.check_files(given, folder))
    resolved, chosen = hosts.on_each(lambda: fit.fit(given, folder))
    if chosen:
        combinations.check(resolved)
        hosts.on_each(lambda: before_reading.check(resolved))
    if resolved.model.pretrained and not run_folder.has_checkpoint(folder):
        hosts.on_first(lambda: starts.compare(resolved))
    told = [config.recipe(CONFIG.value, resolved), chosen]
    built = begin(resolved, folder, sys.argv[1:], told)
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
      What remains of it: the program's name.

    Raises:
      UserError: the config does not load, a field does not exist, a flag has an invalid value, or
        a word is not a flag.
    """
    if {"-h", "--help", "-help", "--helpfull", "--helpshort"} & set(argv[1:]):
        print(train_help.text())
        sys.exit(0)
    rest = config_flags.read(argv)
    if len(rest) > 1:
        word = rest[1]
        hint = f"did you mean --{word.lstrip('-')}?" if "=" in word else "see `lanet train --help`"
        raise UserError(f"{word!r}: a flag begins with two dashes; {hint}")
    if WORKDIR.value is None:
        raise UserError(config_flags.NEEDED)
    if not WORKDIR.value.strip():
        raise UserError("--workdir= is empty (is a variable of your shell unset?): name a folder")
    return rest


if __name__ == "__main__":
    exit_on_user_error(app.run)(main, flags_parser=parse)
