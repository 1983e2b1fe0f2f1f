"""The orders of landmarks, and the face's own frame; `lanet landmarks` is data/landmarks."""
