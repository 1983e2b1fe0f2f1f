"""Splits work among several jobs, whose parts `lanet merge` puts together."""
