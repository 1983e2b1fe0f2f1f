"""The mesh of devices, with one axis, "data", over which batches are sharded."""

import collections
import contextlib
from collections.abc import Callable, Sequence

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Int

from lanet_jax.errors import UserError
from lanet_jax.typing import PyTree


def make(batch: int, devices: Sequence[jax.Device] | None = None) -> Mesh:
    """The mesh over all devices of all hosts, in the order of hosts, then of their devices.

    JAX's own order follows the network between them (0, 1, 0, 1, ... on some), which makes sums
    slightly faster. In this order each host's part of a batch is one block, as people expect.

    Args:
      batch: batch size, B.
      devices: devices to use instead of all.

    Returns:
      A mesh with the axis "data".

    Raises:
      UserError: B is not a multiple of the number of devices, or hosts have different numbers.
    """
    devices = jax.devices() if devices is None else devices
    of_host = collections.Counter(device.process_index for device in devices)
    if len(set(of_host.values())) > 1:
        told = ", ".join(f"process {host} has {n}" for host, n in sorted(of_host.items()))
        raise UserError(
            f"the processes of this run have different numbers of devices ({told}): start each "
            "with as many as the others"
        )
    count = len(devices)
    if batch % count:
        together = f" of {len(of_host)} processes" if len(of_host) > 1 else ""
        near = sorted({shared(batch, count), -(-batch // count) * count})
        raise UserError(
            f"--config.optim.batch_size={batch}: must be a multiple of the {count} devices"
            f"{together}, such as {' or '.join(map(str, near))}"
        )
    in_order = sorted(devices, key=lambda device: (device.process_index, device.id))
    return Mesh(np.array(in_order), ("data",), axis_types=(AxisType.Auto,))


def shared(batch: int, devices: int = 0) -> int:
    """A batch near to another one that the devices share evenly.

    Args:
      batch: batch size to stay near to, B.
      devices: how many; 0 for all of all hosts.

    Returns:
      B or less, at least one record a device.
    """
    devices = devices or jax.device_count()
    return max(batch // devices, 1) * devices


def own_rows(mesh: Mesh, batch: int) -> Int[np.ndarray, " b"]:
    """The rows of a sharded batch that this host holds, whatever the order of the devices.

    Args:
      mesh: devices of all hosts, axis "data".
      batch: batch size, B.

    Returns:
      Indices into the batch, in the order in which
      `jax.make_array_from_process_local_data` takes the rows.
    """
    sharding = NamedSharding(mesh, P("data"))
    slices = [index[0] for index in sharding.addressable_devices_indices_map((batch,)).values()]  # type: ignore[index]  # each has its part
    return np.unique(np.concatenate([np.arange(batch)[own] for own in slices]))


def shardings(mesh: Mesh, specs: PyTree) -> PyTree:
    """Turns a tree of partition specs into shardings on a mesh."""
    return jax.tree.map(
        lambda spec: NamedSharding(mesh, spec), specs, is_leaf=lambda x: isinstance(x, P)
    )


def replicated(x: PyTree) -> PyTree:
    """Asks the compiler for a copy on every device; outside a mesh there is nothing to ask."""
    if jax.sharding.get_abstract_mesh().empty:
        return x
    return jax.lax.with_sharding_constraint(x, P())


def by_rows(f: Callable[[jax.Array], PyTree], x: jax.Array) -> PyTree:
    """Applies a function to each device's own rows.

    This is for operations that the compiler would not split over rows without being told to.

    Args:
      f: function of rows [b, ...] that returns arrays of as many rows.
      x: [B, ...], sharded over B.

    Returns:
      What f returns, for all B rows.
    """
    if jax.sharding.get_abstract_mesh().empty:
        return f(x)
    return jax.shard_map(f, in_specs=P("data"), out_specs=P("data"))(x)


def use(mesh: Mesh) -> contextlib.AbstractContextManager:
    """The context in which `replicated` and `by_rows` find the mesh."""
    return jax.set_mesh(mesh)
