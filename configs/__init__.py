"""The configs of the datasets, one file each; `lanet_jax.fields` has the fields that they share."""
