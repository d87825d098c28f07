"""What a mutant may change, as tables: what learners mix up, and what slips in typing.

A change that could only crash (a shape method without its shape, say) is left out, since rejecting it proves
nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

OPERATORS: Mapping[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
COMPARISONS: Mapping[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
DTYPES = {
    "int8": ("uint8", "int16"),
    "uint8": ("int8", "int16"),
    "int16": ("int8", "int32"),
    "int32": ("int16", "int64"),
    "int64": ("int32", "float32"),
    "float16": ("bfloat16", "float32"),
    "bfloat16": ("float16", "float32"),
    "float32": ("float16", "float64"),
    "float64": ("float32",),
}
AXES = {0: (1,), 1: (0,), 2: (1,), -1: (0,), -2: (-1,)}
# Functions and methods of tensors, in torch's and numpy's spelling; below them Python's own functions.
NAMES = {
    "round": ("floor", "ceil", "trunc"),
    "rint": ("floor", "ceil", "trunc"),
    "floor": ("round", "ceil"),
    "ceil": ("round", "floor"),
    "trunc": ("round", "floor"),
    "max": ("min",),
    "min": ("max",),
    "amax": ("amin",),
    "amin": ("amax",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "any": ("all",),
    "all": ("any",),
    "sum": ("mean",),
    "mean": ("sum",),
    "float": ("half", "double"),
    "half": ("bfloat16", "float"),
    "double": ("float",),
    "exp": ("expm1",),
    "log": ("log2",),
    "sqrt": ("square",),
    "softmax": ("log_softmax",),
    "log_softmax": ("softmax",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "bitwise_or": ("bitwise_and",),
    "bitwise_and": ("bitwise_or",),
    "repeat_interleave": ("repeat",),
}
BUILTINS = {
    "max": ("min",),
    "min": ("max",),
    "any": ("all",),
    "all": ("any",),
    "round": ("int",),
    "int": ("round",),
}
# Calls that may be left out, so that what they are made on stays.
_ROUNDED = {"round", "rint", "floor", "ceil", "trunc", "clamp", "clamp_min", "clamp_max", "clip"}
_CONVERTED = {"to", "type", "astype", "float", "double", "half", "int", "clone"}
_COMPUTED = {"abs", "neg", "sqrt", "square", "exp", "log", "any", "all"}
_ARRANGED = {"sort", "flip", "flatten", "squeeze", "unsqueeze", "t", "transpose"}
OMITTED = frozenset(_ROUNDED | _CONVERTED | _COMPUTED | _ARRANGED)
CHOICES = frozenset({"max", "min", "maximum", "minimum", "where"})  # one of the last two arguments stays

# Calls that only crash without all of their arguments.
_SHAPED = {"view", "reshape", "expand", "permute", "transpose", "split"}
_LISTED = {"append", "extend", "insert"}
NEED_ALL = frozenset(_SHAPED | _LISTED | {"to", "type", "astype"})

# Names that are modules wherever they stand: what is called on them is a function, not a method.
MODULES = frozenset({"torch", "np", "numpy", "math", "F", "nn", "functional", "linalg"})
