"""From the config to the objects of a run: the only room that reads the config."""
