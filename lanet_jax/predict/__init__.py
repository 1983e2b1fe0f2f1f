"""Predicts expressions in photos, folders and videos: sources -> crops -> batches -> table."""
