import jax
import pytest
from jax.experimental.compilation_cache import compilation_cache
from jax.profiler import ProfileData

from lanet_jax.errors import UserError


def _markers(folder):
    (trace,) = folder.glob("plugins/profile/*/*.xplane.pb")
    return sorted(
        dict(event.stats)["step_num"]
        for plane in ProfileData.from_file(str(trace)).planes
        for line in plane.lines
        for event in line.events
        if event.name == "train"
    )


def test_traces_the_chosen_steps(profile):
    assert [int(step) for step in _markers(profile)] == [2, 3]


def test_leaves_a_table_and_nothing_half_written(profile):
    text = (profile / "top_ops.txt").read_text()
    assert "Operations of 2 training steps" in text
    assert "backbone backward" in text
    assert not list(profile.rglob("*.tmp"))


def test_no_steps_leave_nothing(tmp_path, run_steps):
    run_steps(tmp_path, steps=3, profiled=(2, 0))
    assert not list(tmp_path.iterdir())


def test_a_run_that_ends_within_the_range(tmp_path, run_steps):
    run_steps(tmp_path, steps=3, profiled=(2, 5))
    assert [int(step) for step in _markers(tmp_path)] == [2, 3]
    assert "Operations of 2 training steps" in (tmp_path / "top_ops.txt").read_text()


def test_what_runs_between_the_steps_is_told_apart(profile):
    assert "of other programs in between" in (profile / "top_ops.txt").read_text()


def test_what_runs_after_the_last_step_is_left_out(tmp_path, run_steps):
    run_steps(tmp_path, steps=2, profiled=(2, 5))
    assert "other programs" not in (tmp_path / "top_ops.txt").read_text()


def test_a_range_behind_the_run(tmp_path, run_steps):
    with pytest.raises(UserError, match=r"profile\.start=4 .*last step, 3"):
        run_steps(tmp_path, steps=3, profiled=(4, 1))


def test_a_run_resumed_within_the_range_is_not_traced_and_says_so(tmp_path, run_steps, capsys):
    run_steps(tmp_path, steps=5, profiled=(2, 3), first=3)
    assert not list(tmp_path.iterdir())
    assert "step 2 is behind, the run is at 2: trace later steps by --config.profile.start=3" in (
        capsys.readouterr().out
    )
    run_steps(tmp_path, steps=5, profiled=(2, 3), first=6)
    assert "the run is at 5: trace a run of another --workdir" in capsys.readouterr().out
    run_steps(tmp_path, steps=5, profiled=(2, 0), first=3)
    assert capsys.readouterr().out == ""


def test_a_run_that_is_stopped_within_the_range_leaves_what_it_traced(tmp_path, run_steps):
    run_steps(tmp_path, steps=9, profiled=(2, 6), stopped=3)
    assert [int(step) for step in _markers(tmp_path)] == [2, 3]
    assert "Operations of 2 training steps" in (tmp_path / "top_ops.txt").read_text()
    run_steps(tmp_path / "before", steps=9, profiled=(4, 2), stopped=3)
    assert not (tmp_path / "before").exists()


@pytest.fixture
def compile_cache(tmp_path):
    options = {
        "jax_compilation_cache_dir": str(tmp_path / "cache"),
        "jax_persistent_cache_min_compile_time_secs": 0,
        "jax_persistent_cache_min_entry_size_bytes": 0,
    }
    before = {name: getattr(jax.config, name) for name in options}
    for name, value in options.items():
        jax.config.update(name, value)
    compilation_cache.reset_cache()
    yield tmp_path / "cache"
    for name, value in before.items():
        jax.config.update(name, value)
    compilation_cache.reset_cache()


def test_a_program_from_the_compile_cache_has_its_scopes(tmp_path, run_steps, compile_cache):
    jax.clear_caches()
    run_steps(tmp_path / "first", steps=1, profiled=(1, 0))
    assert any("jit_train_step" in path.name for path in compile_cache.iterdir())
    jax.clear_caches()
    run_steps(tmp_path / "second", steps=3, profiled=(2, 2))
    text = (tmp_path / "second" / "top_ops.txt").read_text()
    assert "backbone forward" in text
    assert "unknown" not in text
