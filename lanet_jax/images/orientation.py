"""Turns a picture as its EXIF block says."""

import PIL.ExifTags
import PIL.Image

_UPRIGHT = 1
_TURNS = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}


def read(image: PIL.Image.Image) -> object:
    """EXIF's orientation, 1 to 8 if it is valid; 1, which is upright, if there is none."""
    return image.getexif().get(PIL.ExifTags.Base.Orientation, _UPRIGHT)


def turned(image: PIL.Image.Image) -> PIL.Image.Image:
    """Turns a picture upright; one whose EXIF block is damaged stays as it is stored.

    Unlike Pillow's own function it writes no EXIF block, which may fail where reading does not.

    Raises:
      Exception: its pixels cannot be read; each format of Pillow raises its own kind.
    """
    image.load()
    try:
        found = read(image)
    except Exception:  # of any kind, too; the pixels are there
        return image
    turn = _TURNS.get(found) if isinstance(found, int) else None
    return image if turn is None else image.transpose(turn)
