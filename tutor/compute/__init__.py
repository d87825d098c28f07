"""Devices, and what processes use of the machine."""
