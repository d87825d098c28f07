"""What a hostile or clumsy hand puts into a file: single values, and whole documents with a few things changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import strategies as st

CANARY = "/tutor-fuzz/canary"
"""Where hostile names lead: to a place that no machine has. Whoever follows one harms nothing."""
BOMB = "\n".join(
    [
        "a0: &a0 [x, x, x, x, x, x, x, x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)),
    ]
)

TEXTS = (
    "",
    " ",
    "\n",
    "\t",
    "x",
    "0",
    "-1",
    "1e999",
    "nan",
    "-inf",
    "true",
    "null",
    "~",
    "=",
    "{",
    "}",
    "%",
    "'",
    '"',
    "\\",
    "\0",
    "a\0b",
    "\x1b]0;title\x07",
    "\x1b[2J",
    "\x7f\x85\x9b",
    "\u202eevil\u2066",
    "\u2028\u2029",
    "\ufeff",
    "\ufffe",
    "\ud800",
    "a\udcffb",
    "e" + "\u0301" * 400,
    "😀" * 50,
    "Ａ１²³ⅷ",
    "١٢٣",
    "ß",
    "İ",
    "ǅ",
    "line\r\nline\rline",
    *(CANARY, f"../../../../../../../../..{CANARY}", f"..{CANARY}"),
    "..",
    ".",
    "~nobody/x",
    "$HOME",
    "%s%n",
    "C:\\x",
    "con",
    "-rf",
    "--help",
    "a" * 300,
    "a" * 70_000,
    "[" * 5000,
    "(" * 3000,
    "-" * 4000,
    "9" * 90,
    "9" * 5000,
    "a " * 4000,
    "\n" * 5000,
    "{{ 9**9**9**9 }}",
    "{{ 'x' * 10**10 }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{{ x",
    "{% raw %}",
    "{{ (1).__class__ }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 10**300 * 10**300 }}",
    "{{ 1/0 }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ 'x'|center(999999999) }}",
    "{{ [1]|batch(10**9)|list }}",
    "{{ lipsum(9999) }}",
    "9**9**9",
    "().__class__",
    "1 if 1 else",
    "x" + "+x" * 3000,
    "not " * 3000 + "1",
    "n * 10**400",
    "2**-1",
    "(-8)**0.5",
    "exercise:nothing",
    "demo:seed=1e999",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](file:///x)",
    "```",
    "| a |\n|---|",
    "# " * 500,
    "*" * 3000,
    "&a [*a]",
    "!!python/object/apply:os.system ['id']",
    "<<: *a",
)

NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    15,
    16,
    17,
    255,
    2**31,
    2**53,
    2**63 - 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    10**99,
    -(10**99),
    0.0,
    -0.0,
    0.5,
    -2.5,
    1e-320,
    1e308,
    -1e308,
    1e16,
    float("inf"),
    float("-inf"),
    float("nan"),
    1e-9,
)


def deep(levels: int, inner: Any = 1, *, mapping: bool = False) -> Any:
    """A value so many levels deep."""
    for _ in range(levels):
        inner = {"a": inner} if mapping else [inner]
    return inner


@st.composite
def either(draw: Callable[..., Any], *strategies: st.SearchStrategy[Any]) -> Any:
    """One of these, each as likely as the others. (``one_of`` weighs each by the alternatives inside it.)"""
    return draw(strategies[draw(st.integers(0, len(strategies) - 1))])


texts = either(st.sampled_from(TEXTS), st.text(max_size=30), st.text(st.characters(), max_size=8))
numbers = either(st.sampled_from(NUMBERS), st.integers(-(10**12), 10**12), st.floats(width=32))
scalars = either(texts, numbers, st.booleans(), st.none())
_bulky = st.sampled_from(
    [deep(40), deep(200), deep(40, mapping=True), [0] * 3000, {str(n): n for n in range(500)}]
)
values = either(
    scalars,
    st.lists(scalars, max_size=4),
    st.dictionaries(texts, scalars, max_size=3),
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    ),
    _bulky,
)


@st.composite
def changed(draw: Callable[..., Any], original: Any, most: int = 3) -> Any:
    """A document of JSON's kinds with one to ``most`` things in it changed: wrong, missing, doubled, moved, swollen."""
    document = original
    for _ in range(draw(st.integers(1, most))):
        document = _changed(draw, document, 0)
    return document


