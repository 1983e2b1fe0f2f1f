import multiprocessing
import os
import subprocess
import sys

import pytest

from data.claim import claim, clear
from lanet_jax.errors import UserError


def test_a_folder_is_claimed_once(tmp_path):
    folder = tmp_path / "work"
    with claim(folder, "preparing x"):
        (folder / "a").write_text("kept")
        message = rf"^preparing x is already running \(process {os.getpid()} on"
        with pytest.raises(UserError, match=message), claim(folder, "preparing x"):
            pass
        assert (folder / "a").read_text() == "kept"
    with claim(folder, "preparing x"):
        clear(folder)
        assert [path.name for path in folder.iterdir()] == ["lock"]


def test_clear_removes_links_and_not_what_they_lead_to(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a").write_text("kept")
    folder = tmp_path / "work"
    with claim(folder, "x"):
        (folder / "link").symlink_to(tmp_path / "mine")
        (folder / "deep").mkdir()
        clear(folder)
    assert (tmp_path / "mine" / "a").read_text() == "kept"
    assert [path.name for path in folder.iterdir()] == ["lock"]


def test_a_lock_that_is_a_link_is_not_written_through(tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "mine").write_text("kept")
    (tmp_path / "work" / "lock").symlink_to(tmp_path / "mine")
    with pytest.raises(OSError), claim(tmp_path / "work", "x"):
        pass
    assert (tmp_path / "mine").read_text() == "kept"


def test_the_claim_ends_with_its_process(tmp_path):
    code = (
        "import os, pathlib, sys; from data.claim import claim; "
        "claim(pathlib.Path(sys.argv[1]), 'x').__enter__(); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "work"]).returncode == 9
    with claim(tmp_path / "work", "x"):
        pass


def _claim_and_remove(folder, tries, counter):
    done = 0
    while done < tries:
        try:
            with claim(folder, "x"):
                with counter.get_lock():
                    counter.value += 1
                    assert counter.value == 1
                with counter.get_lock():
                    counter.value -= 1
                (folder / "lock").unlink()
                done += 1
        except UserError:
            pass


def test_an_owner_that_removes_its_folder_lets_in_one_at_a_time(tmp_path):
    context = multiprocessing.get_context("fork")
    counter = context.Value("i", 0)
    workers = [
        context.Process(target=_claim_and_remove, args=(tmp_path / "work", 200, counter))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
