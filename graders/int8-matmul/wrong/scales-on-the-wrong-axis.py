def int_product(qx, qw):
    return qx.int() @ qw.int()


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    scale = X.abs().amax(dim=0) / 127
    qx = (X / scale.clamp(min=1e-30)).round()
    return (qx * scale) @ (qw * sw)
