"""Benchmarks of a step, its parts, the input pipeline and more; each prints Markdown tables.

Run one at a time on an otherwise idle machine: processes that share cores slow each other down
several times over. `--quick` only shows that a benchmark runs; its numbers mean nothing.
"""
