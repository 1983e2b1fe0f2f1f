"""The orders of landmarks and the face's own frame; the command `landmarks` is data/landmarks.py."""
