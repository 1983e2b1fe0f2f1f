"""Compares the results of two runs bit for bit."""

from pathlib import Path

import jax
import numpy as np
import orbax.checkpoint as ocp

from lanet_jax.checkpoint import states

FILES = ("metrics.jsonl", "labels.csv", "distributions.csv", "summary.json")


def differences(found: Path, expected: Path) -> list[str]:
    """Names of files, and arrays of the last checkpoint, that differ in any bit."""
    names = [name for name in FILES if _content(found / name) != _content(expected / name)]
    ours, theirs = last(found), last(expected)
    for name in sorted(ours.keys() | theirs.keys()):
        pair = [
            (a.dtype, a.shape, a.tobytes()) for a in (x[name] for x in (ours, theirs) if name in x)
        ]
        if len(pair) < 2 or pair[0] != pair[1]:
            names.append(name)
    return names


def last(workdir: Path) -> dict[str, np.ndarray]:
    """Every array of a run's last checkpoint, by path."""
    return arrays(workdir, states.find(workdir, "last")[1])


def arrays(workdir: Path, step: int) -> dict[str, np.ndarray]:
    """Every array of a checkpoint of a run, by path."""
    folder = (workdir / "checkpoints" / str(step) / "state").absolute()
    reader = ocp.PyTreeCheckpointer()
    shapes = reader.metadata(folder).item_metadata.tree
    on_host = jax.tree.map(lambda _: ocp.RestoreArgs(restore_type=np.ndarray), shapes)
    tree = reader.restore(folder, restore_args=on_host)
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path): np.asarray(value) for path, value in leaves}


def _content(path: Path) -> bytes | None:
    """Bytes of a file; None where the method writes none."""
    return path.read_bytes() if path.exists() else None
