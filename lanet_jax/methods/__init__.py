"""The training methods, one file each, behind one protocol (`method.Method`)."""
