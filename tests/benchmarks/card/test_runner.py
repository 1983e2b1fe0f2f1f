"""The day's order, its minutes and its failures, with parts that are a line of shell."""

import dataclasses
import errno
import json
import os
import time

import pytest

from benchmarks.card import again, answers, environment, runner
from benchmarks.card.answer import Answer
from benchmarks.card.part import Part
from lanet_jax.errors import UserError

DEVICE = "a card"


def part(name: str, script: str = 'echo "{}" > $0', minutes: float = 0.1) -> Part:
    return Part(name, name, minutes, "", {"script": script})


def program(part, answer):
    return ["bash", "-c", part.arguments["script"], str(answer)]


@pytest.fixture
def run(tmp_path):
    def call(parts, minutes=1.0, **more):
        more = {"program": program, "busy": lambda: 7} | more
        return runner.run(parts, tmp_path, DEVICE, minutes, **more)

    return call


def test_answers_are_kept_and_skipped(run, tmp_path):
    parts = [part(n, f'echo {n} >> {tmp_path}/order; echo "{{\\"x\\": 1}}" > $0') for n in "ab"]
    assert run(parts[:1]) == []
    assert run(parts) == []
    assert (tmp_path / "order").read_text() == "a\nb\n"
    found = answers.read(tmp_path, parts)
    assert found["a"].answer == {"x": 1}
    assert (found["b"].failed, found["b"].device, found["b"].busy_mib) == ("", DEVICE, 7)
    assert not list(tmp_path.glob("*.answer.json"))


def test_a_failure_costs_only_its_part_and_is_tried_again_after_the_fresh_ones(run, tmp_path):
    log = f"echo $(basename $0) >> {tmp_path}/order"
    mended = tmp_path / "mended"
    fail = "echo 'error: no such thing' >&2; exit 1"
    broken = part("broken", f'{log}; [ -e {mended} ] && echo "{{}}" > $0 && exit; {fail}')
    killed = part("killed", f"{log}; kill -9 $$")
    silent = part("silent", log)
    good = part("good", f'{log}; echo "{{}}" > $0')
    run([broken, killed, silent])
    found = answers.read(tmp_path, [broken, killed, silent])
    assert found["broken"].failed.startswith("no such thing, see ")
    assert found["killed"].failed.startswith("ended by signal 9")
    assert found["silent"].failed.startswith("it wrote no answer")
    (tmp_path / "order").unlink()
    mended.touch()
    run([broken, good])
    assert (tmp_path / "order").read_text() == "good.answer.json\nbroken.answer.json\n"
    assert not answers.read(tmp_path, [broken])["broken"].failed


def test_nothing_is_begun_that_does_not_fit(run, tmp_path):
    left_out = run([part("long", minutes=5.0), part("short")], minutes=1.0)
    assert left_out == ["long: needs about 5.0 minutes"]
    assert list(answers.read(tmp_path, [part("long"), part("short")])) == ["short"]


def test_a_hang_is_cut_off_with_all_that_it_started(run, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "PATIENCE", 1.0)
    # A child that outlives its parent would go on to write.
    hung = part("hung", f"(sleep 3; touch {tmp_path}/late) & sleep 60", minutes=0.01)
    begin = time.monotonic()
    run([hung])
    assert time.monotonic() - begin < 30
    assert answers.read(tmp_path, [hung])["hung"].failed.startswith("stopped after 0.0 minutes")
    time.sleep(max(0.0, begin + 5 - time.monotonic()))
    assert not (tmp_path / "late").exists()


def test_what_the_end_of_the_minutes_cuts_off_comes_after_the_others(run, tmp_path):
    slow = part("slow", "sleep 60", minutes=0.05)
    begin = time.monotonic()
    other = part("other", minutes=0.03)
    told, not_begun = run([slow, other], minutes=runner.ENDING + 0.06)
    assert time.monotonic() - begin < 30
    assert told.startswith("slow: the minutes were over")
    assert not_begun == "other: needs about 0.0 minutes"
    both = [slow, other]
    assert list(answers.read(tmp_path, both)) == ["slow"]
    run(both, minutes=runner.ENDING + 0.06)  # not blocked, even if slow hangs every time
    assert not answers.read(tmp_path, both)["other"].failed


def test_of_the_parts_tried_before_the_least_tried_is_first(run, tmp_path):
    log = f"echo $(basename $0) >> {tmp_path}/order; exit 1"
    a, b = part("a", log), part("b", log)
    run([a])
    run([a, b])  # b, which is fresh, and a
    run([a, b])
    order = (tmp_path / "order").read_text().replace(".answer.json", "").split()
    assert order == ["a", "b", "a", "b", "a"]
    assert [found.tried for found in answers.read(tmp_path, [a, b]).values()] == [3, 2]


def test_half_an_answer_is_measured_again_and_kept_if_that_fails(run, tmp_path):
    asked = part("a", f'[ -e {tmp_path}/no ] && exit 1; echo "{{\\"x\\": 1}}" > $0')
    run([asked])
    (tmp_path / "no").touch()
    wanted = []

    def again(part, answer):
        wanted.append((part.name, answer.answer))
        return True

    run([asked], again=again)
    assert wanted == [("a", {"x": 1})]
    found = answers.read(tmp_path, [asked])["a"]
    assert (found.failed, found.answer, found.tried) == ("", {"x": 1}, 2)


