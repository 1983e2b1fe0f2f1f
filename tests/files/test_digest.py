import pytest

from lanet_jax.files.digest import sha256


def test_the_digest_is_that_of_the_content(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a").startswith("ba7816bf8f01cfea")  # FIPS 180-2, B.1
    with pytest.raises(OSError, match="absent"):
        sha256(tmp_path / "absent")
