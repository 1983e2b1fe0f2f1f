"""A checkpoint of another run is not taken for the run's own."""

import pytest

from lanet_jax.checkpoint import orbax, states
from lanet_jax.errors import UserError
from tests.checkpoint.saved import CARD, like, same, state

RUN = {"config": {"method": "ce", "seed": 0}, "labels": "ab"}


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (CARD | {"run": RUN | {"config": {"method": "ce", "seed": 1}}}, "seed 0 there, 1 here"),
        (CARD | {"run": RUN | {"labels": "cd"}}, "other labels"),
        (CARD | {"run": RUN, "size": 40}, "size 8 there, 40 here"),
        (CARD | {"run": RUN, "method": "lanet"}, "method ce there, lanet here"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_by_name(own, said, tmp_path):
    checkpoints = states.Checkpoints(tmp_path, 3)
    checkpoints.save(3, state(3), CARD | {"run": RUN})
    checkpoints.close()
    with pytest.raises(UserError, match=f"is of another run: {said}"):
        states.Checkpoints(tmp_path, 3, own).restore_newest(like(state(0)))
    with pytest.raises(orbax.BrokenError, match=said):
        states.restore_card(*states.find(tmp_path, "last"), own)
    same(states.Checkpoints(tmp_path, 3, CARD | {"run": RUN}).restore_newest(like(state(0))), 3)


def test_among_others_the_run_s_own_checkpoint_is_taken_and_they_are_moved_aside(tmp_path, capsys):
    checkpoints = states.Checkpoints(tmp_path, 3)
    checkpoints.save(3, state(3), CARD | {"run": RUN})
    checkpoints.save(6, state(6), CARD | {"run": RUN | {"labels": "cd"}})
    checkpoints.close()
    same(states.Checkpoints(tmp_path, 3, CARD | {"run": RUN}).restore_newest(like(state(0))), 3)
    (line,) = capsys.readouterr().err.splitlines()
    assert "is of another run: other labels" in line and "6.broken" in line


@pytest.mark.parametrize(
    "later",
    [{"family": "face29", "blocks": 13, "frozen_stages": 2}, {"grey": True, "resample": "cubic"}],
)
def test_a_reader_that_knows_no_more_than_the_run_takes_every_network(later, tmp_path):
    checkpoints = states.Checkpoints(tmp_path, 3)
    checkpoints.save(3, state(3), CARD | later | {"run": RUN})
    checkpoints.close()
    found = states.restore_card(*states.find(tmp_path, "last"), {"run": RUN})
    assert {name: found[name] for name in later} == later


def test_a_field_that_came_with_a_later_version_is_no_other_run(tmp_path):
    checkpoints = states.Checkpoints(tmp_path, 3)
    checkpoints.save(3, state(3), CARD | {"run": RUN})
    checkpoints.close()
    own = CARD | {"run": RUN | {"config": RUN["config"] | {"lde.more": 1}}, "more": 2}
    same(states.Checkpoints(tmp_path, 3, own).restore_newest(like(state(0))), 3)


def test_one_of_an_earlier_version_is_taken_with_a_line(saved, capsys):
    same(states.Checkpoints(saved, 3, CARD | {"run": RUN}).restore_newest(like(state(0))), 9)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"note: {saved / 'checkpoints' / '9'} does not say which run it is of")
