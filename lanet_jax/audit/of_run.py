"""An audit of a run's training labels, by the run's own beliefs and by the probe."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.audit import findings, out_of_sample, outcome, presentation, without_run
from lanet_jax.audit.findings import Findings
from lanet_jax.audit.options import Options
from lanet_jax.from_config.finished import open_run
from lanet_jax.label_noise.ranking import CONSENSUS, PROBE

_CHOICE = {
    PROBE: "Ordered by the probe, which has not seen the labels that it judges; audit.csv has the "
    "run's own scores too.",
    CONSENSUS: "Ordered by the run's consensus, which may say more about these labels than the "
    "probe; audit.csv has the probe's score too.",
}


def audit_run(
    workdir: Path,
    step: str,
    options: Options,
    *,
    model: Path | None,
    data_dir: str,
    probabilities: Path | None,
    held_out: Sequence[Path],
) -> None:
    """Writes `audit.csv` and `audit.html` in a run's folder, and prints what was found.

    Args:
      workdir: work folder of the run.
      step: its checkpoint: a number or "last".
      options: how the records are ranked and shown; cleanlab runs on the folds of the probe where
        there are no other out-of-sample probabilities.
      model: network whose features the probe is fitted to; None for the bundled one.
      data_dir: where the data lies; empty for where the run had it.
      probabilities: file of out-of-sample probabilities, compared by cleanlab; None for none.
      held_out: work folders of runs that each predict a held-out part, in place of the file.

    Raises:
      UserError: run, checkpoint, data or probabilities are missing or do not fit.
    """
    run = open_run(workdir, data_dir)
    data, train, outside = run.data, run.data.train, None
    if probabilities:
        outside = out_of_sample.read(probabilities, train.names, train.classes)
    elif held_out:
        outside = out_of_sample.predict(held_out, train.names, data.given, train.classes, data_dir)
    found = findings.find(run.config, workdir, step, data, options.candidates)
    rank, basis, choice = options.rank, "", ""
    remarks: tuple[str, ...] = ()
    if rank in ("", PROBE) or (options.cleanlab and outside is None):
        seen, audit = without_run.probe(data, model)
        found = findings.with_probe(found, audit)
        basis, remarks = without_run.basis(audit, seen.remarks), seen.remarks
        outside = audit.beliefs if options.cleanlab and outside is None else outside
    if not rank:
        rank = _better(found)
        told = remarks if rank != PROBE else ()  # with the probe they stand beside its basis
        choice = " ".join([_CHOICE[rank], *(f"{one[0].upper()}{one[1:]}." for one in told)])
    comparison = None if outside is None else findings.compare(outside, data.given)

    page = presentation.of_run(workdir, found.seen.step, basis, choice)
    where = f"training labels at step {found.seen.step}, ordered by {rank}"
    asked = dataclasses.replace(options, rank=rank)
    outcome.write(page, data, found, asked, comparison, where, remarks)


def _better(found: Findings) -> str:
    """The run's consensus where its verdict allows more than the probe's, else the probe.

    How well a run guesses the labels that it was trained on is not a fair test, so that is not
    compared here; the probe has not seen the labels that it judges.
    """
    may = {name: found.judgements[name].verdict.level for name in (PROBE, CONSENSUS)}
    return CONSENSUS if may[CONSENSUS] > may[PROBE] else PROBE
