"""Tomography: absorption along rays through a grid of pixels, with a prior that keeps edges."""

import numpy as np

from tests.whole.checks import assert_near, check

RAYS = [(angle, offset) for angle in np.linspace(0, np.pi, 6, endpoint=False) for offset in (-1.3, 0.2, 1.1)]


def line_integral(image, angle, offset, samples=14):
    """The sum of bilinear samples along a line."""
    n, m = image.shape
    c, s = np.cos(angle), np.sin(angle)
    total = 0.0
    for t in np.linspace(-n / 2, n / 2, samples):
        x = offset * c - t * s + (n - 1) / 2
        y = offset * s + t * c + (m - 1) / 2
        i, j = int(np.floor(x)), int(np.floor(y))
        if 0 <= i < n - 1 and 0 <= j < m - 1:
            fx, fy = x - i, y - j
            total += (1 - fx) * ((1 - fy) * image[i, j] + fy * image[i, j + 1])
            total += fx * ((1 - fy) * image[i + 1, j] + fy * image[i + 1, j + 1])
    return total * n / samples


def misfit(p, counts):
    """Poisson counts behind the body, and a smooth form of total variation (Rudin, Osher and Fatemi, 1992)."""
    image = np.logaddexp(0, p["image"])
    loss = 0.0
    for (angle, offset), count in zip(RAYS, counts):
        expected = 1000 * np.exp(-p["strength"] * line_integral(image, angle, offset))
        loss += expected - count * np.log(expected)
    dx, dy = np.diff(image, axis=0), np.diff(image, axis=1)
    return loss / 100 + np.sum(np.sqrt(dx[:, :-1] ** 2 + dy[:-1] ** 2 + 1e-2))


def test_reconstruction():
    image = np.sin(np.arange(20.0)).reshape(5, 4)
    counts = np.array([300 + 20 * k for k in range(len(RAYS))])
    check(misfit, {"image": image, "strength": 0.2}, counts, holomorphic=False)


def test_gradient_is_the_back_projection():
    image = np.sin(np.arange(20.0)).reshape(5, 4)
    weights = np.cos(np.arange(len(RAYS)))

    def projected(image):
        return sum(w * line_integral(image, *ray) for w, ray in zip(weights, RAYS))

    pixels = np.eye(20).reshape(20, 5, 4)
    by_hand = np.array([projected(pixel) for pixel in pixels]).reshape(5, 4)
    assert_near("back projection", check(projected, image), by_hand, 1e-12)
