"""X itself is overwritten: no second matrix, but the caller's is gone."""


def outlier_features(X, threshold):
    X.abs_().sub_(threshold).clamp_(min=0)
    return X.sum(dim=0).nonzero(as_tuple=True)[0]
