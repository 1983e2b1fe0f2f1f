"""Every field of a run; a file a dataset."""
