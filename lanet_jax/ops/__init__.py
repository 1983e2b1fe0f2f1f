"""Small array operations that LDE, EL and the methods share."""
