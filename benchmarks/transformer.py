"""A transformer block, float32: 8 sequences of 128 tokens, width 256, 8 heads, 1,024 hidden units with gelu."""

import numpy as np
from scipy.special import ndtr

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.TORCH: 1.3}
BATCH, TOKENS, WIDTH, HEADS, HIDDEN = 8, 128, 256, 8, 1024
DEPTH = WIDTH // HEADS
EPS = 1e-5


def loss(xp, data, a1, c1, qkv, out, a2, c2, w1, b1, w2, b2):
    from tracker import nn

    x, target = (flat(array) for array in data)  # so that there is one product of all tokens, as in PyTorch's `@`
    q, k, v = np.split((nn.layer_norm(x, a1, c1) @ qkv).reshape(BATCH, TOKENS, -1), 3, axis=-1)
    x = x + flat(nn.dot_product_attention(q, k, v, heads=HEADS)) @ out
    x = x + nn.gelu(nn.layer_norm(x, a2, c2) @ w1 + b1) @ w2 + b2
    return nn.mse(x, target)


def loss_torch(torch, data, a1, c1, qkv, out, a2, c2, w1, b1, w2, b2):
    f = torch.nn.functional
    x, target = data
    heads = [
        part.unflatten(-1, (HEADS, DEPTH)).transpose(1, 2)
        for part in (f.layer_norm(x, (WIDTH,), a1, c1) @ qkv).chunk(3, dim=-1)
    ]
    x = x + f.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2) @ out
    hidden = torch.addmm(b1, f.layer_norm(x, (WIDTH,), a2, c2).flatten(0, 1), w1)
    return f.mse_loss(x + torch.addmm(b2, f.gelu(hidden), w2).view(x.shape), target)


def loss_jax(jnp, data, a1, c1, qkv, out, a2, c2, w1, b1, w2, b2):
    import jax

    def layer_norm(x, a, c):
        return jax.nn.standardize(x, epsilon=EPS) * a + c

    x, target = data
    heads = [part.reshape(BATCH, TOKENS, HEADS, DEPTH) for part in jnp.split(layer_norm(x, a1, c1) @ qkv, 3, axis=-1)]
    x = x + jax.nn.dot_product_attention(*heads).reshape(x.shape) @ out
    x = x + jax.nn.gelu(layer_norm(x, a2, c2) @ w1 + b1, approximate=False) @ w2 + b2
    return jnp.mean((x - target) ** 2)


def norm_by_hand(x, a, c):
    y = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.mean(y * y, axis=-1, keepdims=True) + np.float32(EPS))
    y *= scale
    return y * a + c, y, scale


def norm_back(dy, a, y, scale):
    """The gradients of x, a and c."""
    da, dc = np.sum(dy * y, axis=0), dy.sum(axis=0)
    dy = dy * a
    along = np.mean(dy * y, axis=-1, keepdims=True)
    return scale * (dy - dy.mean(axis=-1, keepdims=True) - y * along), da, dc


def flat(x):
    return x.reshape(-1, x.shape[-1])


def parted(x):
    return x.reshape(BATCH, TOKENS, HEADS, DEPTH).swapaxes(1, 2)


def joined(x):
    return x.swapaxes(1, 2).reshape(BATCH * TOKENS, WIDTH)


def by_hand(data, a1, c1, qkv, out, a2, c2, w1, b1, w2, b2):
    x, target = (flat(array) for array in data)
    n1, y1, s1 = norm_by_hand(x, a1, c1)
    q, k, v = (parted(part) for part in np.split(n1 @ qkv, 3, axis=-1))
    root = np.float32(DEPTH**0.5)
    p = (q / root) @ k.swapaxes(-1, -2)
    p -= p.max(axis=-1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=-1, keepdims=True)
    heads = joined(p @ v)
    x = x + heads @ out
    n2, y2, s2 = norm_by_hand(x, a2, c2)
    h = n2 @ w1 + b1
    gate = ndtr(h)
    g = h * gate
    x = x + g @ w2 + b2
    difference = x - target
    value = np.mean(difference**2)

    dx = difference * np.float32(2 / difference.size)
    db2, dw2 = dx.sum(axis=0), g.T @ dx
    dh = (dx @ w2.T) * (gate + h * np.exp(-0.5 * h * h) * np.float32(1 / np.sqrt(2 * np.pi)))
    db1, dw1 = dh.sum(axis=0), n2.T @ dh
    dn, da2, dc2 = norm_back(dh @ w1.T, a2, y2, s2)
    dx += dn
    dout, dheads = heads.T @ dx, parted(dx @ out.T)
    dv, dp = p.swapaxes(-1, -2) @ dheads, dheads @ v.swapaxes(-1, -2)
    dp *= p
    dp -= p * dp.sum(axis=-1, keepdims=True)
    dq, dk = dp @ k / root, dp.swapaxes(-1, -2) @ q / root
    dqkv = np.concatenate([joined(dq), joined(dk), joined(dv)], axis=-1)
    _, da1, dc1 = norm_back(dqkv @ qkv.T, a1, y1, s1)
    return value, (da1, dc1, n1.T @ dqkv, dout, da2, dc2, dw1, db1, dw2, db2)


def contenders():
    rng = np.random.default_rng(0)

    def normal(*shape, scale=1.0):
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    def weights(n, m):
        return normal(n, m, scale=n**-0.5)

    norm1, norm2 = ((1 + normal(WIDTH, scale=0.1), normal(WIDTH, scale=0.1)) for _ in range(2))
    attention = weights(WIDTH, 3 * WIDTH), weights(WIDTH, WIDTH)
    network = weights(WIDTH, HIDDEN), normal(HIDDEN), weights(HIDDEN, WIDTH), normal(WIDTH)
    data = normal(BATCH, TOKENS, WIDTH), normal(BATCH, TOKENS, WIDTH)
    params = (*norm1, *attention, *norm2, *network)
    return peers.contenders(loss, params, data, by_hand=by_hand, torch=loss_torch, jax=loss_jax, autograd=False)


if __name__ == "__main__":
    run(contenders)
