"""Public examples of outlier-features: run with `tutor try outlier-features`."""

import torch
from solution import outlier_features

# Three tokens, five features.
X = torch.tensor(
    [
        [0.4, -58.2, 1.9, 0.9, -0.3],
        [-0.7, -61.0, 5.9, 7.1, 0.8],
        [1.1, -47.3, 0.2, -1.4, -0.5],
    ]
)
print("threshold 6  ", outlier_features(X, 6.0).tolist())  # [1, 3]
print("threshold 1  ", outlier_features(X, 1.0).tolist())  # [0, 1, 2, 3]
print("threshold 100", outlier_features(X, 100.0).tolist())  # []
print("in float16   ", outlier_features(X.half(), 6.0).tolist())  # [1, 3]