def test_pytorch_is_asked_again_once_it_can_be_found(monkeypatch):
    step = Part("a", "a", 1.0, "steps.beside_torch", {"torch_python": "with"})
    day = Part("b", "b", 1.0, "environment.measure", {"torch_python": "with"})
    elsewhere = dataclasses.replace(step, arguments={"torch_python": "without"})
    assert elsewhere.asked == step.asked  # the same question
    again._has_torch.cache_clear()
    monkeypatch.setattr(again.step, "has_torch", lambda python: python == "with")

    def found(**answer):
        return Answer("", DEVICE, 1.0, 0, "", answer)

    assert again.wanted(step, found(other=None)) and again.wanted(day, found(torch=""))
    assert not again.wanted(elsewhere, found(other=None))
    assert not again.wanted(step, found(other={})) and not again.wanted(day, found(torch="2.13"))
    assert not again.wanted(part("c"), found())
    again._has_torch.cache_clear()


def test_the_pace_is_learned_from_what_was_measured():
    parts = [part("a", minutes=1.0), part("b", minutes=1.0)]
    done = {"a": Answer("a", DEVICE, 7.0, 0, "", {})}
    assert runner.pace(parts, {}) == 1.0
    assert runner.pace(parts, done) == 3.0  # (2 + 7) / (2 + 1)
    # What was cut off says nothing of what a part takes.
    assert runner.pace(parts, {"a": Answer("a", DEVICE, 7.0, 0, "hung", {})}) == 1.0


def test_the_compile_cache_lies_in_the_folder(tmp_path):
    assert runner.environment(tmp_path)["JAX_COMPILATION_CACHE_DIR"] == str(tmp_path / "cache")


def test_another_card_is_told(tmp_path):
    parts = [part("a")]
    answers.write(tmp_path, parts[0], Answer("a", "H100", 1.0, 0, "", {}, parts[0].asked))
    answers.check(tmp_path, answers.read(tmp_path, parts), "H100")
    with pytest.raises(UserError, match="a was measured on H100, this is A100"):
        answers.check(tmp_path, answers.read(tmp_path, parts), "A100")


BROKEN = [
    {"minutes": None},
    {"minutes": "soon"},
    {"minutes": float("nan")},
    {"busy_mib": None},
    {"answer": []},
    {"answer": {"ours": {"milliseconds": 3}}},
    {"answer": {"scopes": 3}},
    {"part": "b"},  # copied to another name
    {"more": 1},
]


@pytest.mark.parametrize("broken", ["{", "[]", "{}", *map(json.dumps, BROKEN)])
def test_a_broken_answer_is_told_and_measured_again(run, tmp_path, broken):
    asked = dataclasses.replace(
        part("a", "echo '{\"scopes\": []}' > $0"), function="scopes.measure"
    )
    whole = Answer("a", DEVICE, 1.0, 0, "", {"scopes": []}, asked.asked)
    answers.write(tmp_path, asked, whole)
    file = answers.path(tmp_path, asked)
    changed = json.loads(broken) if broken.startswith('{"') else None
    file.write_text(json.dumps(json.loads(file.read_text()) | changed) if changed else broken)
    told = []
    assert answers.read(tmp_path, [asked], tell=told.append) == {}
    (line,) = told
    assert str(file) in line and "measured again" in line
    assert run([asked]) == []
    assert answers.read(tmp_path, [asked])["a"].answer == {"scopes": []}


def test_what_a_part_writes_is_looked_at(run, tmp_path):
    asked = dataclasses.replace(part("a"), function="scopes.measure")
    torn = part("torn", "echo '{' > $0")
    run([torn, asked])
    found = answers.read(tmp_path, [torn, asked])
    assert "torn.answer.json" in found["torn"].failed
    assert found["a"].failed.startswith("it lacks 'scopes', see ")


def test_answers_to_other_questions_stay_beside_each_other(run, tmp_path):
    one, other = part("a"), part("a", "echo '{\"size\": 2}' > $0")
    run([one])
    assert answers.read(tmp_path, [other]) == {}
    run([other])
    assert answers.read(tmp_path, [one])["a"].answer == {}
    assert answers.read(tmp_path, [other])["a"].answer == {"size": 2}


def test_others_that_come_while_a_part_runs_are_noted(run, tmp_path):
    used = iter([3, 60_000])
    run([part("a")], busy=lambda: next(used))
    assert answers.read(tmp_path, [part("a")])["a"].busy_mib == 60_000


def test_the_card_s_own_driver_is_asked_for_the_gpu_that_jax_sees(monkeypatch, tmp_path):
    driver = tmp_path / "nvidia-smi"
    driver.write_text('#!/bin/bash\necho "$@" >> $0.txt; echo "H200, 580, 9 MiB, 42 MiB, 1 MHz"\n')
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert environment.busy() == 42
    assert (tmp_path / "nvidia-smi.txt").read_text().endswith(" --id=3\n")


def test_a_part_keeps_the_lock_of_the_folder(run, tmp_path):
    lock = os.open(tmp_path, os.O_RDONLY)
    asked = part("a", f'[ -e /proc/$$/fd/{lock} ] && echo "{{}}" > $0')
    run([asked], lock=lock)
    os.close(lock)
    assert not answers.read(tmp_path, [asked])["a"].failed


def test_an_answer_that_a_full_disk_did_not_take_stays_where_the_part_wrote_it(
    run, tmp_path, monkeypatch
):
    def full(path, text):
        raise OSError(errno.ENOSPC, "full", str(path))

    monkeypatch.setattr(answers, "write_text", full)
    with pytest.raises(OSError):
        run([part("a", 'echo "{\\"x\\": 1}" > $0')])
    assert json.loads((tmp_path / "a.answer.json").read_text()) == {"x": 1}
