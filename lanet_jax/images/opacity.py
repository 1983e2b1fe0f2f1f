"""Whether an image is partly transparent, by its header."""

import io

import PIL.Image


def is_opaque(image: PIL.Image.Image) -> bool:
    """Whether an image has no opacity, as a channel (LA, RGBA, ...) or an entry of its palette."""
    return image.mode[-1] not in "Aa" and "transparency" not in image.info


def is_opaque_png(png: bytes) -> bool:
    """The same of an encoded PNG.

    Args:
      png: the file's bytes; if its header is damaged, which decoding reports, it is not opaque.
    """
    try:
        with PIL.Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            return is_opaque(image)
    except Exception:  # Pillow raises many kinds for a broken header
        return False
