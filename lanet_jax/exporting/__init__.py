"""The network for other programs: arrows go from `files` to the formats."""
