"""See the README for how the packages fit together."""
