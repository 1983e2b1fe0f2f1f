import os
import signal

import pytest

from lanet_jax.train import stop as stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_is_noted_and_a_second_would_end_the_process(number, capfd):
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]
    with stopping.Stop() as stop:
        assert not stop.asked(1)
        os.kill(os.getpid(), number)
        assert stop.asked(1) and stop.asked(2)
        for each in (signal.SIGTERM, signal.SIGINT):
            assert signal.getsignal(each) == signal.SIG_DFL
    assert "stopping" in capfd.readouterr().err
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == before


def test_on_several_hosts_sigint_is_handed_on_and_the_service_is_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(stopping.jax, "process_count", lambda: 2)
    monkeypatch.setattr(
        stopping.multihost_utils,
        "reached_preemption_sync_point",
        lambda step: asked.append(step) or step == 4,
    )
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("SIGTERM"))
    try:
        with stopping.Stop() as stop:
            os.kill(os.getpid(), signal.SIGINT)
            assert heard == ["SIGTERM"]
            assert [stop.asked(step) for step in (3, 4)] == [False, True] and asked == [3, 4]
    finally:
        signal.signal(signal.SIGTERM, before)
