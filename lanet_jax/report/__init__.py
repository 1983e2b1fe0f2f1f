"""Writes one page about a run, or about several side by side, from their work folders."""
