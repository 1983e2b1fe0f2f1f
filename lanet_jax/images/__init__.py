"""Image files: whether one is whole, and any of them as upright RGB or one clear reason."""
