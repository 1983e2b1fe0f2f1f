import argparse
from pathlib import Path

import pytest

from lanet_jax.shards import dealing
from lanet_jax.shards.dealing import Shard

NAMES = [f"{folder}/{number}.jpg" for folder in "ab" for number in range(50)]


@pytest.mark.parametrize("count", [1, 2, 7, 200])
def test_every_name_is_in_one_shard(count):
    dealt = [place for i in range(count) for place in Shard(i + 1, count).places(NAMES)]
    assert sorted(dealt) == list(range(100))


def test_a_name_stays_in_its_shard_whatever_else_is_there():
    shard = Shard(2, 3)
    before = {NAMES[place] for place in shard.places(NAMES)}
    more = ["0.jpg", *reversed(NAMES), "z/new.jpg", "\udcff.jpg"]
    after = {more[place] for place in shard.places(more)}
    assert after & set(NAMES) == before
    assert 20 < len(before) < 46  # of 100 in three


def test_the_split_is_that_of_earlier_versions():
    # The first eight bytes of the name's SHA-256, which Python's own hash is not: ab528f19ef507275.
    assert [n for n in range(1, 5) if Shard(n, 4).places(["a/0.jpg"])] == [2]


def test_words():
    assert dealing.shard("3/16") == Shard(3, 16)
    assert str(Shard(3, 16)) == "3/16"
    assert Shard(3, 16).file(Path("d/t.csv")) == Path("d/t.csv.shards/3-of-16.npz")
    for text in ("0/4", "5/4", "1/0", "1", "a/b", "-1/4", "1/4/4", "", "1.0/4", "/", "²/4"):
        with pytest.raises(argparse.ArgumentTypeError, match="I/N was expected"):
            dealing.shard(text)
