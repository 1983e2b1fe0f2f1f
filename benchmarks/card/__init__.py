"""Measures what only a GPU can answer, the most informative first, within given minutes."""
