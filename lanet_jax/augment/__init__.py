"""Image augmentation on the device, as pure functions of a key and the stored images."""
