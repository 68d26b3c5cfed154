"""2,000 Euler steps of Lotka-Volterra in Python scalars, by the four parameters."""

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.AUTOGRAD: 0.012, peers.TORCH: 0.05}
STEPS, H = 2000, 0.005
START = 10.0, 5.0
PARAMS = 1.1, 0.4, 0.4, 0.1


def populations(xp, data, a, b, c, d):
    x, y = START
    for _ in range(STEPS):
        x, y = x + H * (a * x - b * x * y), y + H * (d * x * y - c * y)
    return x + y


def by_hand(data, a, b, c, d):
    xs, ys = [START[0]], [START[1]]
    for i in range(STEPS):
        x, y = xs[i], ys[i]
        xs.append(x + H * (a * x - b * x * y))
        ys.append(y + H * (d * x * y - c * y))
    dx = dy = 1.0
    da = db = dc = dd = 0.0
    for i in range(STEPS - 1, -1, -1):
        x, y = xs[i], ys[i]
        hx, hy = H * dx, H * dy
        da += hx * x
        db -= hx * x * y
        dc -= hy * y
        dd += hy * x * y
        dx, dy = dx + hx * (a - b * y) + hy * d * y, dy - hx * b * x + hy * (d * x - c)
    return xs[-1] + ys[-1], (da, db, dc, dd)


def populations_scan(xp, data, a, b, c, d):
    from jax import lax

    def step(state, _):
        x, y = state
        return (x + H * (a * x - b * x * y), y + H * (d * x * y - c * y)), None

    (x, y), _ = lax.scan(step, (xp.asarray(START[0]), xp.asarray(START[1])), length=STEPS)
    return x + y


def contenders():
    return peers.contenders(populations, PARAMS, by_hand=by_hand, jit=populations_scan)


if __name__ == "__main__":
    run(contenders)
