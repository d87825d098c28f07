"""Gives its exception and its function names with escapes, markup and line breaks."""
# verdict: error


def halve(x):
    kind = type("\x1b[2J[bold]<script>\n</failure>]]>", (Exception,), {})
    raise kind("[link=http://attack]x[/link] <!-- & ]]> {x} %s")


halve.__name__ = "\x1b[31m"
halve.__code__ = halve.__code__.replace(co_name="\x1b]0;attack\x07<b>")


def double(x):
    return x * 2
