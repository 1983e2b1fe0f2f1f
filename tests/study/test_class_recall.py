"""Recall by class over the runs of a row."""

import numpy as np

from lanet_jax.report.result_files import Evaluated
from lanet_jax.study import class_recall


def test_every_run_counts_alike_however_many_records_it_has():
    counts = ([[3, 1, 0], [1, 1, 0], [0, 0, 0]], [[1, 0, 0], [0, 2, 0], [0, 0, 0]])
    runs = [Evaluated("test", list("abc"), np.array(one), [], {}) for one in counts]
    # The means of 3/4 and 1, and of 1/2 and 1; no record is of c.
    np.testing.assert_array_equal(class_recall._recall(runs), [0.875, 0.75, np.nan])
