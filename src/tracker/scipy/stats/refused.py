"""What of scipy.stats has no derivative here, and why."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, names

_TEST: Final = (
    "it is a test. Write its statistic with NumPy, and the p-value as the sf of a distribution in tracker.scipy.stats."
)
_RANKS: Final = "it ranks, counts or draws, which doesn't move with the data: its derivative is zero or there is none."
_SELECTS: Final = "it selects entries by their values: take numpy.sort(x)[i:j], or numpy.mean(x, where=...)."
_SEARCH: Final = "it is a search: differentiate what is searched for (boxcox_llf, nnlf, logpdf)."
_RANDOM: Final = "it draws at random: draw with a generator of your own, and differentiate what you do with the draws."
_WHOLE: Final = "it is a distribution on whole numbers with whole numbers for its parameters."
_NUMERIC: Final = "SciPy computes it by series and quadratures that have no derivative rule here."
_PLOT: Final = "it makes the points of a plot: pass tracker.data(x)."
_NEW: Final = (
    "it belongs to SciPy's new interface: take the distribution of the old one, norm, uniform, logistic, binom."
)


def _all(names: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


REASONS: Final[dict[str, str]] = {
    **_all(
        "alexandergovern anderson combine_pvalues cramervonmises dunnett epps_singleton_2samp false_discovery_control "
        "ks_1samp kstest levene shapiro tukey_hsd",
        _TEST,
    ),
    **_all(
        "anderson_ksamp ansari barnard_exact binomtest boschloo_exact brunnermunzel bws_test chi2_contingency "
        "cramervonmises_2samp fisher_exact fligner friedmanchisquare goodness_of_fit kruskal ks_2samp logrank "
        "mannwhitneyu median_test monte_carlo_test mood multiscale_graphcorr page_trend_test permutation_test "
        "poisson_means_test power quantile_test ranksums wilcoxon",
        _RANKS,
    ),
    **_all(
        "binned_statistic binned_statistic_2d binned_statistic_dd chatterjeexi cumfreq ecdf kendalltau mode "
        "percentileofscore rankdata relfreq somersd spearmanr spearmanrho tiecorrect "
        "weightedtau",
        _RANKS,
    ),
    "estimated_cdf": "take numpy.interp(y, numpy.sort(x), numpy.linspace(0, 1, n)), which is its method 'linear'.",
    **_all("sigmaclip trim1 trimboth", _SELECTS),
    **_all("boxcox_normmax fit ppcc_max yeojohnson_normmax", _SEARCH),
    **_all(
        "bootstrap ortho_group random_correlation random_table sobol_indices special_ortho_group uniform_direction "
        "unitary_group",
        _RANDOM,
    ),
    **_all(
        "hypergeom multivariate_hypergeom nchypergeom_fisher nchypergeom_wallenius nhypergeom randint",
        _WHOLE,
    ),
    **_all(
        "gausshyper irwinhall ksone kstwo kstwobign landau levy_stable matrix_t nct poisson_binom "
        "studentized_range rv_histogram",
        _NUMERIC,
    ),
    **_all("boxcox_normplot ppcc_plot probplot yeojohnson_normplot", _PLOT),
    **_all("abs exp log make_distribution order_statistic truncate", _NEW),
    "bayes_mvs": "take numpy.mean and numpy.var, and quantiles of t and invgamma.",
    "differential_entropy": "it takes spacings of the sorted data: numpy.sort(x) and numpy.log have derivatives.",
    "expectile": "it is found by a search: tracker.scipy.optimize.root_scalar differentiates one.",
    "lmoment": "write it with numpy.sort(x) and constant weights.",
    "mvsdist": "take numpy.mean and numpy.var, and the distributions t and invgamma.",
    **_all("siegelslopes theilslopes", "it takes medians of slopes: numpy.median has a derivative."),
    "wasserstein_distance_nd": "it is a linear program, whose solution jumps: take wasserstein_distance.",
}
TABLE: Final = Section(
    REASONS,
    own=names(
        "Binomial BootstrapMethod CensoredData Covariance Logistic Mixture MonteCarloMethod Normal PermutationMethod "
        "Uniform rv_continuous rv_discrete"
    ),
    undefined=frozenset({_RANKS, _RANDOM, _WHOLE, _PLOT, _NEW}),
)
