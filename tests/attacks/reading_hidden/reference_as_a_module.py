"""Imports the reference solution instead of writing one."""
# verdict: error
# held by: root landlock

import importlib.util

spec = importlib.util.spec_from_file_location("reference", "@REFERENCE@")
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)
halve, double = reference.halve, reference.double
print("SUCCEEDED in importing the reference")