def _changed(draw: Callable[..., Any], node: Any, depth: int) -> Any:
    inside = isinstance(node, dict | list) and len(node) > 0
    # The deeper, the likelier to stay: most of a document lies deep.
    if not inside or (depth > 0 and draw(st.integers(0, 4)) == 0):
        return _replaced(draw, node)
    if draw(st.integers(0, 3)) == 0:
        return _rearranged(draw, node)
    if isinstance(node, dict):
        key = draw(st.sampled_from(list(node)))
        return {
            name: _changed(draw, child, depth + 1) if name == key else child for name, child in node.items()
        }
    place = draw(st.integers(0, len(node) - 1))
    return [_changed(draw, child, depth + 1) if at == place else child for at, child in enumerate(node)]


def _replaced(draw: Callable[..., Any], node: Any) -> Any:
    how = draw(st.integers(0, 5))
    if isinstance(node, str) and how == 0:
        at = draw(st.integers(0, len(node)))
        return node[:at] + draw(texts) + node[at:]
    if isinstance(node, int | float) and not isinstance(node, bool) and how <= 2:
        return draw(numbers)
    if how == 1:
        return [node]
    if how == 2:
        return {"id": node}
    return draw(values)


def _rearranged(draw: Callable[..., Any], node: Any) -> Any:
    how = draw(st.integers(0, 4))
    if isinstance(node, list):
        place = draw(st.integers(0, len(node) - 1))
        if how == 0:
            return node[:place] + node[place + 1 :]
        if how == 1:
            return [*node, node[place]]
        if how == 2:
            return node * draw(st.sampled_from([2, 20]))
        if how == 3:
            return node[::-1]
        return [*node[:place], draw(values), *node[place:]]
    key = draw(st.sampled_from(list(node)))
    if how == 0:
        return {name: child for name, child in node.items() if name != key}
    if how == 1:
        return {**node, draw(texts): draw(values)}
    if how == 2:
        renamed = key.upper() if draw(st.booleans()) else draw(texts)
        return {(renamed if name == key else name): child for name, child in node.items()}
    if how == 3:
        return {**node, key: node[draw(st.sampled_from(list(node)))]}
    return list(node.values())


def as_yaml(document: Any) -> bytes:
    """A document as YAML; as JSON, which is YAML too, where it holds what YAML can't write."""
    try:
        return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True).encode()
    except (UnicodeEncodeError, yaml.YAMLError, RecursionError, ValueError):
        return json.dumps(document).encode()


SNIPPETS = (
    b"!!python/object/apply:os.system ['id']",
    b"!!binary aGk=",
    b"!tag ",
    b"&a [*a]",
    b"&a ",
    b"*a",
    b"*nothing",
    b"? ",
    b"---\n",
    b"...\n",
    b"%YAML 3.0\n",
    b"%TAG ! x\n",
    b"\t",
    b"\0",
    b"\r",
    b"\r\n",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"<<: {a: 1}\n",
    b"[" * 60,
    b"{" * 60,
    b"[" * 40_000,
    b"- " * 60,
    b"- " * 20_000,
    b"|\n",
    b">9\n",
    b"'",
    b'"',
    b"#",
    b": ",
    b"id: x\nid: x\n",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"\x1b[2J",
    b"0x",
    b"0o17",
    b"1_000",
    b".inf",
    b".nan",
    b"-.5e+99999",
    b"1e9999",
    b"9" * 101,
    b"9" * 4400,
    b'"\\ud800"',
    b'"\\x00"',
    b"=",
    b"~",
    BOMB.encode(),
    b"a" * 300_000,
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"{{",
    b"}}",
    b",",
    b"]",
    b"}",
    b"\\",
    b"null",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"true",
)


@st.composite
def mangled(draw: Callable[..., Any], original: bytes, most: int = 3) -> bytes:
    """Bytes with one to ``most`` places cut, doubled, overwritten, or stuffed; or in another encoding."""
    data = original
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        how = draw(st.integers(0, 8))
        if how <= 2:
            data = data[:at] + draw(st.sampled_from(SNIPPETS)) + data[at:]
        elif how == 3:
            data = data[:at] + data[at + length :]
        elif how == 4:
            data = data[:at] + data[at : at + length] * 2 + data[at + length :]
        elif how == 5:
            data = data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at + 1 :]
        elif how == 6:
            data = data[:at]
        elif how == 7:
            start = data.rfind(b"\n", 0, at) + 1
            data = data[:start] + draw(st.sampled_from(SNIPPETS)) + data[start:]
        else:
            data = _encoded(draw, data)
    return data


def _encoded(draw: Callable[..., Any], data: bytes) -> bytes:
    how = draw(st.integers(0, 4))
    if how == 0:
        return b"\xef\xbb\xbf" + data
    if how == 1:
        return data.replace(b"\n", b"\r\n")
    if how == 2:
        return data.decode("utf-8", "replace").encode("utf-16")
    if how == 3:
        return data.decode("utf-8", "replace").encode("latin-1", "replace")
    return data.decode("utf-8", "replace").encode("utf-32-be")
