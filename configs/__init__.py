"""The configs of the datasets; `lanet_jax.from_config.fields` has the fields that they share."""
