"""Finds parts of LA-Net that do not work, from the rows of split "spaces"."""

from lanet_jax.run.metrics_log import Row


def idle(rows: list[Row]) -> list[str]:
    """Writes a line for each part that is no better than chance at the end of a run.

    Args:
      rows: rows of `metrics.jsonl`.

    Returns:
      The lines; empty for a run without such rows.
    """
    own = [row for row in rows if row["split"] == "spaces"]
    if not own:
        return []
    row, lines = own[-1], []
    chance = row["chance_share"]
    # Less than two standard errors above chance is no evidence that anything was learned.
    least = chance + 2 * (chance * (1 - chance) / row["records"]) ** 0.5
    for space in ("expression", "landmark"):
        share = row.get(f"{space}_share")
        if share is not None and share < least:
            lines.append(
                f"{space} space does no better than chance: {share:.2f} of a record's neighbours "
                f"share its label, {chance:.2f} would at random"
            )
    error, constant = row.get("landmark_error"), row.get("landmark_error_mean_shape")
    if error is not None and constant is not None and error >= constant:
        lines.append(
            f"the landmark network does no better than the mean face: its error is {error:.2f}, "
            f"the mean face's {constant:.2f}"
        )
    if row["target_names"] < least:
        lines.append(
            f"the targets do no better than chance: they name {row['target_names']:.2f} of the "
            "labels"
        )
    return lines
