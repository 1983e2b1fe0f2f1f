import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.faces.reduce import EYE_CORNERS, EYES, MESH_POINTS, REDUCTIONS, reduce
from lanet_jax.landmarks.schemes import SCHEMES

# Pairs of the mesh's points that change places in a mirror, for all points that the tables use.
LEFT = (
    *(127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 70, 63, 105, 66, 107),
    *(75, 97, 33, 7, 160, 158, 133, 153, 144, 61, 39, 40, 37, 91, 181, 84, 62, 82, 87, 64),
)
RIGHT = (
    *(356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 300, 293, 334, 296, 336),
    *(
        305,
        326,
        263,
        249,
        387,
        385,
        362,
        380,
        373,
        291,
        269,
        270,
        267,
        321,
        405,
        314,
        292,
        312,
        317,
    ),
    294,
)
MIRROR = dict(zip(LEFT, RIGHT, strict=True)) | dict(zip(RIGHT, LEFT, strict=True))


@pytest.mark.parametrize("scheme", REDUCTIONS)
def test_as_many_points_as_the_scheme(scheme):
    table = REDUCTIONS[scheme]
    assert len(table) == SCHEMES[scheme].points
    assert len(set(table)) == len(table)
    assert all(0 <= vertex < MESH_POINTS for vertices in table for vertex in vertices)


@pytest.mark.parametrize("scheme", REDUCTIONS)
def test_mirrored_points_come_from_mirrored_vertices(scheme):
    table = REDUCTIONS[scheme]
    for j, partner in enumerate(SCHEMES[scheme].flip_index):
        assert {MIRROR.get(vertex, vertex) for vertex in table[j]} == set(table[partner]), j


def test_eyes_mirror_each_other():
    assert {MIRROR[vertex] for vertex in EYES[0]} == set(EYES[1])
    assert MIRROR[EYE_CORNERS[0]] == EYE_CORNERS[1]


def test_means_by_hand():
    mesh = np.zeros((MESH_POINTS, 3))
    mesh[6], mesh[168], mesh[152] = [2, 4, 1], [4, 8, 3], [5, 6, 7]
    reduced = reduce(mesh, "ibug68")
    np.testing.assert_array_equal(reduced[[27, 8]], [[3, 6, 2], [5, 6, 7]])


def test_another_scheme():
    with pytest.raises(UserError, match=r"wflw98.*ibug68, aflw19"):
        reduce(np.zeros((MESH_POINTS, 2)), "wflw98")
