"""Converts a published checkpoint into a backbone to start from.

    lanet port CKPT OUT [--layout auto] [--prefix backbone.]
    lanet port get-faces [--out FILE]

The second command fetches dlib's face network, see its --help.

CKPT is a torch, npz or safetensors file; OUT ends in .safetensors or .npz, and OUT.json beside it
records the source's hash, the mapping of every tensor and what was dropped. Train from it with
`--config.model.pretrained=OUT`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.checkpoint.formats import read_checkpoint
from lanet_jax.checkpoint.pretrained import check_output, save
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.errors import UserError
from lanet_jax.files.digest import sha256
from lanet_jax.port import get_faces
from lanet_jax.port.convert import LAYOUTS, convert, without_prefix


def port(source: Path, out: Path, layout: str, prefix: str = "") -> dict:
    """Converts one checkpoint.

    Args:
      source: path of the checkpoint, in any format of `checkpoint.formats`.
      out: file for the weights, .safetensors or .npz.
      layout: a key of `LAYOUTS`, or "auto".
      prefix: prefix of the network's tensor names; "" for none, or one that all names share.

    Returns:
      The card that was written beside the weights.

    Raises:
      UserError: the source cannot be converted, or the output cannot be written.
    """
    check_output(out)
    if out.exists() and source.exists() and out.samefile(source):
        raise UserError(f"{out}: is the source itself; name another OUT")
    tensors, beside = read_checkpoint(source)
    tensors, prefix, outside = without_prefix(tensors, prefix, str(source))
    if prefix:
        print(f"{source}: {prefix!r} is removed from the names of {len(tensors)} tensors")
    ported = convert(tensors, layout, str(source))
    card = {"source": source.name, "sha256": sha256(source), **ported.card}
    card |= {"prefix": prefix} if prefix else {}
    card["dropped"] |= dict.fromkeys(outside, f"does not begin with {prefix}")
    card["dropped"] |= dict.fromkeys(beside, "not in the state_dict")
    out.parent.mkdir(parents=True, exist_ok=True)
    save(out, ported.params, ported.stats, card)
    return card


@exit_on_user_error
def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["get-faces"]:
        return get_faces.main(argv[1:])
    parser = Parser(
        prog="lanet port",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("ckpt", type=Path, metavar="CKPT", help="the published checkpoint")
    parser.add_argument("out", type=Path, metavar="OUT", help="output, .safetensors or .npz")
    parser.add_argument(
        "--layout", default="auto", choices=["auto", *LAYOUTS], help="how its names are read"
    )
    parser.add_argument(
        "--prefix", default="", help="prefix of the names to take, such as backbone. (default: all)"
    )
    arguments = parser.parse_args(argv)
    card = port(arguments.ckpt, arguments.out, arguments.layout, arguments.prefix)
    print(
        f"{arguments.out}: ResNet-{card['depth']}, width {card['width']}, {card['stem']} stem, "
        f"from layout {card['layout']!r}; {len(card['mapping'])} tensors mapped"
    )
    counters = [name for name in card["dropped"] if name.endswith(".num_batches_tracked")]
    named = [name for name in card["dropped"] if name not in counters]
    print(f"dropped: {', '.join(named) or 'nothing'} (and {len(counters)} batch counters)")
    if "note" in card:
        print(f"note: {card['note']}")


if __name__ == "__main__":
    main()
