"""RAF-DB's config with a few fields otherwise."""

import pytest

from configs import rafdb
from lanet_jax.from_config import config


@pytest.fixture
def resolved():
    def resolve(method, schedule="published", **changes):
        c = rafdb.get_config()
        c.method, c.schedule = method, schedule
        c.update_from_flattened_dict(changes)
        return config.resolve(c)

    return resolve
