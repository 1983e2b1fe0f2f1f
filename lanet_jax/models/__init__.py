"""Networks; the only room that uses Linen."""
