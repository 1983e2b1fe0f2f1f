"""Prints what an audit found, and writes its table and its page."""

from collections.abc import Sequence

from lanet_jax.audit import findings, presentation
from lanet_jax.audit import ranking_table as table
from lanet_jax.audit.findings import Comparison, Findings
from lanet_jax.audit.options import Options
from lanet_jax.audit.presentation import Page
from lanet_jax.from_config.data import Data


def write(
    page: Page,
    data: Data,
    found: Findings,
    options: Options,
    comparison: Comparison | None,
    where: str,
    remarks: Sequence[str],
) -> None:
    """Ends an audit, of a run as of faces.

    Args:
      page: what the page is about, and where it and the table go.
      data: the audited records.
      found: scores, judgements and label noise of the records, without cleanlab's.
      options: what was asked; its `rank` is a score of `found`.
      comparison: cleanlab's answer, if it was asked.
      where: where the records come from, as in "training labels at step 10".
      remarks: what was left out, and why.
    """
    rank, limit = options.rank, options.limit
    print(table.summary_text(data, found, rank, comparison, where))
    for remark in remarks:
        print(remark)
    quality = None
    if data.true is not None:
        wrong = data.given != data.true
        quality = findings.qualities(found, None, wrong, limit).get(rank)
        first = min(limit, len(wrong) if comparison is None else int(comparison.covered.sum()))
        print(table.quality_text(findings.qualities(found, comparison, wrong, first), rank, first))
    if comparison is not None:
        found = findings.with_comparison(found, comparison)
    judged = found.judgements[rank]
    targets, neighbors = found.seen.targets, found.neighbors
    table.write(page.table, data, found.ranking, rank, judged, targets, neighbors)
    print(page.table)
    print(presentation.write(page, data, found, options, quality))
