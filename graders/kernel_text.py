"""What the text of a solution says about its Triton kernels. It is parsed, never run.

On a GPU the time shows whether a kernel does the work. In the interpreter nothing does but the text: it must
hold a kernel that loads, multiplies, adds up and stores; and what stands around it neither multiplies matrices
nor takes bytes apart.
"""

from __future__ import annotations

import ast
import importlib.util

PRODUCTS = {
    "matmul", "mm", "bmm", "einsum", "linear", "addmm", "addbmm", "baddbmm", "tensordot", "mv", "addmv", "inner",
    "vdot", "dot", "chain_matmul", "multi_dot", "bilinear", "conv1d", "_int_mm", "_weight_int4pack_mm",
}  # fmt: skip
BITS = (ast.BitAnd, ast.RShift, ast.LShift, ast.BitOr, ast.BitXor, ast.Mod, ast.FloorDiv)
BIT_CALLS = {
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_right_shift", "bitwise_left_shift", "remainder", "fmod",
    "floor_divide", "right_shift", "left_shift", "divmod", "unpackbits", "index_select", "gather", "take",
    "take_along_dim", "take_along_axis", "embedding", "map_", "apply_",
}  # fmt: skip
ABOUT = {"shape", "size", "stride", "device", "dtype", "ndim", "dim", "numel", "data_ptr", "element_size"}
SUMS = {"dot", "sum", "reduce", "dot_scaled", "fma"}


class Text:
    """A submission as its syntax tree."""

    def __init__(self, source: bytes) -> None:
        try:
            self.tree = ast.parse(importlib.util.decode_source(source))
        except (
            RecursionError,
            ValueError,
            SyntaxError,
        ):  # Python ran it, but it is no text that anybody wrote
            self.tree = ast.Module([], [])
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        wrapped = self._wrapped()
        self.kernels = [
            one for one in functions if any(map(_is_jit, one.decorator_list)) or one.name in wrapped
        ]
        kernels = {kernel.name for kernel in self.kernels}
        self.hosts = {one.name: one for one in functions if one.name not in kernels}

    def around(self, function: str) -> list[ast.AST]:
        """The nodes of a function and of all that it mentions, but for kernels; all of them if it is no plain one."""
        if function not in self.hosts:
            inside = {id(node) for kernel in self.kernels for node in ast.walk(kernel)}
            return [node for node in ast.walk(self.tree) if id(node) not in inside]
        todo, seen = [function], {function}
        nodes: list[ast.AST] = []
        while todo:
            body = list(ast.walk(self.hosts[todo.pop()]))
            mentioned = {node.id for node in body if isinstance(node, ast.Name)} & self.hosts.keys()
            todo += sorted(mentioned - seen)
            seen |= mentioned
            nodes += body
        return nodes

    def _wrapped(self) -> set[str]:
        """Functions that are made kernels by a call: ``kernel = triton.jit(plain)``."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and _is_jit(node.func)]
        return {argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)}

    def has_kernel(self, function: str) -> bool:
        """Whether there are kernels that load, multiply or add up, and store, and ``function`` launches one."""
        names = {_called(node) for kernel in self.kernels for node in ast.walk(kernel)}
        loads = bool(names & {"load", "load_tensor_descriptor"})
        stores = any(name.startswith(("store", "atomic")) for name in names)
        adds = bool(names & SUMS) or any(
            isinstance(node, ast.AugAssign | ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult)
            for kernel in self.kernels
            for node in ast.walk(kernel)
        )
        return loads and stores and adds and self.launches(function)

    def launches(self, function: str) -> bool:
        """``kernel[grid](…)``, ``kernel.run(…)``, or ``kernel[grid]`` kept under a name."""
        names = {kernel.name for kernel in self.kernels}
        return any(
            (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in names)
            or (isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript))
            or _called(node) in ("run", "warmup", "__getitem__")
            for node in self.around(function)
        )

    def multiplies_outside(self, function: str) -> bool:
        """Whether ``function`` leads to a matrix product outside of every kernel."""
        return any(
            _called(node) in PRODUCTS
            or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult))
            for node in self.around(function)
        )

    def unpacks_outside(self, function: str, parameter: int) -> bool:
        """Whether the bytes, which come to ``function`` at position ``parameter``, are taken apart on the way."""
        hosts = self.hosts
        todo, seen = [(function, parameter)], set()
        while todo:
            name, position = todo.pop()
            if (name, position) in seen or name not in hosts or position >= len(hosts[name].args.args):
                continue
            seen.add((name, position))
            bytes_of = _carried(hosts[name], hosts[name].args.args[position].arg)
            for node in ast.walk(hosts[name]):
                if isinstance(node, ast.BinOp) and isinstance(node.op, BITS) and _holds(node.left, bytes_of):
                    return True
                if isinstance(node, ast.Subscript) and _holds(node.slice, bytes_of):
                    return True  # a table of codes, looked up
                if isinstance(node, ast.Call):
                    parts = [node.func.value] if isinstance(node.func, ast.Attribute) else []
                    if _called(node) in BIT_CALLS and any(
                        _holds(part, bytes_of) for part in [*parts, *node.args]
                    ):
                        return True
                    todo += [
                        (_called(node), at) for at, part in enumerate(node.args) if _holds(part, bytes_of)
                    ]
        return False

    def stores_without_mask(self) -> bool:
        """Whether a kernel stores, and no store of it is masked or checked at the boundary."""
        stores = [node for kernel in self.kernels for node in ast.walk(kernel) if _called(node) == "store"]
        return bool(stores) and not any(
            len(call.args) > 2 or {keyword.arg for keyword in call.keywords} & {"mask", "boundary_check"}
            for call in stores
        )


def _called(node: ast.AST) -> str:
    """The last name of what a call calls, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_jit(node: ast.expr) -> bool:
    """``jit``, ``triton.jit``, or a call of either with options."""
    if isinstance(node, ast.Call):
        node = node.func
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "jit"


def _holds(node: ast.AST, names: set[str]) -> bool:
    """Whether an expression holds the values of one of the names, not only its shape or dtype."""
    todo: list[ast.AST] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, ast.Name) and one.id in names:
            return True
        about = isinstance(one, ast.Attribute) and one.attr in ABOUT
        launched = isinstance(one, ast.Call) and isinstance(one.func, ast.Subscript)
        if not about and not launched and _called(one) not in ("len", *ABOUT):
            todo += ast.iter_child_nodes(one)
    return False


def _carried(function: ast.FunctionDef, name: str) -> set[str]:
    """The names in a function that hold what ``name`` holds, under another dtype or shape."""
    names = {name}
    while True:
        found = set(names)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found |= _targets(target, node.value, names)
        if found == names:
            return names
        names = found


def _targets(target: ast.expr, value: ast.expr, names: set[str]) -> set[str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        return set().union(*(_targets(one, held, names) for one, held in pairs))
    if not _holds(value, names):
        return set()
    return {
        node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
