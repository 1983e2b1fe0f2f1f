"""What a step, its parts, the input pipeline and a start cost; each prints one Markdown table.

Run one at a time on a machine that does nothing else: two processes that share cores slow each
other several times over. `--quick` only shows that a benchmark runs; its numbers mean nothing.
"""
