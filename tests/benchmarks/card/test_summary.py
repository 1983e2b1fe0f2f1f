"""The summary is printed whatever becomes of its file."""

import errno
import sys

import pytest

from benchmarks.card import __main__ as command


def test_on_a_full_disk_the_summary_is_printed_all_the_same(tmp_path, monkeypatch, capsys):
    def full(path, text):
        raise OSError(errno.ENOSPC, "full", str(path))

    monkeypatch.setattr(command, "write_text", full)
    monkeypatch.setattr(command, "interrupt_on_signals", lambda: None)
    monkeypatch.setattr(command.environment, "device", lambda python: ("gpu", "a card", ""))
    monkeypatch.setattr(command.plan, "parts", lambda *_: ())
    monkeypatch.setattr(command.table, "markdown", lambda *_: "THE SUMMARY")
    monkeypatch.setattr(sys, "argv", ["card", f"--out={tmp_path / 'day'}"])
    with pytest.raises(SystemExit):
        command.main()
    told = capsys.readouterr()
    assert "THE SUMMARY" in told.out
    assert told.err.startswith("error: ") and "summary.md: the disk is full" in told.err
