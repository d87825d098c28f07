"""Bytes as a person reads them."""

from tutor.amounts import size

__all__ = ["size"]
