"""Schema changes of this stage, in order."""
