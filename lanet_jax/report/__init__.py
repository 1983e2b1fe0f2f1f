"""One page about a run, or about several side by side, from what they left in their folders."""
