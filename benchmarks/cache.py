"""Tells whether JAX's compile cache had a program."""

import contextlib
from collections.abc import Iterator

from jax import monitoring

EVENT = "/jax/compilation_cache/cache_hits"


@contextlib.contextmanager
def hits() -> Iterator[list[str]]:
    """Lists an event for each program that is read from the cache while this is entered."""
    found: list[str] = []

    def note(event: str, **_: object) -> None:
        if event == EVENT:
            found.append(event)

    monitoring.register_event_listener(note)
    try:
        yield found
    finally:
        monitoring.unregister_event_listener(note)
