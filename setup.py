"""One top-level package in the wheel: `data` and `configs` install as parts of `lanet_jax`."""

from setuptools import find_packages, setup

setup(
    package_dir={"lanet_jax.data": "data", "lanet_jax.configs": "configs"},
    packages=[
        *find_packages(include=["lanet_jax", "lanet_jax.*"]),
        *(f"lanet_jax.{name}" for name in find_packages(include=["data*", "configs*"])),
    ],
)
