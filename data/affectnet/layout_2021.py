"""AffectNet as distributed since 2021: 224 px faces, one file for each image and annotation."""

from pathlib import Path

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from lanet_jax.classes import AFFECTNET_ORDER, EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.files.npz import read_npy
from lanet_jax.images.files import is_hidden

from ..listing import Item, Listing, expect, note_unlisted
from .numbering import LABELS, NOT_AN_EXPRESSION

FOLDERS = {"train": "train_set", "valid": "val_set"}
POINTS = 68
UNUSABLE = "annotation cannot be used (left out)"


def list_source(source: Path, classes: int) -> Listing:
    """Lists the images to which `annotations/N_exp.npy` gives an expression.

    Args:
      source: the folder with `train_set/` and `val_set/`, each with `images/` and `annotations/`.
      classes: 8, or 7 without contempt.

    Returns:
      The images of the splits train and valid.

    Raises:
      UserError: a folder is missing, or no annotation can be used.
    """
    kept = EXPRESSIONS[:classes]
    listing = Listing(classes=kept, splits={}, scheme="ibug68")
    for split, folder in FOLDERS.items():
        expect(source / folder / "images", "AffectNet's folder of images (2021 layout)")
        annotations = expect(source / folder / "annotations", "AffectNet's folder of annotations")
        files = [f for f in sorted(annotations.glob("*_exp.npy")) if not is_hidden(f.name)]
        if not files:
            raise UserError(f"{annotations} holds no N_exp.npy: the labels were expected there")
        listing.splits[split], unusable = [], []
        for file in tqdm(files, desc=f"reading {folder}", unit=" labels"):
            image = f"{folder}/images/{file.name.removesuffix('_exp.npy')}.jpg"
            try:
                number = _expression(file)
                points = _points(file.with_name(file.name.replace("_exp.npy", "_lnd.npy")))
            except UserError as error:
                unusable.append(str(error))
                listing.note(UNUSABLE, split, f"{image}: {error}")
                continue
            if number >= len(AFFECTNET_ORDER):
                listing.note(NOT_AN_EXPRESSION, split, image)
            elif AFFECTNET_ORDER[number] in kept:
                label = kept.index(AFFECTNET_ORDER[number])
                # Numbering restarts in each folder, so the name includes the folder.
                item = Item(image, image, source / image, label, points=points)
                listing.splits[split].append(item)
        listed = {f"{file.name.removesuffix('_exp.npy')}.jpg" for file in files}
        note_unlisted(listing, split, source, f"{folder}/images", listed)
        if len(unusable) == len(files):
            raise UserError(f"none of the {len(files)} annotations can be used: {unusable[0]}")
    return listing


def _expression(file: Path) -> int:
    value = read_npy(file)
    try:
        # Some copies hold the number as text.
        number = float(value.item()) if value.dtype.kind in "iufU" else -1.0
    except ValueError:
        number = -1.0
    if number not in range(LABELS):
        raise UserError(f"{file}: one number from 0 to {LABELS - 1} was expected")
    return int(number)


def _points(file: Path) -> Float[np.ndarray, "L 2"] | None:
    if not file.is_file():
        return None
    points = read_npy(file)
    if points.size != 2 * POINTS or points.dtype.kind not in "iuf":
        raise UserError(f"{file}: {2 * POINTS} numbers were expected")
    with np.errstate(over="ignore"):  # infinite points count as absent
        return points.astype(np.float32).reshape(POINTS, 2)
