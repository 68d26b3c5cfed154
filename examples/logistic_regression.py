"""Tells malignant from benign tumours by five measurements, with standard errors, in plain NumPy.

The data are the 569 fine-needle aspirates of the Wisconsin study that scikit-learn ships; a fifth of them is held
out. `tracker.scipy.optimize.minimize` finds the weights of greatest likelihood, and the Hessian there, which tracker
takes exactly, says how well they are known.

    python examples/logistic_regression.py          writes out/logistic_regression.png
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from tqdm import tqdm

import tracker
from tracker.scipy.optimize import minimize

# Few, and none that says the same as another (radius, perimeter and area do): else no weight is well determined.
FEATURES = ["mean radius", "mean texture", "mean smoothness", "mean concave points", "mean symmetry"]


def load(rng):
    """Standardised measurements (n, 5) and whether each tumour is malignant (n,); for fitting, then held out."""
    data = load_breast_cancer()
    columns = [list(data.feature_names).index(name) for name in FEATURES]
    order = rng.permutation(len(data.target))
    x, malignant = data.data[order][:, columns], 1.0 - data.target[order]
    held_out = len(order) // 5
    x = (x - x[held_out:].mean(axis=0)) / x[held_out:].std(axis=0)
    return x[held_out:], malignant[held_out:], x[:held_out], malignant[:held_out]


def log_odds(params, x):
    """Of being malignant: (n, 5) -> (n,)."""
    return x @ params["weights"] + params["offset"]


def misfit(params, x, malignant):
    """The negative log-likelihood."""
    z = log_odds(params, x)
    return np.sum(np.logaddexp(0, z) - malignant * z)


def fit(x, malignant):
    """The parameters of greatest likelihood, from zeros."""
    start = {"weights": np.zeros(x.shape[1]), "offset": 0.0}
    with tqdm(desc="fitting", unit="step") as bar:
        result = minimize(misfit, start, (x, malignant), method="BFGS", callback=lambda _: bar.update())
    print(f"log-likelihood {-misfit(start, x, malignant):.1f} -> {-result.fun:.2f} in {result.nfev} gradients")
    return result.x


def standard_errors(params, x, malignant):
    """Of the weights, then the offset: the inverse of the Hessian of the misfit is their covariance."""
    vector = np.append(params["weights"], params["offset"])
    curvature = tracker.hessian(lambda v: misfit({"weights": v[:-1], "offset": v[-1]}, x, malignant), vector)
    return np.sqrt(np.diag(np.linalg.inv(curvature)))


def report(params, errors):
    print(f"  {'':20} log odds per standard deviation    z")
    for name, value, error in zip([*FEATURES, "offset"], [*params["weights"], params["offset"]], errors, strict=True):
        print(f"  {name:20} {value:13.2f} ± {error:.2f} {value / error:18.1f}")


def plot(path, params, errors, z, malignant):
    """The weights with their 95 % intervals, and the held-out tumours by their predicted log odds."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    left.errorbar(params["weights"], FEATURES, xerr=1.96 * errors[:-1], fmt="o", capsize=4)
    left.axvline(0, color="0.7", linewidth=1)
    left.invert_yaxis()
    left.set(xlabel="log odds of malignancy per standard deviation, 95 % interval")
    bins = np.linspace(-12, 12, 25)
    for kind, name, colour in ((0, "benign", "C0"), (1, "malignant", "C3")):
        right.hist(np.clip(z[malignant == kind], -12, 12), bins, color=colour, alpha=0.6, label=name)
    right.axvline(0, color="0.4", linewidth=1)
    right.set(xlabel="predicted log odds of malignancy", ylabel="held-out tumours")
    right.legend()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main():
    x, malignant, test_x, test_malignant = load(np.random.default_rng(0))
    params = fit(x, malignant)
    errors = standard_errors(params, x, malignant)
    report(params, errors)

    z = log_odds(params, test_x)
    right = np.mean((z > 0) == test_malignant)
    print(f"{right:.1%} of {len(z)} held-out tumours told right (always benign: {1 - np.mean(test_malignant):.1%})")

    path = Path("out/logistic_regression.png")
    plot(path, params, errors, z, test_malignant)
    print(f"weights and predictions: {path}")
    return params, errors, right


if __name__ == "__main__":
    main()
