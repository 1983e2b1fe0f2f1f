"""Expressions in photos, folders and videos: arrows go sources -> crops -> batches -> table."""
