"""Reduces the 468 points of the face mesh to the landmark schemes that training uses.

A landmark is one mesh point or the mean of a few. The tables were chosen by hand from the mesh's
contours, to come close to hand-annotated iBUG landmarks on photographs. The jaw lies between mesh
points, as the mesh has eleven steps to the chin where iBUG has eight.
"""

import functools

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError

MESH_POINTS = 468
EYE_CORNERS = (33, 263)  # the outer ones, on the image's left and right
EYES = ((33, 160, 158, 133, 153, 144), (263, 387, 385, 362, 380, 373))  # corners and lids
Vertices = tuple[int, ...]

_IBUG68: tuple[Vertices, ...] = (
    # jaw from the image's left to its right
    *((127,), (234,), (93, 132), (132, 58), (172,), (136,), (150, 149), (176, 148)),
    (152,),
    *((400, 377), (379, 378), (365,), (397,), (361, 288), (323, 361), (454,), (356,)),
    *((70,), (63,), (105,), (66,), (107,)),  # brows
    *((336,), (296,), (334,), (293,), (300,)),
    *((6, 168), (195, 197), (5,), (4,)),  # bridge of the nose and its tip
    *((75,), (97,), (2, 164), (326,), (305,)),  # below the nostrils
    *((33, 7), (160,), (158,), (133,), (153,), (144,)),  # eyes
    *((362,), (385,), (387,), (263, 249), (373,), (380,)),
    *((61,), (39, 40), (37,), (0,), (267,), (269, 270), (291,)),  # outer lip, upper then lower
    *((321, 405), (314,), (17,), (84,), (91, 181)),
    *((62,), (82,), (13,), (312,), (292,)),  # inner lip, upper then lower
    *((317,), (14,), (87,)),
)

_AFLW19: tuple[Vertices, ...] = (
    *((70,), (105,), (107,)),  # brows: outer end, middle, inner end
    *((336,), (334,), (300,)),
    *((33,), EYES[0], (133,)),  # eyes: corner, middle, corner
    *((362,), EYES[1], (263,)),
    *((64,), (4,), (294,)),  # nose: wing, tip, wing
    *((61,), (13, 14), (291,)),  # mouth: corner, middle, corner
    (152,),  # chin
)

REDUCTIONS: dict[str, tuple[Vertices, ...]] = {"ibug68": _IBUG68, "aflw19": _AFLW19}


def reduce(mesh: Float[np.ndarray, "468 D"], scheme: str) -> Float[np.ndarray, "L D"]:
    """The landmarks of a scheme from the face mesh.

    Args:
      mesh: the mesh, in any unit.
      scheme: `ibug68` or `aflw19`.

    Returns:
      The scheme's points in the same unit.

    Raises:
      UserError: the mesh is not reduced to this scheme.
    """
    check(scheme)
    return _means(scheme) @ mesh


def check(scheme: str) -> None:
    """Checks that the mesh can be reduced to a scheme.

    Raises:
      UserError: it cannot.
    """
    if scheme not in REDUCTIONS:
        raise UserError(
            f"landmarks of the scheme {scheme!r} cannot be made from the face mesh; "
            f"choose one of {', '.join(REDUCTIONS)}"
        )


@functools.cache
def _means(scheme: str) -> Float[np.ndarray, "L 468"]:
    """The reduction as a matrix, which is far faster than a mean for each landmark."""
    matrix = np.zeros((len(REDUCTIONS[scheme]), MESH_POINTS))
    for row, vertices in zip(matrix, REDUCTIONS[scheme], strict=True):
        row[list(vertices)] = 1 / len(vertices)
    return matrix
