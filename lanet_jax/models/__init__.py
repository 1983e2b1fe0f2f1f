"""The networks, as Linen modules."""
