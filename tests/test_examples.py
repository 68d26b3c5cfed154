"""The examples run, most in their short forms, and find what is there to be found."""

import importlib.util
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Loads an example by name; its plots go to a folder of their own."""
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)

    def load(name):
        spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load
    assert [p for p in tmp_path.glob("out/*.png") if p.stat().st_size > 10_000], "no plot"
    matplotlib.pyplot.close("all")


def test_every_example_is_run_here():
    here = Path(__file__).read_text()
    missing = [p.stem for p in EXAMPLES.glob("*.py") if f'example("{p.stem}")' not in here]
    assert not missing


def test_digits(example):
    assert example("digits").main(short=True) > 0.9


def test_fit_odes(example):
    # Carpenter, Predator-prey population dynamics: the Lotka-Volterra model in Stan (2018): posterior means
    birth, caught, death, fed = example("fit_odes").main()[2:]
    np.testing.assert_allclose([birth, caught, death, fed], [0.55, 0.028, 0.80, 0.024], rtol=0.1)


def test_logistic_regression(example):
    module = example("logistic_regression")
    params, errors, right = module.main()
    x, malignant, *_ = module.load(np.random.default_rng(0))

    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, malignant)
    np.testing.assert_allclose(params["weights"], peer.coef_[0], rtol=1e-4)
    np.testing.assert_allclose(params["offset"], peer.intercept_[0], rtol=1e-4)

    p, design = peer.predict_proba(x)[:, 1], np.column_stack([x, np.ones(len(x))])
    information = design.T @ (design * (p * (1 - p))[:, None])  # Fisher's, of the logistic model
    np.testing.assert_allclose(errors, np.sqrt(np.diag(np.linalg.inv(information))), rtol=1e-3)
    assert right > 0.9


def test_cnn_digits(example):
    assert example("cnn_digits").main(short=True) > 0.85


def test_cnn_digits_in_full_reads_what_its_page_says(example):
    assert example("cnn_digits").main() >= 0.985  # 15 s


def test_gaussian_process(example):
    module = example("gaussian_process")
    p, root_mean_square, covered = module.main(short=True)
    assert root_mean_square < 0.5  # ppm; the season alone moves by 6, the rise in two years by 3
    assert covered > 0.8
    assert p["season"]["size"] > 1


def test_autoencoder(example):
    history = example("autoencoder").main(short=True)
    assert max(history["loss"][-1], history["held_out"][-1]) < 64 * np.log(17)  # what equally likely greys would take


def test_eight_schools(example):
    module = example("eight_schools")
    mu, tau, theta = module.main(short=True)
    exact = module.exact_means()
    np.testing.assert_allclose(exact, module.PUBLISHED, atol=0.1)
    for x, expected in zip([mu, tau, *np.moveaxis(theta, 2, 0)], exact, strict=True):
        error = np.std(x.mean(axis=0), ddof=1) / np.sqrt(module.CHAINS)
        assert abs(x.mean() - expected) < 4 * error
        assert error < 0.3
        assert module.split_r_hat(x) < 1.1


def test_character_lstm(example):
    history, without = example("character_lstm").main(short=True)
    assert history["held_out"][-1] < without - 0.5  # bits a character
