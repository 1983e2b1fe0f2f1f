"""LA-Net in JAX: facial expression recognition that survives wrong labels."""
