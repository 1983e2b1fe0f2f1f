"""`lanet evaluate --workdir=DIR`: evaluates a checkpoint of a run, or a model file, on a split.

It prints accuracies with their intervals, and writes predictions and metrics below the run's
folder, or beside the model file.
"""

from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.devices import others, runtime
from lanet_jax.errors import UserError


def main() -> None:
    """Evaluates a network on its test data, or on other data."""
    parser = Parser(prog="lanet evaluate", description=__doc__)
    add = parser.add_argument
    add("--workdir", type=Path, required=True, help="folder of the run, model file, or bundled")
    add("--step", default="last", help="number of a checkpoint, last or best")
    add("--split", default="", help="split to evaluate (default: the run's own)")
    add("--data", default="", help="another prepared dataset, by name (default: the run's own)")
    where = "where it lies (default: as in the run, else ~/tensorflow_datasets)"
    add("--data_dir", default="", help=where)
    out = "of a model file: folder for the results (default: evaluation, beside the file)"
    add("--out", type=Path, metavar="DIR", help=out)
    arguments = parser.parse_args()
    runtime.start()
    with others.watched():
        evaluate(**vars(arguments))


def evaluate(
    workdir: Path,
    step: str = "last",
    split: str = "",
    data: str = "",
    data_dir: str = "",
    out: Path | None = None,
) -> None:
    """Writes predictions, confusion matrix, calibration and the numbers of a split.

    Args:
      workdir: folder of a run, a model file, or `bundled`: the network of the package.
      step: checkpoint of a run: a number, "last" or "best".
      split: split to evaluate; "" for the run's own.
      data: prepared dataset; "" for the run's own.
      data_dir: where the dataset lies; "" for where the run had it.
      out: folder for the results of a model file; None for `evaluation` beside it.

    Raises:
      UserError: run, checkpoint or data are missing, the data has a class that the network does
        not have, or a prediction is not finite.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    from lanet_jax.evaluate import of_split
    from lanet_jax.trained.load import is_model_file, place

    model = place(workdir)
    if is_model_file(model):
        of_split.of_model_file(model, step, split, data, data_dir, out)
    elif out:
        raise UserError(f"--out={out}: the results of a run lie in its folder; leave it out")
    else:
        of_split.of_run(model, step, split, data, data_dir)


if __name__ == "__main__":
    exit_on_user_error(main)()
