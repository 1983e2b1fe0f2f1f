"""AffectNet: both official layouts."""
