"""From any image file to upright RGB or one clear reason: the one reader of every command."""
