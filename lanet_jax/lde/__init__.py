"""Label distribution estimation: neighbours, contribution scores, aggregation, running mean."""
