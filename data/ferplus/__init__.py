"""FER+: its official layout, and the rules that turn votes into a label."""
