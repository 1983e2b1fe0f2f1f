import os
import signal

import pytest

from lanet_jax.train import stop as stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_is_noted_and_a_second_would_end_the_process(number, capfd):
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)]
    with stopping.Stop() as stop:
        assert not stop.asked()
        os.kill(os.getpid(), number)
        assert stop.asked() and stop.asked()
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
            # Numbers without a gap, from 1, though a resumed run is at any step.
            assert [stop.asked() for _ in range(4)] == [False] * 3 + [True]
            assert asked == [1, 2, 3, 4]
    finally:
        signal.signal(signal.SIGTERM, before)
