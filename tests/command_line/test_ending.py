"""Commands outlive their reader, and any trouble with a file or disk is one line."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lanet_jax.command_line.ending import exit_on_user_error, interrupt_on_signals
from lanet_jax.errors import UserError

ROOT = Path(__file__).parents[2]


def command(body, **settings):
    """Runs a command's body in a process of its own, whose imports are light."""
    script = (
        "import errno, os, sys\n"
        "from lanet_jax.command_line.ending import exit_on_user_error\n"
        "from lanet_jax.errors import UserError\n"
        f"def main():\n    {body}\n"
        "exit_on_user_error(main)()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)} | settings.pop("env", {})
    return subprocess.run([sys.executable, "-c", script], env=env, **settings)


def test_a_closed_pipe_costs_no_work(tmp_path):
    read, write = os.pipe()
    os.close(read)
    done = tmp_path / "done"
    body = f"print('x' * 100_000, flush=True); print('y'); open({str(done)!r}, 'w').close()"
    ended = command(body, stdout=write, stderr=write)
    os.close(write)
    assert ended.returncode == 0 and done.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="of Linux")
def test_a_full_disk_behind_standard_output_is_one_line():
    with open("/dev/full", "w") as full:
        ended = command("print('x')", stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: writing: the disk is full")
    assert ended.stderr.count("\n") == 1


def test_a_name_that_is_no_utf8_is_printed():
    ended = command(r"print(os.fsdecode(b'\xff.jpg'))", capture_output=True)
    assert ended.returncode == 0 and ended.stdout == b"\\udcff.jpg\n"


def test_a_locale_without_utf8_says_what_to_set():
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    ended = command("print('not reached')", env=locale, capture_output=True, text=True)
    if ended.returncode == 0:
        pytest.skip("this system's C locale is in UTF-8")
    assert "export LC_ALL=C.UTF-8" in ended.stderr and ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def line(error, capsys, code=1):
    def main():
        raise error

    with pytest.raises(SystemExit) as ended:
        exit_on_user_error(main)()
    assert ended.value.code == code
    shown = capsys.readouterr().err
    assert shown.startswith("error: ") and shown.count("\n") == 1
    return shown


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_of_the_system_is_one_line_that_names_the_file(number, capsys):
    if isinstance(OSError(number, ""), BlockingIOError | ChildProcessError | InterruptedError):
        pytest.skip("of processes, not of files")
    shown = line(OSError(number, os.strerror(number), "/data/labels.csv"), capsys)
    assert "/data/labels.csv: " in shown and len(shown) > len("error: /data/labels.csv: ") + 10


def test_a_librarys_own_error_is_told_by_the_systems_below_it(capsys):
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left", "/data/shard")
        except OSError as error:
            raise OSError("Could not write\nexamples") from error
    except OSError as error:
        assert "/data/shard: the disk is full" in line(error, capsys)
    assert line(OSError("Could not write\nexamples"), capsys).startswith("error: Could not write:")


def test_no_home_folder_and_an_interrupt(capsys, monkeypatch):
    assert "set HOME" in line(RuntimeError("Could not determine home directory."), capsys)
    assert line(KeyboardInterrupt(), capsys, code=130) == "error: interrupted\n"
    with pytest.raises(RuntimeError):  # a fault of ours stays one
        exit_on_user_error(lambda: (_ for _ in ()).throw(RuntimeError("else")))()


def test_control_characters_stay_in_the_line(capsys):
    assert r"a\nb" in line(OSError(errno.ENOENT, "", "a\nb"), capsys)
    assert r"a\nb" in line(UserError("a\nb"), capsys)


def test_what_orbax_leaves_behind_is_not_told():
    from lanet_jax.checkpoint import quiet

    script = (
        "import asyncio, gc\n"
        "async def wait():\n"
        "    try:\n        await asyncio.sleep(60)\n"
        "    finally:\n        asyncio.get_event_loop().call_soon(print)\n"
        "loop = asyncio.new_event_loop()\n"
        "async def start():\n    task = loop.create_task(wait()); await asyncio.sleep(0)\n"
        "loop.run_until_complete(start())\n"
        "task = None\nloop.close()\ngc.collect()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    source = Path(quiet.__file__).read_text(encoding="utf-8")
    loud, silent = (
        subprocess.run([sys.executable, "-c", text], env=env, capture_output=True, text=True)
        for text in (script, f"{source}\ninstall()\n{script}")
    )
    assert "destroyed but it is pending" in loud.stderr
    assert silent.stderr == ""


def test_signals_that_end_a_process_interrupt_it():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
        interrupt_on_signals()
        os.kill(os.getpid(), signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_line_of_error_is_out_before_the_process_is_lost(unbuffered):
    ended = command(
        "print('said', file=sys.stderr); os._exit(3)",
        env={"PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
    )
    assert (ended.returncode, ended.stderr) == (3, b"said\n")


def test_unbuffered_output_is_out_line_by_line():
    ended = command(
        "print('said'); os._exit(3)", env={"PYTHONUNBUFFERED": "1"}, capture_output=True
    )
    assert ended.stdout == b"said\n"
