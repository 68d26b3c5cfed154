"""Predicts the carbon dioxide of the air ten years ahead by a Gaussian process.

The series is Mauna Loa's, monthly; the process sees it up to the end of 1991. Its covariance is the sum that Rasmussen
& Williams, Gaussian Processes for Machine Learning (2006), section 5.4.3, give: a smooth rise, a season whose shape
drifts, irregularities of medium length, and noise. Its eleven hyperparameters maximise the marginal likelihood
(equation 2.30), differentiated through the Cholesky factor; nothing is tuned by the years that are predicted.

The 95 % interval holds the noise and what the process does not know of the years ahead, but takes the hyperparameters
as certain and the covariance as true. So forecasts from earlier years are made, too, to see what such intervals cover
of ten years: 43 % and 17 % from 1972 and 1977 on, when 14 and 19 years do not tell how far the rise goes on, 100 % and
93 % from 1982 and 1987, 72 % from 1992. The months of one forecast err together: that from 1992 misses most of its
first four years, as in 1992 and 1993 the air gained half of what it had in years before.

    python examples/gaussian_process.py          writes out/gaussian_process.png; --short fits ten years
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from tracker.scipy.linalg import cho_solve, solve_triangular
from tracker.scipy.optimize import minimize

FIRST_UNSEEN = 1992
EARLIER = (1972, 1977, 1982, 1987)  # more forecasts, to see what their intervals cover

# Rough guesses, in ppm and years. What is fitted are the logarithms, so that all stay positive.
START = {
    "rise": {"size": 50.0, "length": 50.0},
    "season": {"size": 2.0, "drift": 100.0, "smoothness": 1.0},
    "medium": {"size": 0.5, "length": 1.0, "shape": 1.0},
    "weather": {"size": 0.2, "length": 0.1},
    "noise": 0.2,
}


def each(f, tree):
    """`f` of every number in nested dicts."""
    return {key: each(f, x) if isinstance(x, dict) else f(x) for key, x in tree.items()}


def covariance(p, s, t):
    """Between the concentrations at times s (n,) and t (m,), in years, without the noise: (n, m)."""
    apart = s[:, None] - t
    squared = apart**2
    rise, season, medium, weather = p["rise"], p["season"], p["medium"], p["weather"]
    wave = 2 * (np.sin(np.pi * apart) / season["smoothness"]) ** 2
    return (
        rise["size"] ** 2 * np.exp(-squared / (2 * rise["length"] ** 2))
        + season["size"] ** 2 * np.exp(-squared / (2 * season["drift"] ** 2) - wave)
        + medium["size"] ** 2 * (1 + squared / (2 * medium["shape"] * medium["length"] ** 2)) ** -medium["shape"]
        + weather["size"] ** 2 * np.exp(-squared / (2 * weather["length"] ** 2))
    )


def factor(p, t):
    """The lower Cholesky factor of the covariance of what is measured at t (n,): (n, n)."""
    return np.linalg.cholesky(covariance(p, t, t) + p["noise"] ** 2 * np.eye(len(t)))


def misfit(log_p, t, y):
    """The negative logarithm of the marginal likelihood."""
    lower = factor(each(np.exp, log_p), t)
    return 0.5 * y @ cho_solve((lower, True), y) + np.sum(np.log(np.diag(lower))) + 0.5 * len(y) * np.log(2 * np.pi)


def fit(t, y, most_steps=300):
    """The hyperparameters of greatest marginal likelihood."""
    start = each(np.log, START)
    with tqdm(desc="fitting", unit="step") as bar:
        found = minimize(
            misfit, start, (t, y), method="L-BFGS-B", callback=lambda _: bar.update(), options={"maxiter": most_steps}
        )
    print(f"log marginal likelihood {-misfit(start, t, y):.1f} -> {-found.fun:.1f} in {found.nfev} gradients")
    return each(np.exp, found.x)


def predict(p, t, y, ahead):
    """Mean and standard deviation of measurements at the times `ahead` (m,): equations 2.25 and 2.26 of the book."""
    lower, between = factor(p, t), covariance(p, t, ahead)
    mean = between.T @ cho_solve((lower, True), y)
    variance = np.diag(covariance(p, ahead, ahead)) - np.sum(solve_triangular(lower, between, lower=True) ** 2, axis=0)
    return mean, np.sqrt(variance + p["noise"] ** 2)


def plot(path, years, ppm, seen, mean, deviation):
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained", width_ratios=(1, 1.4))
    for axes in (left, right):
        axes.plot(years[seen], ppm[seen], ".", color="0.4", markersize=3, label="seen")
        axes.plot(years[~seen], ppm[~seen], ".", color="C3", markersize=4, label="not seen")
        axes.plot(years[~seen], mean, color="C0", linewidth=1, label="predicted")
        axes.fill_between(
            years[~seen],
            mean - 1.96 * deviation,
            mean + 1.96 * deviation,
            color="C0",
            alpha=0.25,
            label="95 % interval, given the fit",
        )
        axes.set(xlabel="year", ylabel="carbon dioxide (ppm)")
    right.set(xlim=(FIRST_UNSEEN - 2, years[-1]), ylim=(ppm[~seen].min() - 4, None))
    left.legend()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def forecast(years, ppm, first_unseen, most_steps):
    """The hyperparameters fitted before that year, and for what follows: mean, deviation, and the error of the mean."""
    seen = years < first_unseen
    level = ppm[seen].mean()
    p = fit(years[seen], ppm[seen] - level, most_steps)
    mean, deviation = predict(p, years[seen], ppm[seen] - level, years[~seen])
    return p, mean + level, deviation, mean + level - ppm[~seen]


def report(first_unseen, error, deviation):
    """Print, and return, how far off the forecast is, and the share of months within their 95 % interval."""
    root_mean_square, covered = np.sqrt(np.mean(error**2)), np.mean(np.abs(error) < 1.96 * deviation)
    print(f"{first_unseen}: {len(error)} months off by {root_mean_square:.2f} ppm, {covered:.0%} in the 95 % interval")
    return root_mean_square, covered


def main(short=False):
    table = np.loadtxt(Path(__file__).with_name("mauna_loa_co2.csv"), delimiter=",", skiprows=2)
    years, ppm = table[:, 0] + (table[:, 1] - 0.5) / 12, table[:, 2]
    most_steps = 15 if short else 300
    if short:
        recent = (years > FIRST_UNSEEN - 10) & (years < FIRST_UNSEEN + 2)
        years, ppm = years[recent], ppm[recent]

    p, mean, deviation, error = forecast(years, ppm, FIRST_UNSEEN, most_steps)
    for name, value in p.items():
        values = value if isinstance(value, dict) else {"size": value}
        print(f"  {name:8}", ", ".join(f"{key} {x:.3g}" for key, x in values.items()))
    root_mean_square, covered = report(FIRST_UNSEEN, error, deviation)

    path = Path("out/gaussian_process.png")
    plot(path, years, ppm, years < FIRST_UNSEEN, mean, deviation)
    print(f"series and prediction: {path}")

    for first_unseen in () if short else EARLIER:
        ten_years = years < first_unseen + 10
        _, _, wide, off = forecast(years[ten_years], ppm[ten_years], first_unseen, most_steps)
        report(first_unseen, off, wide)
    return p, root_mean_square, covered


if __name__ == "__main__":
    main(short="--short" in sys.argv)
