"""One file a method, all behind the same protocol (`method.Method`)."""
