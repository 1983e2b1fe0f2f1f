"""The network for other programs: arrows go from `exported` to the formats."""
