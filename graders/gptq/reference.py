"""gptq: round a layer's columns one by one, and let those still to come make up for each error."""

import torch


def gptq(W: torch.Tensor, H: torch.Tensor, bits: int, group_size: int) -> torch.Tensor:
    columns = W.shape[1]
    most = 2 ** (bits - 1) - 1  # codes -most … most
    W, W_hat = W.clone(), torch.zeros_like(W)

    # Inputs that are always zero, always equal, or fewer than the columns leave H without an inverse. A hundredth of
    # its mean diagonal gives it one: in the unit of H, so that it is small whatever the inputs' size.
    H = H + 0.01 * H.diagonal().mean() * torch.eye(columns, device=H.device)

    # H⁻¹ = Uᵀ U. Row j of U is row j of the inverse of H without the columns before j, up to one factor: nothing
    # has to be inverted again after each column.
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)

    for j in range(columns):
        if j % group_size == 0:
            # Only now: these weights already carry what the columns before them owe.
            scale = W[:, j : j + group_size].abs().amax(dim=1) / most
            divisor = torch.where(scale > 0, scale, 1.0)
        codes = (W[:, j] / divisor).round().clamp(-most, most)
        W_hat[:, j] = codes * scale

        # The dearer an error is to make up for, the larger U[j, j] and the less of it moves on.
        error = (W[:, j] - W_hat[:, j]) / U[j, j]
        W[:, j + 1 :] -= error[:, None] * U[j, j + 1 :]
    return W_hat
