"""The machine: what is set before JAX starts, its devices, and the hosts of one run."""
