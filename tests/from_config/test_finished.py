import jax
import pytest

from configs import demo
from lanet_jax.errors import UserError
from lanet_jax.from_config import finished
from lanet_jax.from_config.data import Data
from lanet_jax.input.reading import Reading
from lanet_jax.run import folder as run_folder


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(
        finished, "data", lambda c, workdir, need_tests: Data(c.data.dir, workdir, None, {})
    )
    config = demo.get_config()
    config.data.dir, config.data.stored_size, config.data.threads = "then", 64, 3
    config.optim.batch_size = 8
    run_folder.claim(tmp_path, config)
    return tmp_path


@pytest.mark.parametrize("data_dir, found", [("", "then"), ("now", "now")])
def test_a_run_is_opened_where_its_data_lies(run, data_dir, found):
    opened = finished.open_run(run, data_dir)
    assert opened.data.train == opened.config.data.dir == found
    assert opened.data.given == opened.folder.path == run
    assert opened.reading == Reading(batch=8, stored_size=64, threads=3)


@pytest.mark.parametrize(("batch", "read"), [(8, 8), (20, 16), (3, 8)])
def test_a_run_is_looked_back_at_on_devices_that_could_not_share_its_batch(run, batch, read):
    config = demo.get_config()
    config.optim.batch_size = batch
    run_folder.claim(run, config)
    assert jax.device_count() == 8
    assert finished.open_run(run).reading.batch == read


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"holds no run \(no config.json\)"):
        finished.open_run(tmp_path)


def test_visits_and_what_a_target_remembers_of_its_label():
    config = demo.get_config()
    config.optim.batch_size, config.lde.decay = 8, 0.9
    assert finished.visits(config, steps=30, records=60) == 4
    assert finished.remembered(config, 2) == pytest.approx(0.81)
