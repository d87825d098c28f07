"""Returns an object of a class that is named like markup, of a module that is named like another."""
# verdict: error


class Html:
    """Stands for a page."""


Html.__name__ = "<img src=x onerror=alert(1)>[@click=app.quit]\x1b[5m"
Html.__module__ = "torch"


def halve(x):
    return Html()


def double(x):
    return x * 2
