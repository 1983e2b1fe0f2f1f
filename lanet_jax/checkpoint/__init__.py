"""Networks on disk: a run's checkpoints, model files, pretrained weights and foreign formats."""
