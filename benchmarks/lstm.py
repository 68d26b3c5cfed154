"""A long short-term memory, 50 steps, batch 32, 128 wide, float32: gradients by its weights."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.TORCH: 1.0}
STEPS, BATCH, WIDTH = 50, 32, 128


def squares(xp, data, w_in, w, b):
    from tracker.nn.lstm import lstm

    (xs,) = data
    zeros = np.zeros((BATCH, WIDTH), np.float32)
    return xp.sum(lstm(xs, w_in, w, b, zeros, zeros)[0] ** 2)


def squares_torch(torch, data, w_in, w, b):
    (xs,) = data
    zeros = xs.new_zeros((1, BATCH, WIDTH))
    weights = [w_in, w, b, torch.zeros_like(b)]  # as torch.nn.LSTM calls it: one layer, trained, time first
    ys, _, _ = torch._VF.lstm(xs, (zeros, zeros), weights, True, 1, 0.0, True, False, False)
    return torch.sum(ys**2)


def squares_jax(jnp, data, w_in, w, b):
    import jax

    def step(state, z):
        h, c = state
        i, f, g, o = jnp.split(z + h @ w.T, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zeros = jnp.zeros((BATCH, WIDTH), jnp.float32)
    return jnp.sum(jax.lax.scan(step, (zeros, zeros), data[0] @ w_in.T + b)[1] ** 2)


def sigmoid(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def by_hand(data, w_in, w, b):
    (xs,) = data
    z = (xs.reshape(-1, WIDTH) @ w_in.T + b).reshape(STEPS, BATCH, -1)
    h = c = np.zeros((BATCH, WIDTH), np.float32)
    kept, value = [], 0.0
    for z_t in z:
        i, f, g, o = np.split(z_t + h @ w.T, 4, axis=-1)
        i, f, g, o, before = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o), (h, c)
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((i, f, g, o, np.tanh(c), h, *before))
        value += np.sum(h * h)
    return value, backward(xs, kept, w)


def backward(xs, kept, w):
    dh = dc = np.zeros_like(kept[0][0])
    dz = np.empty((STEPS, BATCH, 4 * WIDTH), np.float32)
    for t in reversed(range(STEPS)):
        i, f, g, o, tanh_c, h, _, before = kept[t]
        dh = dh + 2 * h
        dc = dc + dh * o * (1 - tanh_c * tanh_c)
        slopes = dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g * g), dh * tanh_c * o * (1 - o)
        dz[t] = np.concatenate(slopes, axis=1)
        dh, dc = dz[t] @ w, dc * f
    rows = dz.reshape(-1, 4 * WIDTH)
    before = np.concatenate([k[6] for k in kept])
    return rows.T @ xs.reshape(-1, WIDTH), rows.T @ before, rows.sum(axis=0)


def contenders():
    rng = np.random.default_rng(0)
    shapes = [(4 * WIDTH, WIDTH), (4 * WIDTH, WIDTH), (4 * WIDTH,)]
    params = [(rng.standard_normal(shape) / np.sqrt(WIDTH)).astype(np.float32) for shape in shapes]
    xs = rng.standard_normal((STEPS, BATCH, WIDTH)).astype(np.float32)
    return peers.contenders(
        squares, params, [xs], by_hand=by_hand, torch=squares_torch, jax=squares_jax, autograd=False
    )


if __name__ == "__main__":
    run(contenders)
