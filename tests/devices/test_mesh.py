"""Each host's part of a batch is one block; an interleaved mesh of two processes is read right."""

import jax
import numpy as np
import pytest
from jax.sharding import Mesh

from lanet_jax.devices import mesh
from lanet_jax.errors import UserError


class Device:
    def __init__(self, process_index, id):
        self.process_index, self.id = process_index, id


def test_devices_are_in_the_order_of_hosts_then_of_their_numbers(monkeypatch):
    monkeypatch.setattr(mesh, "Mesh", lambda devices, axes, **_: devices)
    given = [Device(p, i) for p, i in ((0, 2), (1, 1), (0, 0), (1, 3))]
    found = [(d.process_index, d.id) for d in mesh.make(4, given)]
    assert found == [(0, 0), (0, 2), (1, 1), (1, 3)]


@pytest.mark.parametrize(
    ("batch", "devices", "near"), [(8, 4, 8), (37, 4, 36), (3, 4, 4), (1, 1, 1), (7, 2, 6)]
)
def test_a_batch_that_devices_share(batch, devices, near):
    assert mesh.shared(batch, devices) == near


@pytest.mark.parametrize(("batch", "near"), [(10, "9 or 12"), (2, "3"), (8, "6 or 9")])
def test_a_batch_that_devices_do_not_share_evenly_is_refused_with_those_near(batch, near):
    with pytest.raises(UserError, match=rf"batch_size={batch}: .* the 3 devices, such as {near}$"):
        mesh.make(batch, [Device(0, i) for i in range(3)])


def test_hosts_with_unequally_many_devices_are_refused():
    given = [Device(p, i) for p, i in ((0, 0), (1, 1), (1, 2), (1, 3))]
    with pytest.raises(UserError, match="process 0 has 1, process 1 has 3"):
        mesh.make(8, given)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 0, 3, 1]])
def test_one_host_holds_all_rows_whatever_the_order(order):
    devices = np.array(jax.devices()[:4])[order]
    np.testing.assert_array_equal(mesh.own_rows(Mesh(devices, ("data",)), 8), range(8))


# Two processes of two devices each. The mesh is 0, 1, 0, 1, as JAX makes it on some networks.
TWO_HOSTS = """
import json, os, signal, sys, time
import jax
import numpy as np
jax.distributed.initialize(sys.argv[1], 2, int(sys.argv[2]))
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
from lanet_jax.devices import hosts, mesh
from lanet_jax.errors import UserError
from lanet_jax.input.reading import Reading
from lanet_jax.train.stop import Stop
from lanet_jax.trained.inference import predict_records

me = jax.process_index()
by_host = [sorted(d.id for d in jax.devices() if d.process_index == h) for h in range(2)]
ids = [i for pair in zip(*by_host) for i in pair]
devices = sorted(jax.devices(), key=lambda d: ids.index(d.id))
interleaved = Mesh(np.array(devices), ("data",))
said = {"hosts": [d.process_index for d in interleaved.devices.flat]}
said["own"] = mesh.own_rows(interleaved, 8).tolist()
said["made"] = [d.process_index for d in mesh.make(8, devices).devices.flat]

class Records:
    names = [str(row) for row in range(11)]
    def __len__(self):
        return 11
    def read(self, row, size, resample="linear"):
        return np.full((2, 2, 3), row, np.uint8), None, None

def predict(params, model_state, images):
    return images[:, 0, 0, 0].astype(np.float32), images[:, 0, 0, 1].astype(np.float32)

function = jax.jit(predict, out_shardings=NamedSharding(interleaved, P()))
found = predict_records(
    function, None, None, Records(), mesh=interleaved, reading=Reading(8, 0, 1)
)
said["predicted"] = [part.tolist() for part in found]

said["first"] = hosts.on_first(lambda: {"from": me, "steps": [3, 6]})

def fail(where):
    if me == where:
        raise UserError(f"only on {where}")

for how, where in ((hosts.on_first, 0), (hosts.on_each, 1)):
    try:
        how(lambda: fail(where))
    except UserError as error:
        said[how.__name__] = str(error)

reasons = ("", f"only on {me}" if me else "", f"on {me}")
said["reasons"] = [hosts.any_reason(reason) for reason in reasons]

with Stop() as stop:
    assert not stop.asked()
    if me == 1:
        os.kill(os.getpid(), signal.SIGTERM)
    calls, end, in_time = 1, time.monotonic() + 120, True
    # As many calls as a resumed run makes, whatever step it is at. JAX asks for the signal once a
    # second, so that how many they are depends on the machine.
    while in_time and not stop.asked():
        calls += 1
        said["calls"] = calls
        in_time = hosts.all_agree(time.monotonic() < end)
    said["stopped"] = in_time
print("said " + json.dumps(said), flush=True)
"""


@pytest.fixture(scope="module")
def said(two_hosts):
    return two_hosts(TWO_HOSTS)


def test_predictions_over_an_interleaved_mesh_are_of_their_records(said):
    for number, one in enumerate(said):
        assert one["hosts"] == [0, 1, 0, 1]
        assert one["own"] == [[0, 1, 4, 5], [2, 3, 6, 7]][number]
        assert one["predicted"] == [list(range(11))] * 2


def test_a_mesh_that_is_made_has_each_host_s_devices_together(said):
    assert [one["made"] for one in said] == [[0, 0, 1, 1]] * 2


def test_process_0_decides_for_all(said):
    assert [one["first"] for one in said] == [{"from": 0, "steps": [3, 6]}] * 2


def test_what_fails_on_one_host_ends_the_others_by_a_line(said):
    refers = "of this run ended: its own message says why"
    assert [one["on_first"] for one in said] == ["only on 0", f"process 0 {refers}"]
    assert [one["on_each"] for one in said] == [f"process 1 {refers}", "only on 1"]


def test_all_hosts_hear_why_something_failed_on_any_of_them(said):
    assert [one["reasons"] for one in said] == [["", "on process 1: only on 1", "on 0"]] * 2


def test_a_signal_to_one_host_is_heard_by_all_however_many_steps_were_done_before(said):
    assert all(one["stopped"] for one in said)
    assert said[0]["calls"] == said[1]["calls"]
