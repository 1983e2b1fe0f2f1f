"""Which labels look wrong, from arrays of labels and features alone: no run, config or file."""
