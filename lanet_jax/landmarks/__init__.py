"""Landmarks, wherever they are used: the orders of points, and the face's own frame."""
