"""Measurements that need a GPU, the most informative first, within given minutes."""
