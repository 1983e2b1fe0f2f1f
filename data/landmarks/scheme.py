"""Whether the name of a landmark scheme is a known one, and what it means if it is not."""

import difflib
from collections.abc import Sequence

from lanet_jax.errors import UserError
from lanet_jax.landmarks.schemes import SCHEMES

from ..listing import Listing
from .order import pairs


def check_scheme(scheme: str, count: int) -> None:
    """Checks a scheme's name against the number of landmarks of a face.

    Args:
      scheme: name of the landmarks' order: a known one, or one of the user's own.
      count: number of landmarks.

    Raises:
      UserError: it is a known scheme with another number of points, or is written nearly like one
        with this number, whose order would go unchecked.
    """
    if scheme in SCHEMES:
        if SCHEMES[scheme].points != count:
            raise UserError(
                f"the scheme {scheme} has {SCHEMES[scheme].points} points, "
                f"but {count} landmarks are given; correct the scheme"
            )
        return
    alike = [name for name, known in SCHEMES.items() if known.points == count]
    for name in difflib.get_close_matches(scheme.casefold(), alike, n=1):
        raise UserError(
            f"the landmark file's scheme {scheme!r} is not known, and {name} has {count} points, "
            f"too: write {name} if it is meant, or give an order of your own a name that does not "
            "resemble it"
        )


def remark_unknown(listing: Listing, scheme: str, points: int, flip_index: Sequence[int]) -> None:
    """Adds a remark on a scheme that is not a known one.

    Args:
      listing: gets the remark.
      scheme: name of the landmarks' order.
      points: number of landmarks.
      flip_index: its mirrored pairs, as they were inferred; empty if there are none.
    """
    if scheme in SCHEMES:
        return
    paired = (
        f"its left and right points are paired by the mean face ({pairs(flip_index) or 'none'})"
        if flip_index
        else "its left and right points cannot be paired, as the mean face is not symmetric, so "
        "that faces are not averaged with their mirror image"
    )
    listing.remarks.append(
        f"the landmarks' scheme {scheme!r} is not known ({', '.join(SCHEMES)} are): its order is "
        f"not checked, {paired}, and all its {points} points are learned"
    )
