"""What of scipy.stats has no derivative here, and why."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, names

_TEST: Final = (
    "it is a test. Write its statistic with NumPy, and the p-value as the sf of a distribution in tracker.scipy.stats."
)
_RANKS: Final = "it works on ranks or counts, which don't move with the data: its derivative is zero or there is none."
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
        "alexandergovern anderson anderson_ksamp ansari barnard_exact bartlett binomtest boschloo_exact brunnermunzel "
        "bws_test chi2_contingency chisquare combine_pvalues cramervonmises cramervonmises_2samp dunnett "
        "epps_singleton_2samp f_oneway false_discovery_control fisher_exact fligner friedmanchisquare goodness_of_fit "
        "jarque_bera kruskal ks_1samp ks_2samp kstest kurtosistest levene logrank mannwhitneyu median_test "
        "monte_carlo_test mood multiscale_graphcorr normaltest page_trend_test permutation_test poisson_means_test "
        "power power_divergence quantile_test ranksums shapiro skewtest ttest_ind_from_stats "
        "tukey_hsd wilcoxon",
        _TEST,
    ),
    **_all(
        "binned_statistic binned_statistic_2d binned_statistic_dd chatterjeexi cumfreq ecdf kendalltau mode "
        "percentileofscore rankdata relfreq somersd spearmanr spearmanrho tiecorrect "
        "weightedtau",
        _RANKS,
    ),
    **_all("sigmaclip tmax tmean tmin trim1 trimboth tsem tstd tvar", _SELECTS),
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
    "describe": "take numpy.mean and numpy.var, and skew and kurtosis of tracker.scipy.stats.",
    "differential_entropy": "it takes spacings of the sorted data: numpy.sort(x) and numpy.log have derivatives.",
    "directional_stats": "take numpy.mean of x / numpy.linalg.norm(x, axis=-1, keepdims=True).",
    "expectile": "it is found by a search: tracker.scipy.optimize.root_scalar differentiates one.",
    "kstat": "write it with tracker.scipy.stats.moment.",
    "kstatvar": "write it with tracker.scipy.stats.moment.",
    "lmoment": "write it with numpy.sort(x) and constant weights.",
    "mvsdist": "take numpy.mean and numpy.var, and the distributions t and invgamma.",
    "obrientransform": "write it with numpy.mean and numpy.var.",
    "pointbiserialr": "it is tracker.scipy.stats.pearsonr of the two.",
    **_all("siegelslopes theilslopes", "it takes medians of slopes: numpy.median has a derivative."),
    "quantile": "take numpy.quantile(x, q), which has a derivative.",
    "scoreatpercentile": "take numpy.percentile(x, q), which has a derivative.",
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
