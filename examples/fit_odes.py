"""Fits a predator-prey model to the Hudson Bay record of lynx and hare pelts, 1900-1920.

The Lotka-Volterra equations are integrated by a Runge-Kutta loop in plain Python and NumPy; tracker
differentiates through all of it, once for the fit and twice for the standard errors.

    python examples/fit_odes.py        writes out/fit_odes.png
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

import tracker

NAMES = ["hares in 1900", "lynx in 1900", "hare births", "hares caught", "lynx deaths", "lynx births"]
START = np.log([30.0, 4.0, 0.5, 0.02, 0.8, 0.02])  # a rough guess; logarithms keep all six positive
STEPS = 12  # Runge-Kutta steps a year


def growth(hares, lynx, birth, caught, death, fed):
    """Change per year of the populations, in thousands of pelts."""
    return hares * (birth - caught * lynx), lynx * (fed * hares - death)


def simulate(theta, years, steps=STEPS):
    """Populations at the start of each year: an array of shape (years, 2)."""
    hares, lynx, *rates = np.exp(theta)
    h = 1 / steps
    record = [(hares, lynx)]
    for _ in range(years - 1):
        for _ in range(steps):  # the classical fourth-order Runge-Kutta method
            a1, b1 = growth(hares, lynx, *rates)
            a2, b2 = growth(hares + h / 2 * a1, lynx + h / 2 * b1, *rates)
            a3, b3 = growth(hares + h / 2 * a2, lynx + h / 2 * b2, *rates)
            a4, b4 = growth(hares + h * a3, lynx + h * b3, *rates)
            hares = hares + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
            lynx = lynx + h / 6 * (b1 + 2 * b2 + 2 * b3 + b4)
        record.append((hares, lynx))
    return np.stack([np.stack(populations) for populations in record])


def misfit(theta, pelts):
    """Half the sum of squared residuals of the logarithms: errors of counts are relative."""
    return np.sum((np.log(simulate(theta, len(pelts))) - np.log(pelts)) ** 2) / 2


def standard_errors(theta, pelts):
    """Of the logarithms in theta, from the curvature of the misfit at its minimum."""
    variance = 2 * misfit(theta, pelts) / (pelts.size - theta.size)
    curvature = tracker.hessian(lambda t: misfit(t, pelts), theta)
    return np.sqrt(np.diag(variance * np.linalg.inv(curvature)))


def plot(path, years, pelts, theta):
    figure, (time, phase) = plt.subplots(1, 2, figsize=(11, 4.5), width_ratios=(1.6, 1), layout="constrained")
    # the model between the years: the same integration, a sample per month
    months = np.linspace(years[0], years[-1], 12 * (len(years) - 1) + 1)
    scaled = theta + np.log([1, 1, *[1 / 12] * 4])  # rates per month
    model = simulate(scaled, len(months), steps=4)
    for i, (name, colour) in enumerate([("hares", "C0"), ("lynx", "C3")]):
        time.plot(years, pelts[:, i], "o", color=colour, label=f"{name}, recorded")
        time.plot(months, model[:, i], color=colour, label=f"{name}, fitted")
    time.set(xlabel="year", ylabel="pelts (thousands)", xticks=years[::5])
    time.legend()
    phase.plot(*pelts.T, "o-", color="0.6", linewidth=0.7, label="recorded")
    phase.plot(*model.T, color="C2", label="fitted")
    phase.set(xlabel="hares (thousands)", ylabel="lynx (thousands)")
    phase.legend()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main():
    table = np.loadtxt(Path(__file__).with_name("hudson_lynx_hare.csv"), delimiter=",", skiprows=2)
    years, pelts = table[:, 0].astype(int), table[:, 1:]

    fit = minimize(tracker.value_and_grad(misfit), START, args=(pelts,), jac=True, method="BFGS")
    print(f"misfit {misfit(START, pelts):.2f} -> {fit.fun:.3f} in {fit.nit} steps, {fit.nfev} gradients")
    for name, log_value, error in zip(NAMES, fit.x, standard_errors(fit.x, pelts), strict=True):
        print(f"  {name:14} {np.exp(log_value):8.4f}  ± {100 * error:.0f} %")

    path = Path("out/fit_odes.png")
    plot(path, years, pelts, fit.x)
    print(f"record and fitted model: {path}")
    return np.exp(fit.x)


if __name__ == "__main__":
    main()
