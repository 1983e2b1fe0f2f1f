"""Checkpoints that a crash or a full disk left: nothing is lost, and what is broken is named."""

import json
import resource
import shutil
import signal

import pytest

from lanet_jax.checkpoint import orbax, states
from lanet_jax.errors import UserError
from tests.checkpoint.saved import CARD, like, same, state, truncate, without_card

# Orbax closes its event loop while tensorstore still reports to it that a read failed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def _empty(step):
    shutil.rmtree(step)
    step.mkdir()


def _without_data(step):
    shutil.rmtree(step / "state")


DAMAGE = [_empty, truncate, _without_data, without_card]


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_one_before_a_broken_one_is_taken_loudly(damage, saved, capsys):
    damage(saved / "checkpoints" / "9")
    content = sorted((saved / "checkpoints" / "9").rglob("*"))
    checkpoints = states.Checkpoints(saved, 3)
    same(checkpoints.restore_newest(like(state(0))), 6)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: {saved / 'checkpoints' / '9'} does not restore (")
    assert "9.broken" in line and "step 6" in line
    aside = saved / "checkpoints" / "9.broken"
    assert len(sorted(aside.rglob("*"))) == len(content)
    # The run saves this step again, and nothing of the old one is in its way.
    checkpoints.save(9, state(9), CARD)
    checkpoints.close()
    same(states.Checkpoints(saved, 3).restore_newest(like(state(0))), 9)
    assert states.find(saved, "last")[1] == 9
    assert aside.exists() and not capsys.readouterr().err


def test_a_step_that_breaks_twice_is_kept_twice(saved, capsys):
    (saved / "checkpoints" / "9.broken").mkdir()
    for step in ("6", "9"):
        _empty(saved / "checkpoints" / step)
    same(states.Checkpoints(saved, 3).restore_newest(like(state(0))), 3)
    assert len(capsys.readouterr().err.splitlines()) == 2
    names = {path.name for path in (saved / "checkpoints").iterdir()}
    assert names == {"3", "6.broken", "9.broken", "9.broken1"}


def test_if_none_restores_all_stay_where_they_are(saved, capsys):
    for step in (3, 6, 9):
        truncate(saved / "checkpoints" / str(step))
    with pytest.raises(UserError, match="none of 3 checkpoints") as caught:
        states.Checkpoints(saved, 3).restore_newest(like(state(0)))
    assert "step 9" in str(caught.value) and not capsys.readouterr().err
    assert {path.name for path in (saved / "checkpoints").iterdir()} == {"3", "6", "9"}


def test_a_checkpoint_is_found_by_its_number_or_as_the_last_or_best(saved):
    usual, best = saved / "checkpoints", saved / "checkpoints" / "best"
    shutil.copytree(usual / "3", best / "3")
    assert states.find(saved, "6") == (usual, 6)
    assert states.find(saved, "last") == (usual, 9)
    assert states.find(saved, "best") == (best, 3)
    for step in ("7", "06x", "-3", "first"):
        with pytest.raises(UserError, match=f"no step {step}: use .*, or one of 3, 6, 9$"):
            states.find(saved, step)
    shutil.rmtree(best)
    with pytest.raises(UserError, match="holds no checkpoint: train first, with --workdir="):
        states.find(saved, "best")


def test_evaluation_takes_no_other_than_it_was_asked_for(saved):
    _empty(saved / "checkpoints" / "9")
    folder, step = states.find(saved, "last")
    with pytest.raises(UserError, match=r"checkpoints/9 does not restore .*--step"):
        states.restore_card(folder, step)
    assert (saved / "checkpoints" / "9").exists()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "checkpoints").touch()
    with pytest.raises(UserError, match="checkpoints cannot be written"):
        states.Checkpoints(tmp_path, 3)


def test_a_folder_that_cannot_be_written_is_named_before_an_epoch_is_lost(saved, monkeypatch):
    # As on a disk that is mounted read-only; permission bits do not bind root.
    monkeypatch.setattr(orbax.os, "access", lambda path, mode: False)
    with pytest.raises(UserError, match=r"checkpoints cannot be written .*read-only"):
        states.Checkpoints(saved, 3)
    folder, step = states.find(saved, "last")
    assert states.restore_card(folder, step) == CARD  # it can still be read


def test_half_written_ones_are_cleared_away_by_a_run_and_by_no_reader(saved):
    half = saved / "checkpoints" / "12.orbax-checkpoint-tmp"
    half.mkdir()
    (half / "part").touch()
    states.restore_card(*states.find(saved, "last"))
    assert half.exists()
    checkpoints = states.Checkpoints(saved, 3)
    checkpoints.save(12, state(12), CARD)
    assert not half.exists()
    same(checkpoints.restore_newest(like(state(0))), 12)


@pytest.mark.parametrize("backend", ["cpu", "gpu"])  # the latter writes in the background
def test_when_the_disk_takes_no_more_the_one_before_stays(backend, saved, monkeypatch, caplog):
    monkeypatch.setattr(orbax.jax, "default_backend", lambda: backend)
    checkpoints = states.Checkpoints(saved, 3)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(UserError, match="cannot be written") as caught:
            checkpoints.save(12, state(12), CARD)
            checkpoints.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert "(File too large)" in str(caught.value) and "same command again" in str(caught.value)
    assert not [record for record in caplog.records if record.exc_info]  # no traceback beside it
    again = states.Checkpoints(saved, 3)
    same(again.restore_newest(like(state(0))), 9)
    again.save(12, state(12), CARD)
    again.close()
    same(again.restore_newest(like(state(0))), 12)


def test_the_card_travels_with_the_state(saved):
    (path,) = (saved / "checkpoints" / "9" / "card").glob("metadata")
    assert json.loads(path.read_text()) == CARD
