"""Divides by the inverse; costs one more number."""
