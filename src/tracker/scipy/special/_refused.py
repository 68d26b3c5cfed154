"""What of scipy.special has no derivative here, and why. Ufuncs have their rules or refusals themselves."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, names

_WHOLE: Final = "it takes whole numbers and gives constants."
_POINTS: Final = (
    "it gives points and weights for a number of them, which are constants; by the parameters of the weight there is "
    "no rule."
)
_OBJECT: Final = (
    "it makes a polynomial whose degree and parameters are constants. Its values at tracked x are differentiated, and "
    "those of eval_{} as well."
)
_POLYNOMIALS: Final = (
    "chebyc chebys chebyt chebyu gegenbauer genlaguerre hermite hermitenorm jacobi laguerre legendre sh_chebyt "
    "sh_chebyu sh_jacobi sh_legendre"
)


def _all(names: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


REASONS: Final[dict[str, str]] = {
    **_all(
        "ai_zeros bei_zeros beip_zeros ber_zeros bernoulli berp_zeros bi_zeros erf_zeros euler fresnel_zeros "
        "fresnelc_zeros fresnels_zeros jn_zeros jnjnp_zeros jnp_zeros jnyn_zeros kei_zeros keip_zeros kelvin_zeros "
        "ker_zeros kerp_zeros stirling2 y0_zeros y1_zeros y1p_zeros yn_zeros ynp_zeros",
        _WHOLE,
    ),
    **_all(
        "c_roots h_roots he_roots l_roots p_roots ps_roots s_roots t_roots ts_roots u_roots us_roots roots_chebyc "
        "roots_chebys roots_chebyt roots_chebyu roots_hermite roots_hermitenorm roots_laguerre roots_legendre "
        "roots_sh_chebyt roots_sh_chebyu roots_sh_legendre",
        _WHOLE,
    ),
    **_all(
        "cg_roots j_roots js_roots la_roots roots_gegenbauer roots_genlaguerre roots_jacobi roots_sh_jacobi", _POINTS
    ),
    **{name: _OBJECT.format(name) for name in _POLYNOMIALS.split()},
    **_all("legendre_p_all", "take legendre_p or eval_legendre of one degree."),
    **_all("sph_harm_y_all sph_legendre_p_all", "take sph_harm_y or sph_legendre_p of one degree and order."),
    **_all("assoc_legendre_p assoc_legendre_p_all", "take lpmv, which has a rule by x."),
    **_all("lqmn lqn", "Legendre functions of the second kind have no function of one order in SciPy."),
    **_all("riccati_jn riccati_yn", "take x * spherical_jn(n, x) or x * spherical_yn(n, x)."),
    "lmbda": "take jv, which has a rule by x.",
    **_all("pbdn_seq pbdv_seq", "take pbdv, which has a rule by x."),
    "pbvv_seq": "take pbvv, which has a rule by x.",
    **_all(
        "mathieu_even_coef mathieu_odd_coef", "its Fourier coefficients have no formula by q in functions of SciPy."
    ),
    **_all("obl_cv_seq pro_cv_seq", "by the size there is no formula in functions of SciPy."),
    **_all("ellip_harm_2 ellip_normal", "Lame's equation has no formula for it in functions of SciPy."),
    "ellip_harm": "Lame's equation has no formula for it in functions of SciPy.",
    **_all("factorial2 factorialk", "it takes whole numbers: write it with gamma, which has a rule."),
}
TABLE: Final = Section(
    REASONS,
    own=names("errstate geterr seterr"),
    differentiated=names("assoc_laguerre h1vp h2vp ivp jvp kvp lambertw sinc softplus yvp zeta"),
    undefined=frozenset({_WHOLE, *(_OBJECT.format(name) for name in _POLYNOMIALS.split())}),
)
