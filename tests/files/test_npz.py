"""An archive is written whole or not at all."""

import numpy as np
import pytest

from lanet_jax.files.npz import read_npz, write_npz


def test_a_failed_write_keeps_what_was_there(tmp_path, monkeypatch):
    write_npz(tmp_path / "l.npz", {"x": np.zeros(1)})
    monkeypatch.setattr(np, "savez", lambda *args, **arrays: args[0].write(b"half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_npz(tmp_path / "l.npz", {"x": np.ones(1)})
    monkeypatch.undo()
    assert read_npz(tmp_path / "l.npz")["x"].tolist() == [0]
    assert [file.name for file in tmp_path.iterdir()] == ["l.npz"]
