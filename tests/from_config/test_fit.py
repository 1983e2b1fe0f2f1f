import pytest

from configs import folder
from lanet_jax.from_config import combinations, config, fit, limits


@pytest.mark.parametrize(
    "count, side, batch, queue, size, neighbors, memory",
    [
        (60, 48, 16, 48, 48, 8, 4096),
        (119, 48, 16, 112, 48, 14, 4096),
        (120, 48, 32, 96, 48, 15, 4096),
        (130, 48, 32, 128, 48, 16, 4096),
        (270, 48, 32, 256, 48, 32, 4096),
        (500, 48, 64, 448, 48, 32, 4096),
        (1_000, 200, 64, 960, 96, 32, 4096),
        (2_000, 48, 128, 1920, 48, 32, 4096),
        (28_000, 64, 128, 8192, 48, 32, 4096),
        (20, 64, 16, 16, 48, 8, 4096),
        (5, 64, 5, 5, 48, 4, 4095),
    ],
)
def test_what_fits_the_data(opened, chosen, count, side, batch, queue, size, neighbors, memory):
    opened(count, side, "train", "test")
    c, told = chosen()
    assert (c.optim.batch_size, c.el.queue_size, c.augment.size) == (batch, queue, size)
    assert c.data.stored_size >= size
    assert (c.lde.neighbors, c.lde.memory) == (neighbors, memory)
    assert count > c.lde.neighbors and memory % batch == 0
    assert queue % batch == 0
    assert (tuple(c.data.test), c.data.holdout) == (("mine",), 0)
    among = f"{neighbors} neighbours among those of {memory} visits"
    assert f"batch {batch}, queue {queue}, {among}" in told


@pytest.mark.parametrize(
    ("changes", "neighbors", "memory", "said"),
    [
        ({}, 8, 4096, "8 neighbours among those of 4096 visits"),
        ({"lde.neighbors": 1}, 1, 4096, "1 neighbour among those of 4096 visits"),
        ({"lde.neighbors": 32}, 32, 4096, "32 neighbours among those of 4096 visits"),
        ({"lde.memory": 0}, 8, 0, "8 neighbours, crops"),
        ({"lde.memory": 100}, 8, 96, "8 neighbours among those of 96 visits"),
        ({"optim.batch_size": 20}, 8, 4080, "8 neighbours among those of 4080 visits"),
    ],
)
def test_neighbours_and_memory_are_chosen_apart(opened, chosen, changes, neighbors, memory, said):
    opened(60, 48, "train", "test")
    c, told = chosen(**changes)
    assert (c.lde.neighbors, c.lde.memory) == (neighbors, memory)
    assert said in told
    combinations.check(c)


@pytest.mark.parametrize("changes", [{"method": "ce"}, {"lde.spaces": "none", "loss.trust": 0.0}])
def test_nothing_is_said_of_neighbours_that_are_not_looked_for(opened, chosen, changes):
    opened(60, 48, "train", "test")
    assert "neighbour" not in chosen(**changes)[1]


def test_without_a_test_split_a_part_is_held_out(opened, chosen):
    opened(60, 48, "train")
    c, told = chosen()
    assert (tuple(c.data.test), tuple(c.data.test_split), c.data.holdout) == ((), (), 0.2)
    assert c.el.queue_size == 48
    assert told.endswith("no test split: 20% held out to evaluate on")


def test_the_part_that_was_asked_for_is_held_out(opened, chosen):
    opened(60, 48, "train")
    c, told = chosen(**{"data.holdout": 0.1})
    assert (tuple(c.data.test), c.data.holdout) == ((), 0.1)
    assert "54 records" in told and told.endswith("no test split: 10% held out to evaluate on")


def test_what_was_set_stays(opened, chosen, tmp_path):
    opened(60, 48, "train", "test")
    own = {"optim.batch_size": 20, "optim.epochs": 2, "optim.learning_rate": 1e-4, "model.width": 8}
    c, _ = chosen(**own)
    assert (c.optim.batch_size, c.el.queue_size) == (20, 60)
    assert (c.optim.epochs, c.optim.learning_rate, c.model.width) == (2, 1e-4, 8)
    whole = config.resolve(folder.get_config())
    assert fit.fit(whole, tmp_path) == (whole, "")


@pytest.mark.parametrize(
    "side, others, size, stored",
    [(48, 48, 0, 48), (64, 60, 0, 64), (64, 60, 112, 64), (70, 70, 0, 91)],
)
def test_no_face_is_stored_with_fewer_pixels_than_it_has_and_the_network_sees(
    opened, chosen, tmp_path, side, others, size, stored
):
    opened(60, side, "train", "test", others=others)
    (tmp_path / "face29").touch()
    c, _ = chosen(**({"augment.size": size} if size else {}))
    assert (c.augment.size, c.data.stored_size) == (size or 80, stored)


def test_images_of_several_sizes_are_brought_to_one(opened, chosen, tmp_path):
    opened(60, 200, "train", "test", others=300)
    for weights, size in ((False, 96), (True, 80)):
        if weights:
            (tmp_path / "face29").touch()
        c, _ = chosen()
        assert c.augment.size == size
        assert c.data.stored_size == round(size * 8 / 7)


def test_images_of_one_size_stay_so_where_the_crop_was_set(opened, chosen):
    opened(60, 100, "train", "test")
    c, _ = chosen(**{"augment.size": 224})
    assert (c.augment.size, c.data.stored_size) == (224, 0)


@pytest.mark.parametrize("count", [12, 20, 60, 270, 3_000])
@pytest.mark.parametrize("side", [32, 48, 100, 224])
@pytest.mark.parametrize("tested", [True, False])
def test_what_is_chosen_is_legal_and_makes_an_epoch(opened, chosen, count, side, tested):
    opened(count, side, "train", *(["test"] if tested else []))
    c, _ = chosen()
    limits.check(c)
    combinations.check(c)
    left = count - round(c.data.holdout * count)
    assert left // c.optim.batch_size >= 1
