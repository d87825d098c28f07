"""From the largest column down until one is regular: stops early, and has to sort the indices in the end."""


def outlier_features(X, threshold):
    sizes, order = X.abs().amax(dim=0).sort(descending=True)
    count = 0
    while count < len(sizes) and sizes[count] > threshold:
        count += 1
    return order[:count].sort().values
