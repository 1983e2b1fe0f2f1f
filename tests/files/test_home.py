from pathlib import Path

import pytest

from lanet_jax.files.home import expanded


def test_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("~/a/b") == tmp_path / "a" / "b"
    assert expanded(Path("~")) == tmp_path


@pytest.mark.parametrize("name", ["~$list.csv", "~nobody-has-this-name/a.jpg", "a~", "x/~/b", "a"])
def test_names_that_are_nobodys_home_stay(name):
    assert expanded(name) == Path(name)
    assert expanded(Path(name)) == Path(name)
