"""The two official AffectNet layouts as lists of images."""

from pathlib import Path

from lanet_jax.errors import UserError

from ..listing import Listing
from . import layout_2021, layout_old

AUTOMATIC = "Automatically_Annotated_Images"


def config_name(classes: int = 8, size: int = 0) -> str:
    """Name of the prepared variant: its class count."""
    del size
    return f"{classes}classes"


def list_source(source: Path, classes: int = 8, size: int = 0) -> Listing:
    """Lists the images of AffectNet, in whichever layout the source has.

    Args:
      source: the folder with `Manually_Annotated_Images/`, or with `train_set/` and `val_set/`.
      classes: 8, or 7 without contempt.
      size: side in pixels at which the old layout's face boxes are stored; 0 keeps the files.

    Returns:
      The images of the splits train and valid, with 68 landmarks each where they are annotated.

    Raises:
      UserError: the source has neither layout, or something in it cannot be read.
    """
    if (source / layout_2021.FOLDERS["train"]).is_dir():
        if size:
            raise UserError(
                "--size is for the old layout; images of the 2021 layout are already cropped"
            )
        return layout_2021.list_source(source, classes)
    if (source / layout_old.IMAGES).is_dir():
        return layout_old.list_source(source, classes, size)
    if (source / AUTOMATIC).is_dir():
        raise UserError(
            f"{source} holds {AUTOMATIC}/, whose labels a network gave: {layout_old.IMAGES}/, "
            "which people labelled, was expected; check --source"
        )
    raise UserError(
        f"{source} holds neither {layout_old.IMAGES}/ (old layout) nor "
        f"{layout_2021.FOLDERS['train']}/ (2021 layout): one of them was expected; check --source"
    )
