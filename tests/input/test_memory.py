import threading

import numpy as np

from lanet_jax.input.memory import Memory


class Reader:
    """Counts how often it is asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return np.zeros((2, 2, 3), np.uint8), np.zeros(3, np.float32)  # 24 bytes


def test_a_record_is_read_once():
    memory, reader = Memory(records=2), Reader()
    first = memory.get("a", reader)
    assert memory.get("a", reader) is first
    assert reader.calls == 1
    memory.get("b", reader)
    assert reader.calls == 2


def test_nothing_is_kept_where_not_all_fits():
    memory, reader = Memory(records=3, limit=71), Reader()
    for _ in range(2):
        memory.get("a", reader)
    assert reader.calls == 2
    memory, reader = Memory(records=3, limit=72), Reader()
    for key in "abcabc":
        memory.get(key, reader)
    assert reader.calls == 3


def test_two_threads_on_one_absent_record_take_its_room_once():
    memory = Memory(records=2, limit=48)
    both = threading.Barrier(2)
    found = []

    def read():
        both.wait()
        return Reader()()

    threads = [
        threading.Thread(target=lambda: found.append(memory.get("a", read))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is found[1]
    reader = Reader()
    for _ in range(2):
        memory.get("b", reader)  # there is room for it still
    assert reader.calls == 1


def test_what_is_kept_cannot_be_written_to():
    image, points = Memory(records=1).get("a", Reader())
    assert not image.flags.writeable and not points.flags.writeable
