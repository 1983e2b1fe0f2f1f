"""The day's order, its minutes and its failures, with parts that are a line of shell."""

import json
import time

import pytest

from benchmarks.card import answers, runner
from benchmarks.card.answers import Answer
from benchmarks.card.part import Part
from lanet_jax.errors import UserError

DEVICE = "a card"


def part(name: str, script: str = 'echo "{}" > $0', minutes: float = 0.1) -> Part:
    return Part(name, name, minutes, "", {"script": script})


@pytest.fixture
def run(tmp_path):
    def call(parts, minutes=1.0):
        def program(part, answer):
            return ["bash", "-c", part.arguments["script"], str(answer)]

        return runner.run(parts, tmp_path, DEVICE, minutes, program=program, busy=lambda: 7)

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
    (told,) = run([slow, other], minutes=runner.ENDING + 0.06)
    assert time.monotonic() - begin < 30
    assert told.startswith("slow: the minutes were over")
    both = [slow, other]
    assert list(answers.read(tmp_path, both)) == ["slow"]
    run(both, minutes=runner.ENDING + 0.06)  # not blocked, even if slow hangs every time
    assert not answers.read(tmp_path, both)["other"].failed


def test_the_pace_is_learned_from_what_was_measured():
    parts = [part("a", minutes=1.0), part("b", minutes=1.0)]
    done = {"a": Answer("a", DEVICE, 7.0, 0, "", {})}
    assert runner.pace(parts, {}) == 1.0
    assert runner.pace(parts, done) == 3.0  # (2 + 7) / (2 + 1)
    # What was cut off says nothing of what a part takes.
    assert runner.pace(parts, {"a": Answer("a", DEVICE, 7.0, 0, "hung", {})}) == 1.0


def test_the_compile_cache_lies_in_the_folder(tmp_path):
    assert runner.environment(tmp_path)["JAX_COMPILATION_CACHE_DIR"] == str(tmp_path / "cache")


def test_a_broken_answer_and_another_card_are_told(tmp_path):
    parts = [part("a")]
    answers.write(tmp_path, Answer("a", "H100", 1.0, 0, "", {}, part("a").asked))
    answers.check(tmp_path, answers.read(tmp_path, parts), "H100")
    with pytest.raises(UserError, match="was measured on H100, this is A100"):
        answers.check(tmp_path, answers.read(tmp_path, parts), "A100")
    for text in ("{", "[]", json.dumps({"part": "a"})):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(UserError, match="the same command measures it again"):
            answers.read(tmp_path, parts)


def test_an_answer_to_another_question_is_none(run, tmp_path):
    run([part("a")])
    assert list(answers.read(tmp_path, [part("a")])) == ["a"]
    assert answers.read(tmp_path, [part("a", "echo '{}' > $0 # of another size")]) == {}


def test_others_that_come_while_a_part_runs_are_noted(tmp_path):
    used = iter([3, 60_000])
    asked = part("a")

    def program(one, answer):
        return ["bash", "-c", one.arguments["script"], str(answer)]

    runner.run([asked], tmp_path, DEVICE, 1.0, program=program, busy=lambda: next(used))
    assert answers.read(tmp_path, [asked])["a"].busy_mib == 60_000
