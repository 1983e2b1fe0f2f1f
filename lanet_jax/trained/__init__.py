"""From a checkpoint or model file to class probabilities."""
