"""What a user may ask of any audit, checked once, and kept in a shard by its names."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.label_noise import confident_learning

RANKS = ("probe", "consensus", "suspicion", "kl", "margin")


@dataclasses.dataclass(frozen=True)
class Options:
    """How an audit ranks and what its page shows.

    Attributes:
      rank: score that orders the records; "" for the probe, or a run's consensus where its verdict
        allows more.
      limit: the most suspects on the page.
      neighbors: neighbours shown for each suspect and space.
      candidates: the most records that may be neighbours; a random sample where there are more.
      cleanlab: whether cleanlab is run on the folds of the probe.

    Raises:
      UserError: a number is too small, or cleanlab is asked for and not installed.
    """

    rank: str = ""
    limit: int = 500
    neighbors: int = 8
    candidates: int = 50_000
    cleanlab: bool = False

    def __post_init__(self) -> None:
        if self.limit < 1 or self.neighbors < 1 or self.candidates < 2:
            raise UserError("--limit and --neighbors must be 1 or more, --candidates 2 or more")
        if self.cleanlab:
            confident_learning.require()

    @property
    def settings(self) -> dict[str, Any]:
        """Each option by its name, as a shard keeps it."""
        return dataclasses.asdict(self)

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "Options":
        """The options among a shard's settings; the default of one that it does not name."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: settings[name] for name in names if name in settings})
