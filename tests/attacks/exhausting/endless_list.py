"""Returns a list that contains itself."""
# verdict: error


def halve(x):
    result = []
    result.append(result)
    return result


def double(x):
    return x * 2
