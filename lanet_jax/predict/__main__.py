"""`lanet predict SOURCE... --out=table.csv`: expressions in photos and videos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lanet_jax.command_line.ending import exit_on_user_error, interrupt_on_signals
from lanet_jax.command_line.parser import Parser
from lanet_jax.command_line.words import counted
from lanet_jax.devices import runtime
from lanet_jax.shards import dealing
from lanet_jax.shards.dealing import Shard


def main(arguments: Sequence[str] | None = None) -> None:
    """Predicts the expression of each face and writes a table with one row per face."""
    parser = Parser(prog="lanet predict", description=__doc__)
    add = parser.add_argument
    add("source", nargs="+", metavar="SOURCE", help="image, video, or folder (at any depth)")
    add("--out", type=Path, required=True, help="table: .csv, .json or .parquet")
    named = "work folder, model file, or bundled: the network of the package (default)"
    add("--model", default="", metavar="CKPT", help=named)
    add("--step", default="last", help="of a work folder: number of a checkpoint, last or best")
    whole = "detect: look for faces; whole: each image is one face"
    add("--faces", choices=("detect", "whole"), default="detect", help=whole)
    small = (
        "side of the smallest face sought, over the picture's longer side "
        "(default: .03; .015 in pictures of 3,000 pixels or more)"
    )
    add("--smallest", type=float, default=0.0, metavar="SHARE", help=small)
    add("--annotate", type=Path, metavar="DIR", help="write each image with its faces marked")
    add("--video", type=Path, metavar="FILE.mp4", help="write the one video with its faces marked")
    add("--shard", type=dealing.shard, metavar="I/N", help=dealing.HELP)
    parsed = parser.parse_args(arguments)
    interrupt_on_signals()
    runtime.start(alone=parsed.shard is not None)
    predict(**vars(parsed))


def predict(
    source: Sequence[str | Path],
    out: Path,
    model: str | Path = "",
    step: str = "last",
    faces: str = "detect",
    smallest: float = 0.0,
    annotate: Path | None = None,
    video: Path | None = None,
    shard: Shard | None = None,
) -> None:
    """Writes the table and marked pictures, and prints what was found.

    Rows are kept beside the table as they come: after an interruption the same call resumes.

    Args:
      source: paths of images, videos or folders.
      out: table to write, in the format of its ending.
      model: work folder, model file or `bundled`; empty for the bundled model.
      step: checkpoint of a work folder: a number, "last" or "best".
      faces: `detect` or `whole`.
      smallest: see `lanet_jax.load`.
      annotate: folder for images with their faces marked, and videos; None for none.
      video: file for the one video among the sources with its faces marked; None for none.
      shard: the part that is done here, for `lanet merge`; None for the whole table.

    Raises:
      UserError: a source is not there or an output cannot be written; raised before any reading.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    from lanet_jax import __version__
    from lanet_jax.predict import (
        faces_table,
        given,
        journal,
        picture_names,
        pictures,
        predictor,
        shard_of_table,
        work,
    )

    faces_table.check(out)
    listing = given.listing(source)
    items, repeated = given.once(listing.items)
    pictures.check(items, annotate, video)
    network = predictor.load(model, step, smallest=smallest)
    fingerprint = network.fingerprint()
    told: dict[str, Any] = {"version": __version__, "model": fingerprint, "faces": faces}
    told |= {"smallest": smallest, "annotate": str(annotate or ""), "video": str(video or "")}
    own = shard_of_table.own(shard, items)
    written = shard.file(out) if shard else out
    written.parent.mkdir(parents=True, exist_ok=True)  # the journal lies there from the start
    with journal.kept(written, told, items) as rows_so_far:
        done = {item for item in own if rows_so_far.is_done(item)}
        # What is there keeps its name, whatever else has come or changed since.
        in_order = sorted(own, key=rows_so_far.place)
        # Of a shard it keeps clear of the others' names, which only the whole listing tells.
        named = items if shard else in_order
        names = picture_names.named(named, annotate) if annotate else {}
        with pictures.Pictures(network.classes, names, annotate, video) as drawn:
            todo = [item for item in in_order if item not in done]
            work.work(network, todo, faces, rows_so_far, drawn)
        table = faces_table.Table(network.classes, rows_so_far.rows(own), listing.left_out)
        if shard:
            same = {"faces": faces, "smallest": smallest, "model": fingerprint[:16]}
            rows = [rows_so_far.rows([item]) for item in own]
            shard_of_table.write(out, shard, items, rows, same | {"classes": network.classes})
        else:
            table.write(out)
    lines = [table.summary(), f"wrote {written}"]
    if repeated:
        lines.append(f"named more than once and read once: {counted(repeated, 'file')}")
    if done:
        lines.append(f"resumed: {len(done)} of {len(own)} files were done before")
    if rows_so_far.gone:
        told_of = counted(rows_so_far.gone, "file")
        lines.append(f"left out, not there any more: rows of {told_of} of the interrupted run")
    filmed = any(item.is_video for item in done)
    print("\n".join([*lines, *drawn.said(filmed)]))


if __name__ == "__main__":
    exit_on_user_error(main)()
