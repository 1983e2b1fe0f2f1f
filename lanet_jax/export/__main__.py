"""`lanet export --workdir=DIR --format=stablehlo|onnx|safetensors`: writes the trained network."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser, share
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError

FORMATS = ("stablehlo", "onnx", "safetensors")


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the network that predicts, without what only training needs, and its card."""
    parser = Parser(prog="lanet export", description=__doc__)
    add = parser.add_argument
    add("--workdir", type=Path, required=True, help="folder of the run, model file, or bundled")
    add("--format", choices=FORMATS, required=True, help="onnx needs the extra onnx")
    add("--step", default="last", help="number of a checkpoint, last or best")
    add("--out", type=Path, help="FILE.FORMAT (default: WORKDIR/export/FORMAT/model.FORMAT)")
    half = "safetensors: store kernels in 16 bits, for half the size"
    add("--half", action="store_true", help=half)
    calibrate = "folder of an evaluation: divide the logits by the temperature that fits it best"
    add("--calibrate", type=Path, metavar="DIR", help=calibrate)
    balance = "folder of an evaluation: predict as if all classes were equally frequent"
    add("--balance", type=Path, metavar="DIR", help=balance)
    power = "how far, from 0 (not at all) to 1 (default); between them lies a compromise"
    add("--balance_power", type=share, default=1.0, metavar="TAU", help=power)
    parsed = parser.parse_args(arguments)
    runtime.start()
    export(**vars(parsed))


def export(
    workdir: Path,
    format: str,
    step: str = "last",
    out: Path | None = None,
    half: bool = False,
    calibrate: Path | None = None,
    balance: Path | None = None,
    balance_power: float = 1.0,
) -> Path:
    """Writes a trained network for others to use; nothing is written unless it agrees with JAX.

    Args:
      workdir: folder of a run, a model file, or `bundled`: the network of the package.
      format: one of `FORMATS`.
      step: checkpoint of a work folder: a number, "last" or "best".
      out: the file; its card is FILE.json (NAME.json of NAME.safetensors).
      half: store kernels in 16 bits; only for safetensors.
      calibrate: folder of an evaluation of the same checkpoint, `WORKDIR/evaluation/SPLIT`.
      balance: the same, to measure how frequent the network takes the classes to be.
      balance_power: tau, see `equal_classes.with_equal_classes`.

    Returns:
      The file.

    Raises:
      UserError: there is no such run or checkpoint, a package is absent, or the exported network
        disagrees with JAX.
      OSError: the file cannot be written.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    import jax

    from lanet_jax.devices import mesh
    from lanet_jax.export import class_balance, evaluated, exported, temperature
    from lanet_jax.files import writable
    from lanet_jax.shipped import SHIPPED
    from lanet_jax.trained import network_fingerprint
    from lanet_jax.trained.load import load, place

    workdir = place(workdir)
    if out is None and workdir == SHIPPED:
        raise UserError(f"--workdir=bundled needs --out=FILE.{format}: the file to write")
    if out is None:
        folder = workdir.parent if workdir.suffix == ".safetensors" else workdir
        out = folder / "export" / format / f"model.{format}"
    if out.suffix != f".{format}":
        raise UserError(f"--out={out}: --format={format} writes a file named NAME.{format}")
    if half and format != "safetensors":
        raise UserError(f"--half: --format={format} has 32 bits; use it with --format=safetensors")
    if balance_power != 1 and not balance:
        raise UserError(f"--balance_power={balance_power:g} needs --balance=DIR, an evaluation")
    exported.check_packages(format)
    writable.check_file(out)
    trained = load(workdir, step, mesh.make(1, jax.local_devices()[:1]))
    if out.absolute() == workdir.absolute():
        raise UserError(f"--out={out}: that is the file to export; choose another name")
    origin = {"exported_from": network_fingerprint.of_weights(trained)}
    trained = dataclasses.replace(trained, card={**trained.card, **origin})
    asked = [name for name, of in (("--calibrate", calibrate), ("--balance", balance)) if of]
    if asked:
        class_balance.refuse_balanced(trained, workdir, asked)
    if calibrate:
        fitted = temperature.of_evaluation(evaluated.read("--calibrate", calibrate, trained))
        trained = temperature.divided(trained, fitted, calibrate.name)
        print(
            f"temperature {fitted.value:.3f}: calibration error {fitted.error:.3f} becomes "
            f"{fitted.error_after:.3f} on the {fitted.records} records that it was fitted on"
        )
    if balance:
        measured = evaluated.read("--balance", balance, trained)
        by = class_balance.of_evaluation(measured, trained, balance_power)
        trained = class_balance.balanced(trained, by, balance.name)
        accuracy, mean = (
            f"{by.before[name]:.1%} becomes {by.after[name]:.1%}"
            for name in ("accuracy", "mean_class_accuracy")
        )
        print(
            f"classes balanced, power {by.power:g}: accuracy {accuracy}, mean class accuracy "
            f"{mean} on the {len(measured.labels)} records of {balance.name}"
        )
    said = exported.write(out, format, trained, half)
    print("\n".join([*said, f"wrote {out}, {exported.card_of(out).name}"]))
    return out


if __name__ == "__main__":
    exit_on_user_error(main)()
