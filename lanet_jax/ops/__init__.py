"""Small operations on arrays that LDE, EL and the methods share."""
