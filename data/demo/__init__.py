"""The demo: synthetic faces whose landmarks and label distributions are known exactly."""
