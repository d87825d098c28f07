"""The largest value, not the largest magnitude."""
