"""Samples the posterior of the eight schools by Hamiltonian Monte Carlo.

Eight schools tried a course for the SAT, and each measured its effect, with a standard error: Rubin, Estimation in
parallel randomized experiments, J. Educ. Stat. 6 (1981), table 1. How far do the true effects differ? The model is
Betancourt's, Diagnosing biased inference with divergences (Stan case studies, 2017), non-centred:
mu ~ N(0, 5), tau ~ half-Cauchy(0, 5), eta_j ~ N(0, 1), theta_j = mu + tau eta_j, y_j ~ N(theta_j, sigma_j).
The sampler finds its step size by dual averaging: Hoffman & Gelman, The No-U-Turn Sampler, JMLR 15 (2014),
section 3.2. All chains run as one array, so that one gradient serves them all.

    python examples/eight_schools.py          writes out/eight_schools.png; --short draws a tenth
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import quad_vec
from tqdm import trange

import tracker

EFFECT = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])  # points
ERROR = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
# Means of mu, tau and theta from 10,000 draws by Stan, known to 0.05: github.com/stan-dev/posteriordb,
# eight_schools-eight_schools_noncentered; Magnusson et al. (2024)
PUBLISHED = np.array([4.41, 3.60, 6.15, 4.94, 3.91, 4.80, 3.61, 4.05, 6.32, 4.88])
CHAINS, WARM_UP, DRAWS = 16, 500, 2000
PATH = 8.0  # the longest that is simulated


def effects(q):
    """mu, tau (chains,) and theta (chains, 8) of the unconstrained q (chains, 10)."""
    mu, tau, eta = q[:, 0], np.exp(q[:, 1]), q[:, 2:]
    return mu, tau, mu[:, None] + tau[:, None] * eta


def log_density(q):
    """Of the posterior, up to a constant, for each chain: (chains, 10) -> (chains,)."""
    mu, tau, theta = effects(q)
    # q[:, 1] is the logarithm of the derivative of tau by q[:, 1]
    prior = q[:, 1] - mu**2 / 50 - np.log1p(tau**2 / 25) - np.sum(q[:, 2:] ** 2, axis=1) / 2
    return prior - np.sum(((EFFECT - theta) / ERROR) ** 2, axis=1) / 2


def slope(q):
    """The log-density and its gradient for each chain, which depends on that chain alone."""
    density, back = tracker.pullback(log_density, q)
    return density, back(np.ones(len(q)))[0]


def leapfrog(q, p, gradient, step, count):
    """`count` steps of the motion of q with momentum p; the log-density and its gradient at the end, too."""
    for _ in range(count):
        p = p + step / 2 * gradient
        q = q + step * p
        density, gradient = slope(q)
        p = p + step / 2 * gradient
    return q, p, density, gradient


class StepSize:
    """Dual averaging: `value` moves until the mean probability of acceptance is `target` (equation 6 there)."""

    def __init__(self, first=0.1, target=0.8, gamma=0.05, t0=10, kappa=0.75):
        self.value, self.target, self.gamma, self.t0, self.kappa = first, target, gamma, t0, kappa
        self.centre, self.shortfall, self.log_mean, self.t = np.log(10 * first), 0.0, 0.0, 0

    def learn(self, acceptance):
        self.t += 1
        weight = 1 / (self.t + self.t0)
        self.shortfall += weight * (self.target - acceptance - self.shortfall)
        log_step = self.centre - np.sqrt(self.t) / self.gamma * self.shortfall
        self.log_mean += self.t**-self.kappa * (log_step - self.log_mean)
        self.value = np.exp(log_step)

    def settle(self):
        self.value = np.exp(self.log_mean)


def sample(rng, warm_up, draws):
    """`draws` of q from each chain, the warm-up left out, and the mean acceptance: (draws, chains, 10), number."""
    q = rng.standard_normal((CHAINS, 10))
    density, gradient = slope(q)
    step, kept, accepted = StepSize(), [], []
    with trange(warm_up + draws, desc="sampling", unit="draw") as bar:
        for i in bar:
            count = max(1, round(rng.uniform(0, PATH) / step.value))
            p = rng.standard_normal(q.shape)
            q_new, p_new, density_new, gradient_new = leapfrog(q, p, gradient, step.value, count)
            gained = density_new - density + np.sum(p**2 - p_new**2, axis=1) / 2
            probability = np.exp(np.minimum(np.nan_to_num(gained, nan=-np.inf), 0))
            moved = rng.random(CHAINS) < probability
            q, gradient = (np.where(moved[:, None], new, old) for new, old in ((q_new, q), (gradient_new, gradient)))
            density = np.where(moved, density_new, density)
            if i < warm_up:
                step.learn(np.mean(probability))
                if i == warm_up - 1:
                    step.settle()
            else:
                kept.append(q)
                accepted.append(np.mean(probability))
            bar.set_postfix(step=f"{step.value:.3f}", steps=count, refresh=False)
    return np.stack(kept), np.mean(accepted)


def split_r_hat(x):
    """How much wider the half-chains of x (draws, chains) are together than alone: Gelman et al. (2013), eq. 11.4."""
    halves = np.concatenate(np.array_split(x[: len(x) // 2 * 2], 2), axis=1)
    within, between = np.mean(np.var(halves, axis=0, ddof=1)), np.var(np.mean(halves, axis=0), ddof=1)
    return np.sqrt((len(halves) - 1) / len(halves) + between / within)


def exact_means():
    """mu, tau and theta by quadrature over tau: given tau, all else is normal. (Gelman et al. (2013), section 5.4)."""

    def given(tau):
        variance = ERROR**2 + tau**2
        precision = np.sum(1 / variance) + 1 / 25
        mu = np.sum(EFFECT / variance) / precision
        log_weight = -0.5 * (np.sum(np.log(variance) + EFFECT**2 / variance) + np.log(precision) - precision * mu**2)
        weight = np.exp(log_weight - np.log1p(tau**2 / 25) + 25)  # 25: so that it is not tiny
        theta = (EFFECT * tau**2 + mu * ERROR**2) / variance
        return weight * np.array([1, mu, tau, *theta])

    total, *moments = quad_vec(given, 0, np.inf)[0]
    return np.array(moments) / total


def plot(path, mu, tau, theta, exact):
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
    schools = np.arange(8)
    low, high = np.quantile(theta, [0.05, 0.95], axis=(0, 1))
    left.errorbar(schools - 0.1, EFFECT, yerr=1.645 * ERROR, fmt="o", color="0.6", label="measured")
    middle = theta.mean(axis=(0, 1))
    left.errorbar(schools + 0.1, middle, yerr=[middle - low, high - middle], fmt="o", color="C0", label="posterior")
    left.plot(schools + 0.1, exact[2:], "x", color="C3", zorder=3, label="exact mean")
    left.set(xticks=schools, xticklabels="ABCDEFGH", xlabel="school", ylabel="effect (points), 90 % intervals")
    left.legend(loc="upper center")
    right.plot(np.log(tau).ravel()[::4], theta[..., 0].ravel()[::4], ".", markersize=2, alpha=0.4)
    right.set(xlabel="log tau", ylabel="effect in school A (points)", xlim=(-4, 4))
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main(short=False):
    warm_up, draws = (WARM_UP // 2, DRAWS // 10) if short else (WARM_UP, DRAWS)
    q, accepted = sample(np.random.default_rng(0), warm_up, draws)
    print(f"{CHAINS} chains of {draws} draws, {accepted:.0%} accepted")
    mu, tau, theta = (x.reshape(draws, CHAINS, *x.shape[1:]) for x in effects(q.reshape(-1, 10)))

    exact = exact_means()
    print("            mean         exact  published   R-hat")
    quantities = [mu, tau, *np.moveaxis(theta, 2, 0)]
    for name, x, truth, stan in zip(["mu", "tau", *"ABCDEFGH"], quantities, exact, PUBLISHED, strict=True):
        error = np.std(x.mean(axis=0), ddof=1) / np.sqrt(CHAINS)
        print(f"  {name:3} {x.mean():8.2f} ± {error:.2f} {truth:8.2f} {stan:8.2f} {split_r_hat(x):9.3f}")

    path = Path("out/eight_schools.png")
    plot(path, mu, tau, theta, exact)
    print(f"effects: {path}")
    return mu, tau, theta


if __name__ == "__main__":
    main(short="--short" in sys.argv)
