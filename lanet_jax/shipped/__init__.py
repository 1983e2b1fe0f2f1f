"""The network that comes with the package, and its card."""
