"""Training: the step, the loop around it, how it stops and what it leaves."""
