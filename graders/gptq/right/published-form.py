"""As in the published code: dead columns set to zero, lazy blocks of 128 columns. Longer, and faster on a GPU."""

import torch

BLOCK = 128


def gptq(W, H, bits, group_size):
    W, H = W.clone().float(), H.clone().float()
    columns = W.shape[1]
    dead = torch.diag(H) == 0
    H[dead, dead] = 1
    W[:, dead] = 0

    damp = 0.01 * torch.mean(torch.diag(H))
    diagonal = torch.arange(columns, device=W.device)
    H[diagonal, diagonal] += damp
    H = torch.linalg.cholesky(H)
    H = torch.cholesky_inverse(H)
    Hinv = torch.linalg.cholesky(H, upper=True)

    Q = torch.zeros_like(W)
    maxq = 2 ** (bits - 1) - 1
    for start in range(0, columns, BLOCK):
        end = min(start + BLOCK, columns)
        W1 = W[:, start:end].clone()
        Err1 = torch.zeros_like(W1)
        Hinv1 = Hinv[start:end, start:end]
        for i in range(end - start):
            if (start + i) % group_size == 0:
                # The group may reach beyond the block: those columns have not had this block's errors yet.
                inside = W1[:, i : i + group_size]
                beyond = W[:, end : max(end, start + i + group_size)]
                scale = torch.cat([inside, beyond], dim=1).abs().amax(dim=1, keepdim=True) / maxq
                scale[scale == 0] = 1
            w, d = W1[:, i], Hinv1[i, i]
            q = (torch.clamp(torch.round(w.unsqueeze(1) / scale), -maxq - 1, maxq) * scale).flatten()
            Q[:, start + i] = q
            err = (w - q) / d
            W1[:, i:] -= err.unsqueeze(1).matmul(Hinv1[i, i:].unsqueeze(0))
            Err1[:, i] = err
        W[:, end:] -= Err1.matmul(Hinv[start:end, end:])
    return Q
