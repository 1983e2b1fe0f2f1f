"""Work that several jobs do, each its own part, and `lanet merge` puts together."""
