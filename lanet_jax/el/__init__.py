"""The expression-landmark contrastive loss: pairs, projections, keys, queues, loss."""
