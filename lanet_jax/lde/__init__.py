"""Label distribution estimation, LDE: neighbours, contribution scores, mean, bank, trust."""
