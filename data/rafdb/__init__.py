"""RAF-DB, basic expressions: its official layout, and landmarks for its aligned images."""
