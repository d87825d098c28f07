"""Works on the transposed weights, as torch's Linear holds them: s then lies along the last dimension."""

import torch


def smoothing_scales(x_absmax, w_absmax, alpha):
    both = torch.stack([x_absmax, w_absmax]).double()
    both[:, (both == 0).any(dim=0)] = 1.0
    powers = both ** torch.tensor([[alpha], [alpha - 1]], dtype=torch.float64)
    return powers.prod(dim=0).float()


def smooth(X, W, s):
    inverse = s.double().reciprocal()
    return torch.einsum("tj,j->tj", X.double(), inverse).float(), (W.t() * s).t()
