"""Whether a program was compiled, or read from the cache that an earlier process left."""

import os
import subprocess
import sys
from pathlib import Path

COMPILE = """
import jax
from benchmarks import cache
with cache.hits() as hits:
    jax.jit(lambda x: x + 1).lower(1.0).compile()
print(len(hits))
"""


def test_the_second_process_has_it_from_the_cache(tmp_path):
    environment = {
        **os.environ,
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
    command = [sys.executable, "-c", COMPILE]
    root = Path(__file__).parents[2]
    said = [subprocess.check_output(command, cwd=root, env=environment) for _ in range(2)]
    assert said == [b"0\n", b"1\n"]
