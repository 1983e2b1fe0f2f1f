"""All figures of some runs; what they need is read once, and only when a figure asks for it."""

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from lanet_jax.errors import UserError
from lanet_jax.figures import attention, cross_entropy, distributions, features, sweep, sweeps
from lanet_jax.figures.distributions import Example, groups_of
from lanet_jax.figures.drawn_from import Look, Source, look, sample
from lanet_jax.figures.style import NotDrawnError
from lanet_jax.from_config.finished import open_run
from lanet_jax.input import votes
from lanet_jax.report import compare, result_files, run_files
from lanet_jax.run.paths import RunFolder


class Checkpoint(NamedTuple):
    """One column of a figure.

    Attributes:
      source: run that the checkpoint belongs to.
      step: a number, "last" or "best".
      label: its title in a figure.
    """

    source: Source
    step: str
    label: str


@dataclasses.dataclass(frozen=True)
class Album:
    """Draws figures; each method yields pairs of a file name and a figure.

    Attributes:
      workdirs: folders of runs, and folders of studies, of which only the sweeps are drawn.
      steps: checkpoints of each run.
      records: training records looked at; 0 for all.
      images: training images shown with their distributions.
      seed: seed of random choices.
      data_dir: where the data lies; "" for where the run had it.
    """

    workdirs: Sequence[Path]
    steps: Sequence[str]
    records: int
    images: int
    seed: int
    data_dir: str

    def features(self) -> Iterator[tuple[str, Figure]]:
        """Figure 3: t-SNE of the features."""
        yield "features", features.draw(self._looks, self.seed)

    def cross_entropy(self) -> Iterator[tuple[str, Figure]]:
        """Figure 4: cross-entropy of right and wrong labels."""
        yield "cross_entropy", cross_entropy.draw(self._looks)

    def distributions(self) -> Iterator[tuple[str, Figure]]:
        """Figures 5 and 8: target distributions, for each run that estimated them."""
        found = []
        for source in self._sources:
            trained_on = source.run.data.train.names
            estimated = result_files.distributions(source.run.folder.path, trained_on)
            if estimated is not None:
                found.append((source, estimated))
        if not found:
            raise NotDrawnError("no run left distributions.csv: LA-Net writes it at its end")
        names = compare.names([source.run.folder.path for source, _ in found])
        for name, (source, estimated) in zip(names, found, strict=True):
            suffix = "" if len(found) == 1 else f"-{name.replace('/', '-')}"
            groups = self._examples(source, estimated)
            drawn = distributions.draw(groups, source.run.data.train.classes)
            yield f"distributions{suffix}", drawn

    def attention(self) -> Iterator[tuple[str, Figure]]:
        """Figure 6: Grad-CAM."""
        first, *_ = self._checkpoints
        records = next(iter(first.source.run.data.evaluate.values()), None)
        if records is None:
            raise NotDrawnError("the data that the run is evaluated on is not there")
        faces = attention.faces_of(records, first.source.run.reading.stored_size, self.seed)
        seen = [attention.look(*checkpoint, faces) for checkpoint in self._checkpoints]
        yield "attention", attention.draw(faces, seen)

    def sweep(self) -> Iterator[tuple[str, Figure]]:
        """Figures 2 and 7: accuracy over a swept field."""
        runs = [run for folder in self.workdirs for run in sweeps.runs_in(folder)]
        found = sweeps.curves(runs)
        for note in sweeps.left_out(runs, found):
            print(f"sweep: {note}")
        yield "sweep", sweep.draw(found)

    def noise(self) -> Iterator[tuple[str, Figure]]:
        """Accuracy over the noise rate."""
        runs = [run for folder in self.workdirs for run in sweeps.runs_in(folder)]
        found = sweeps.over_noise(runs)
        if not found:
            raise NotDrawnError("no finished runs differ in their noise rate alone")
        yield "noise", sweep.draw(found)

    @functools.cached_property
    def _sources(self) -> list[Source]:
        folders = [folder for folder in self.workdirs if RunFolder(folder).config.exists()]
        if not folders:
            raise NotDrawnError("a study's folder has only sweeps: name runs in it with --workdir")
        runs = [run_files.read(folder) for folder in folders]
        labels = [run.method for run in runs]
        if len(set(labels)) < len(labels):
            names = compare.names(folders)
            labels = [f"{m} ({name})" for m, name in zip(labels, names, strict=True)]
        opened = [
            Source(label, open_run(folder, self.data_dir))
            for folder, label in zip(folders, labels, strict=True)
        ]
        for source in opened[1:]:
            if source.run.data.train.classes != opened[0].run.data.train.classes:
                raise UserError(
                    f"{source.run.folder.path} has other classes than "
                    f"{opened[0].run.folder.path}: draw their figures separately"
                )
        return opened

    @functools.cached_property
    def _checkpoints(self) -> list[Checkpoint]:
        return [
            Checkpoint(source, step, source.label + f", {_name(step)}" * (len(self.steps) > 1))
            for source in self._sources
            for step in self.steps
        ]

    @functools.cached_property
    def _looks(self) -> list[Look]:
        return [look(*checkpoint, self.records, self.seed) for checkpoint in self._checkpoints]

    def _examples(
        self, source: Source, estimated: result_files.Distributions
    ) -> dict[str, list[Example]]:
        data, side = source.run.data, source.run.reading.stored_size
        people = votes.of_records(data.train)
        groups = groups_of(data.given, data.true, people, estimated.targets)
        shown = {}
        for title, members in groups.items():
            rows = sample(members.nonzero()[0], max(self.images // len(groups), 1), self.seed)
            shown[title] = [
                Example(
                    image=data.train.read(int(row), side)[0],
                    given=int(data.given[row]),
                    true=None if data.true is None else int(data.true[row]),
                    votes=None if people is None else people[row],
                    target=estimated.targets[row],
                )
                for row in rows
            ]
        return shown


def _name(step: str) -> str:
    return f"step {step}" if step.isdigit() else step
