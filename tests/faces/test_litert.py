import os
import threading
import time

from lanet_jax.faces import litert


def test_two_threads_that_load_a_model_at_once_leave_stderr_open():
    before, first_is_done = os.fstat(2), threading.Event()

    def load():
        with litert._silent():
            first_is_done.wait(10)

    second = threading.Thread(target=load)
    with litert._silent():
        second.start()
        time.sleep(0.1)  # enough for it to take the silenced stream for the open one
    first_is_done.set()
    second.join()
    assert os.path.samestat(os.fstat(2), before)


def test_stderr_comes_back_after_a_failure(capfd):
    try:
        with litert._silent():
            os.write(2, b"unheard")
            raise RuntimeError
    except RuntimeError:
        os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
