"""`python -m lanet_jax.predict SOURCE... --out=table.csv`: expressions in photos and videos."""

from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from lanet_jax.command_line import Parser
from lanet_jax.devices import runtime
from lanet_jax.errors import exit_on_user_error
from lanet_jax.shards import dealing
from lanet_jax.shards.dealing import Shard


def main(arguments: Sequence[str] | None = None) -> None:
    """Predicts the expression of every face and writes a table with a row for each."""
    parser = Parser(prog="lanet predict", description=__doc__)
    add = parser.add_argument
    add("source", nargs="+", metavar="SOURCE", help="image, video, or folder (at any depth)")
    add("--out", type=Path, required=True, help="table: .csv, .json or .parquet")
    add("--model", default="", metavar="CKPT", help="work folder or model file; else the own model")
    add("--step", default="last", help="of a work folder: number of a checkpoint, last or best")
    whole = "detect: look for faces; whole: each image is one face"
    add("--faces", choices=("detect", "whole"), default="detect", help=whole)
    add("--annotate", type=Path, metavar="DIR", help="write each image with its faces marked")
    add("--video", type=Path, metavar="FILE.mp4", help="write the one video with its faces marked")
    add("--shard", type=dealing.shard, metavar="I/N", help=dealing.HELP)
    parsed = parser.parse_args(arguments)
    runtime.start(alone=parsed.shard is not None)
    predict(**vars(parsed))


def predict(
    source: Sequence[str | Path],
    out: Path,
    model: str | Path = "",
    step: str = "last",
    faces: str = "detect",
    annotate: Path | None = None,
    video: Path | None = None,
    shard: Shard | None = None,
) -> None:
    """Writes the table, and what is asked for of pictures, and prints what was found.

    Args:
      source: paths of images, videos or folders.
      out: the table.
      model: work folder or model file; empty for the model that comes with this package.
      step: of a work folder: a number, "last" or "best".
      faces: `detect` or `whole`.
      annotate: folder for images with their faces marked, and videos; None for none.
      video: file for the one video among the sources with its faces marked; None for none.
      shard: the part that is done here, for `lanet merge`; None for the whole table.

    Raises:
      UserError: something of it is not there or cannot be written; before anything is read.
    """
    # The compiler's flags must be set before anything of these touches a device.
    from lanet_jax.predict import faces_table, pictures, predictor, shard_of_table, sources

    faces_table.check(out)
    items = sources.listing(source)
    pictures.check(items, annotate, video)
    network = predictor.load(model, step)
    own = shard_of_table.own(shard, items)
    rows: dict[sources.Item, list[faces_table.Row]] = {item: [] for item in own}
    with (
        pictures.Pictures(network.classes, annotate, video) as drawn,
        tqdm(desc="predict", unit=" images") as progress,
    ):
        for frame, found in network.stream(sources.frames(own), faces):
            drawn.add(frame, found)
            rows[frame.item] += found
            progress.update()
    result = faces_table.Table(network.classes, [row for found in rows.values() for row in found])
    if shard:
        told = {"model": network.fingerprint()[:16], "classes": network.classes, "faces": faces}
        written = shard_of_table.write(out, shard, items, list(rows.values()), told)
    else:
        result.write(out)
        written = out
    lines = [result.summary(), f"wrote {written}"]
    if annotate:
        count = len(set(drawn.written) - {video})
        lines.append(f"wrote {count} pictures into {annotate}")
    if video:
        is_written = video in drawn.written
        lines.append(f"wrote {video}" if is_written else f"no frame was read: no {video}")
    print("\n".join(lines))


if __name__ == "__main__":
    exit_on_user_error(main)()
