from lanet_jax.cache import folder


def test_the_variable_of_ones_own_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert folder("weights") == tmp_path / "own" / "weights"
    monkeypatch.delenv("LANET_JAX_CACHE")
    assert folder("weights") == tmp_path / "xdg" / "lanet_jax" / "weights"
    for empty in (monkeypatch.delenv, lambda name: monkeypatch.setenv(name, "")):
        empty("XDG_CACHE_HOME")
        assert folder("weights") == tmp_path / "home" / ".cache" / "lanet_jax" / "weights"
