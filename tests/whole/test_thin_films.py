"""Light reflected by layers on glass: products of complex 2 x 2 matrices filled in place."""

import numpy as np
import pytest

from tests.whole.checks import check
from tracker import gradient


def layer(index, thickness, wavelength):
    """The characteristic matrices (n, 2, 2) of a layer at normal incidence, for wavelengths (n,)."""
    phase = 2 * np.pi * index * thickness / wavelength
    m = np.zeros_like(phase, shape=(len(wavelength), 2, 2), dtype=np.result_type(phase, np.complex64))
    m[:, 0, 0] = m[:, 1, 1] = np.cos(phase)
    m[:, 0, 1] = 1j * np.sin(phase) / index
    m[:, 1, 0] = 1j * np.sin(phase) * index
    return m


def fractions(p, wavelength, glass):
    """The reflected and the transmitted part of the power (2, n)."""
    field = np.tile(np.stack([np.ones_like(glass), glass]), (len(wavelength), 1))
    for index, thickness in zip(p["index"][::-1], p["thickness"][::-1], strict=True):
        field = np.einsum("nij,nj->ni", layer(index, thickness, wavelength), field)
    electric, magnetic = np.moveaxis(field, -1, 0)
    reflected = np.abs((electric - magnetic) / (electric + magnetic)) ** 2
    return np.stack([reflected, 4 * glass / np.abs(electric + magnetic) ** 2])


def loss(p, wavelength, glass):
    """The reflected power of a coating, averaged over the wavelengths."""
    return np.mean(fractions(p, wavelength, glass)[0])


COATING = {"index": np.array([1.38, 2.1, 1.7]), "thickness": np.array([0.5, 0.65, 0.4])}
WAVELENGTHS = np.linspace(4.5, 6.5, 5)  # as the thickness in 100 nm


def test_coating():
    check(loss, COATING, WAVELENGTHS, 1.52, holomorphic=False)


def test_what_is_not_reflected_is_transmitted():
    (found,) = gradient(lambda p: np.sum(fractions(p, WAVELENGTHS, 1.52)), COATING)
    np.testing.assert_allclose(np.r_[found["index"], found["thickness"]], 0, atol=1e-12)


@pytest.mark.parametrize("glass", [1.52, 2.4])
def test_a_quarter_wave_reflects_least(glass):
    """Of a layer less dense than glass; there it is ((n^2 - glass) / (n^2 + glass))^2."""
    index = np.array([1.38])
    by = lambda index, thickness: np.sum(fractions({"index": index, "thickness": thickness}, np.array([5.5]), glass)[0])
    by_index, by_thickness = gradient(by, index, 5.5 / 4 / index)
    ratio = (index**2 - glass) / (index**2 + glass)
    np.testing.assert_allclose(by(index, 5.5 / 4 / index), ratio[0] ** 2, rtol=1e-12)
    np.testing.assert_allclose(by_thickness, 0, atol=1e-14)
    np.testing.assert_allclose(by_index, 2 * ratio * 4 * index * glass / (index**2 + glass) ** 2, rtol=1e-12)
