"""`lanet merge OUT`: merges the shards of OUT that predict, landmarks or audit --shard wrote."""

from collections.abc import Sequence
from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.command_line.words import counted
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.shards import together
from lanet_jax.shards.dealing import folder


def main(arguments: Sequence[str] | None = None) -> None:
    """Merges all shards, if none is missing, duplicated or foreign."""
    parser = Parser(prog="lanet merge", description=__doc__)
    add = parser.add_argument
    add("out", type=Path, metavar="OUT", help="the --out of every shard")
    add("--source", type=Path, help="where the faces of an audit lie now")
    parsed = parser.parse_args(arguments)
    runtime.start(alone=True)
    merge(**vars(parsed))


def merge(out: Path, source: Path | None = None) -> None:
    """Writes the table, landmark file or audit that the shards beside it make together.

    Args:
      out: the `--out` of the shards.
      source: where the faces of an audit lie now; None for where the first shard had them.

    Raises:
      UserError: a shard is missing, duplicated, damaged, or of other work than the rest.
    """
    # The compiler's flags must be set before any of these imports touches a device.
    from lanet_jax.audit import shard_of_faces
    from lanet_jax.data.landmarks import shard_of_landmarks
    from lanet_jax.predict import shard_of_table

    own = together.parts(out)
    kind = own[0].kind
    if source is not None and kind != shard_of_faces.KIND:
        raise UserError(f"--source belongs to an audit: these shards are of {kind}")
    if kind == shard_of_faces.KIND:
        shard_of_faces.merge(own, out, source)
    elif kind == shard_of_landmarks.KIND:
        shard_of_landmarks.merge(own, out)
    elif kind == shard_of_table.KIND:
        shard_of_table.merge(own, out)
    else:
        raise UserError(f"{folder(out)} holds shards of {kind!r}: a newer version made them")
    print(f"merged {counted(len(own), 'shard')}; {folder(out)} is no longer needed")


if __name__ == "__main__":
    exit_on_user_error(main)()
