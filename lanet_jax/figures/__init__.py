"""Draws the paper's figures of one or several runs, one file for each, in one style."""

import logging

# Where its folder cannot be written, matplotlib takes a temporary one, and warns in three lines.
logging.getLogger("matplotlib").addFilter(
    lambda record: record.funcName != "_get_config_or_cache_dir"
)
