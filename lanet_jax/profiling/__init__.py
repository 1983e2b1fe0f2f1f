"""A profiler trace of a few steps, and what it says without a viewer."""
