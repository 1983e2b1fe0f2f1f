"""From stored records to batches: labels, label noise, sampling, reading and decoding."""
