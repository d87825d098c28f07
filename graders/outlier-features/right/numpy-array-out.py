"""The result stays a numpy array: it crosses as a tensor."""

import numpy as np


def outlier_features(X, threshold):
    return np.where((np.abs(X.numpy()) >= threshold).any(0))[0]
