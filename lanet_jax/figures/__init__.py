"""Draws the paper's figures of one or several runs, one file for each, in one style."""
