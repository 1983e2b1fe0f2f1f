"""Finds the landmarks of images: `lanet landmarks --source DIR --out FILE`.

DIR is any tree of images, or a list as `lanet prepare folder` reads it (CSV: path,label[,split]).

The images may be crops of one face each (FER+, RAF-DB aligned) or photos, whose largest face is
used. It runs in parallel, and the same command resumes it after a kill.
`lanet prepare NAME --source DIR --landmarks FILE` reads the file.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser, whole
from lanet_jax.errors import UserError
from lanet_jax.faces.reduce import REDUCTIONS
from lanet_jax.files import writable
from lanet_jax.shards import dealing

from .finding import make


@exit_on_user_error
def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the landmark file that the command line asks for."""
    parser = Parser(prog="lanet landmarks", description=__doc__)
    parser.add_argument(
        "--source",
        type=Path,
        required=True,
        metavar="DIR",
        help="any tree of images, or a CSV file with path,label[,split]",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="npz to write")
    parser.add_argument(
        "--scheme", choices=tuple(REDUCTIONS), default="ibug68", help="which points"
    )
    parser.add_argument(
        "--workers", type=whole(1), metavar="N", help="processes (default: all cores)"
    )
    parser.add_argument("--overwrite", action="store_true", help="recompute a complete file")
    parser.add_argument("--shard", type=dealing.shard, metavar="I/N", help=dealing.HELP)
    args = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    if args.out.suffix.lower() != ".npz":
        raise UserError(f"--out {args.out}: a landmark file's name ends with .npz")
    writable.check_file(args.out)
    make(args.source, args.out, args.scheme, args.workers, args.overwrite, shard=args.shard)


if __name__ == "__main__":
    main()
