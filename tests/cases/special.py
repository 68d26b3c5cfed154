"""Cases for the ufuncs of scipy.special."""

import numpy as np
import scipy.special as sp
from scipy.special import _ufuncs

from tests.cases.case import Case, case, normal, positive, scalar, uniform, value, wrapped


def output(f, k, *args) -> Case:
    """The k-th result of a ufunc that has several."""
    return wrapped(f, lambda *xs: f(*xs)[k], *args).but(note=f"[{k}]")


unit = uniform(0.1, 0.9, 3)
away = uniform(1.2, 3.0, 3)
degrees = uniform(10.0, 80.0, 3)

CASES: list[Case] = [
    # elementary
    *[case(f, normal(3)) for f in (sp.exp2, sp.exp10, sp.cosm1, sp.expit, sp.log_expit)],
    case(sp.exprel, value([0.0, 1e-4, -2.0, 3.0])),
    case(sp.cbrt, positive(3)),
    *[case(f, positive(3)).but(complex=True) for f in (sp.expm1, sp.log1p)],
    case(sp.logit, unit),
    case(sp.powm1, positive(3), normal(2, 3)),
    case(sp.xlogy, positive(3), positive(2, 3)).but(complex=True),
    case(sp.xlog1py, positive(3), positive(2, 3)).but(complex=True),
    *[case(f, degrees) for f in (sp.sindg, sp.cosdg, sp.tandg, sp.cotdg)],
    case(sp.radian, normal(3), normal(3), normal(3)),
    *[case(f, positive(3), value([0.0, 0.5, -1.0])) for f in (sp.boxcox, sp.boxcox1p)],
    *[case(f, uniform(0.1, 0.8, 3), value([0.0, 0.5, -0.6])) for f in (sp.inv_boxcox, sp.inv_boxcox1p)],
    case(sp.entr, positive(3)),
    *[case(f, positive(3), positive(2, 3)) for f in (sp.rel_entr, sp.kl_div)],
    case(sp.huber, value([1.0, 1.0, 0.5]), value([0.3, 2.0, -1.0])),
    case(sp.pseudo_huber, positive(3), normal(3)),
    # gamma and beta
    *[case(f, away).but(complex=True, order=2) for f in (sp.gamma, sp.loggamma, sp.rgamma)],
    *[case(f, away) for f in (sp.gammaln, sp.digamma)],
    case(sp.digamma, value([0.7, -1.3, 2.4])).but(complex=True),
    case(sp.digamma, scalar(2.5)),
    case(sp.gamma, uniform(-0.8, -0.2, 3)),
    wrapped(_ufuncs._zeta, lambda q: sp.zeta(2.5, q), away),
    case(_ufuncs._zeta, away, positive(2, 3)),
    wrapped(_ufuncs._riemann_zeta, sp.zeta, away),
    wrapped(_ufuncs._riemann_zeta, sp.zeta, uniform(-7.5, 0.9, 5)),
    case(sp.zetac, uniform(-3.0, 0.9, 3)).but(float32=False),
    *[case(f, away, positive(2, 3)) for f in (sp.beta, sp.betaln, sp.poch)],
    case(sp.binom, uniform(4.2, 6.7, 3), away),
    *[case(f, away, positive(2, 3)) for f in (sp.gammainc, sp.gammaincc)],
    *[case(f, away, unit) for f in (sp.gammaincinv, sp.gammainccinv)],
    *[case(f, away, positive(3), unit) for f in (sp.betainc, sp.betaincc, sp.betaincinv, sp.betainccinv)],
    wrapped(_ufuncs._lambertw, lambda z: np.real(sp.lambertw(z)), positive(3)).but(float32=False),
    case(sp.wrightomega, normal(3)).but(complex=True),
    case(sp.spence, value([0.5, 0.9, 1.0, 1.1, 3.0])).but(complex=True),
    # errors and integrals
    *[case(f, normal(3)).but(complex=True) for f in (sp.erf, sp.erfc, sp.erfcx, sp.erfi, sp.dawsn, sp.log_ndtr)],
    case(sp.ndtr, normal(3)).but(complex=True),
    wrapped(sp.wofz, lambda x: sp.wofz(x * (1 + 0.5j)), normal(3)).but(complex=True),
    *[case(f, unit) for f in (sp.erfinv, sp.erfcinv, sp.ndtri)],
    case(sp.ndtri_exp, uniform(-3.0, -0.5, 3)),
    case(sp.owens_t, normal(3), normal(3)),
    case(sp.voigt_profile, normal(3), positive(3), positive(2, 3)),
    *[case(f, positive(3)).but(complex=True) for f in (sp.exp1, sp.expi)],
    *[case(sp.expn, n, positive(3)) for n in (0, 1, 3)],
    *[output(f, k, away).but(complex=True) for f in (sp.sici, sp.shichi, sp.fresnel) for k in (0, 1)],
    *[output(f, k, positive(3)) for f in (sp.modfresnelp, sp.modfresnelm) for k in (0, 1)],
    # Bessel and its kin
    *[case(f, 1.5, away).but(complex=True) for f in (sp.jv, sp.yv, sp.iv, sp.kv, sp.kve)],
    case(sp.jv, np.array([0.0, 1.0, 2.0]), away),
    *[case(f, 1.5, away) for f in (sp.jve, sp.yve, sp.ive)],
    *[case(f, 2, away) for f in (sp.yn, sp.kn)],
    *[case(f, 1.5, away).but(complex=True) for f in (sp.hankel1, sp.hankel2, sp.hankel1e, sp.hankel2e)],
    *[case(f, away) for f in (sp.j0, sp.j1, sp.y0, sp.y1, sp.i0, sp.i1, sp.i0e, sp.i1e, sp.k0, sp.k1, sp.k0e, sp.k1e)],
    *[output(sp.airy, k, normal(3)).but(complex=True) for k in range(4)],
    *[output(sp.airye, k, away) for k in range(4)],
    *[output(sp.airye, k, uniform(-3.0, -1.0, 3)) for k in (2, 3)],
    *[output(sp.itairy, k, uniform(0.5, 1.5, 3)) for k in range(4)],
    *[case(f, away) for f in (sp.ber, sp.bei, sp.ker, sp.kei, sp.berp, sp.beip, sp.kerp, sp.keip)],
    *[output(sp.kelvin, k, away) for k in range(4)],
    *[case(f, 0.5, away) for f in (sp.struve, sp.modstruve)],
    *[output(f, k, away) for f in (sp.itj0y0, sp.iti0k0, sp.it2j0y0, sp.it2i0k0) for k in (0, 1)],
    *[case(f, away) for f in (sp.itstruve0, sp.itmodstruve0, sp.it2struve0)],
    case(sp.besselpoly, positive(3), 1.0, 1.5),
    # elliptic
    *[case(f, uniform(-0.5, 0.9, 3)) for f in (sp.ellipk, sp.ellipe)],
    case(sp.ellipk, value([0.0, 1e-3, 0.9])),
    case(sp.ellipkm1, unit),
    *[case(f, uniform(-1.4, 1.4, 3), unit) for f in (sp.ellipkinc, sp.ellipeinc)],
    *[case(f, uniform(2.0, 4.0, 3), unit) for f in (sp.ellipkinc, sp.ellipeinc)],
    case(sp.agm, positive(3), away),
    case(sp.elliprf, positive(3), away, uniform(3.5, 5.0, 3)).but(complex=True),
    case(sp.elliprd, positive(3), uniform(2.1, 3.0, 3), uniform(3.5, 5.0, 3)).but(complex=True),
    case(sp.elliprc, positive(3), uniform(2.5, 4.0, 3)).but(complex=True),
    case(sp.elliprg, positive(3), away, uniform(3.5, 5.0, 3)).but(complex=True),
    case(sp.elliprj, positive(3), uniform(2.1, 3.0, 3), uniform(3.5, 4.0, 3), uniform(5.0, 6.0, 3)),
    *[output(sp.ellipj, k, positive(3), unit) for k in range(4)],
    # hypergeometric
    case(sp.hyp0f1, 1.5, normal(3)).but(complex=True),
    case(sp.hyp1f1, 0.5, 1.5, normal(3)).but(complex=True),
    case(sp.hyp2f1, 0.5, 1.2, 2.5, uniform(-0.8, 0.6, 3)).but(complex=True),
    case(sp.hyperu, 1.5, 2.5, positive(3)),
    *[case(f, 1.5, 2.0, positive(3)) for f in (sp.wright_bessel, sp.log_wright_bessel)],
    *[
        case(f, n, unit)
        for f in (sp.eval_chebyt, sp.eval_chebyu, sp.eval_chebyc, sp.eval_chebys, sp.eval_legendre, sp.eval_laguerre)
        for n in (0, 3)
    ],
    *[case(f, 3, unit) for f in (sp.eval_sh_chebyt, sp.eval_sh_chebyu, sp.eval_sh_legendre)],
    *[case(f, np.array([0, 1, 4]), normal(3)).but(float32=False) for f in (sp.eval_hermite, sp.eval_hermitenorm)],
    *[case(f, 3, 1.5, unit) for f in (sp.eval_genlaguerre, sp.eval_gegenbauer)],
    case(sp.eval_jacobi, 3, 0.5, 1.5, unit),
    case(sp.eval_sh_jacobi, 3, 2.5, 1.5, unit),
    case(sp.lpmv, 1, 2.0, unit),
    *[output(f, k, 0.7, normal(3)) for f in (sp.pbdv, sp.pbvv, sp.pbwa) for k in (0, 1)],
    *[case(f, 2, value([0.4, 3.0, 25.0])).but(order=1) for f in (sp.mathieu_a, sp.mathieu_b)],
    *[output(f, k, 2.0, 1.5, degrees) for f in (sp.mathieu_cem, sp.mathieu_sem) for k in (0, 1)],
    *[
        output(f, k, 2.0, 1.5, positive(3))
        for f in (sp.mathieu_modcem1, sp.mathieu_modcem2, sp.mathieu_modsem1, sp.mathieu_modsem2)
        for k in (0, 1)
    ],
    # probability
    *[case(f, positive(3), positive(3), away) for f in (sp.gdtr, sp.gdtrc)],
    *[case(f, away, positive(3)) for f in (sp.chdtr, sp.chdtrc)],
    case(sp.chdtri, away, unit),
    *[case(f, 2.0, away) for f in (sp.pdtr, sp.pdtrc)],
    case(sp.pdtri, 2, unit),
    # SciPy's float32 loops warn that n, cast to float32, is no integer
    *[case(f, 2.0, 5, unit).but(float32=False) for f in (sp.bdtr, sp.bdtrc, sp.bdtri)],
    *[case(f, 2, 5, unit) for f in (sp.nbdtr, sp.nbdtrc, sp.nbdtri)],
    *[case(f, away, positive(3), positive(3)) for f in (sp.fdtr, sp.fdtrc)],
    case(sp.fdtri, away, away, unit),
    case(sp.stdtr, away, normal(3)),
    case(sp.stdtrit, away, unit),
    case(sp.tklmbda, normal(3), value([0.3, 0.0, -0.5])),
    case(sp.nrdtrimn, uniform(0.1, 0.4, 3), positive(3), normal(3)),
    case(sp.nrdtrisd, normal(3), uniform(0.1, 0.4, 3), normal(3)),
    case(sp.chndtr, positive(3), away, positive(3)),
    case(sp.chndtr, 20.0, 3.0, value([0.1, 1.0, 30.0])),
    case(sp.ncfdtr, away, away, value([0.1, 0.7, 1.3]), positive(3)),
    case(sp.nctdtr, away, normal(3), value([1.2, -0.7, 0.4])),
    # parameters found from a probability
    *[case(f, unit, positive(3), uniform(0.3, 0.6, 3)) for f in (sp.btdtria,)],
    case(sp.btdtrib, positive(3), unit, uniform(0.3, 0.6, 3)),
    case(sp.chdtriv, unit, positive(3)),
    case(sp.gdtria, unit, positive(3), positive(3)),
    case(sp.gdtrib, positive(3), unit, positive(3)),
    case(sp.gdtrix, positive(3), positive(3), unit),
    case(sp.fdtridfd, away, uniform(0.58, 0.62, 3), uniform(2.0, 2.5, 3)),
    case(sp.stdtridf, uniform(0.86, 0.88, 3), uniform(1.9, 2.1, 3)),
    case(sp.pdtrik, unit, uniform(2.0, 4.0, 3)),
    case(sp.bdtrik, uniform(0.3, 0.8, 3), uniform(5.0, 8.0, 3), uniform(0.3, 0.6, 3)),
    case(sp.bdtrin, away, uniform(0.3, 0.7, 3), uniform(0.3, 0.6, 3)),
    case(sp.nbdtrik, uniform(0.3, 0.8, 3), away, uniform(0.3, 0.6, 3)),
    case(sp.nbdtrin, away, uniform(0.3, 0.7, 3), uniform(0.3, 0.6, 3)),
    case(sp.chndtrix, unit, away, positive(3)),
    case(sp.chndtridf, uniform(3.0, 5.0, 3), uniform(0.4, 0.6, 3), positive(3)),
    case(sp.chndtrinc, uniform(5.0, 7.0, 3), away, uniform(0.4, 0.6, 3)),
    case(sp.nctdtridf, uniform(0.77, 0.78, 3), uniform(0.5, 0.6, 3), uniform(1.9, 2.1, 3)),
    case(sp.ncfdtri, away, away, positive(3), unit),
    case(sp.nctdtrit, away, normal(3), uniform(0.2, 0.8, 3)),
    case(sp.nctdtrinc, away, uniform(0.2, 0.8, 3), normal(3)),
    # largest distances
    case(sp.kolmogorov, value([0.4, 0.75, 0.9, 1.7])),
    case(sp.kolmogi, unit),
    case(sp.smirnov, np.array([1, 4, 9]), value([0.3, 0.45, 0.2])),
    case(sp.smirnovi, np.array([1, 4, 9]), unit),
]
