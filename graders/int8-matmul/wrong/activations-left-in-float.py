def int_product(qx, qw):
    return qx.int() @ qw.int()


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    return X @ (qw * sw)
