"""What `benchmarks.faults` calls a success: every goal counts, and none is met by doing nothing."""

import pytest

from benchmarks import faults

HARMLESS = {"asked": 9, "kills": 9, "writing": 2, "runs": 1, "identical": 1}


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        ({}, ["met", "met", "met", "met", "met"]),
        ({"writing": 0}, ["met", "missed", "met", "met", "met"]),
        ({"kills": 8}, ["time box", "met", "met", "met", "met"]),
        ({"kills": 0, "writing": 0}, ["time box", "time box", "met", "met", "met"]),
        ({"broken": 1, "lost": 1}, ["met", "met", "missed", "missed", "met"]),
        ({"identical": 0}, ["met", "met", "met", "met", "missed"]),
        ({"runs": 0, "identical": 0}, ["met", "met", "met", "met", "missed"]),
    ],
)
def test_every_goal_of_the_kills_counts(changes, verdicts):
    outcome = faults.Outcome(**HARMLESS | changes)
    assert [row[-1] for row in outcome.judged()] == verdicts
    assert outcome.met() == (not changes)
