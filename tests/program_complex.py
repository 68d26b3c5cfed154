"""The lines of random programs that make, change, read and write complex arrays."""

from __future__ import annotations

import numpy as np

from tests.program import Choose, Program
from tests.program_forms import forms
from tests.program_operands import broadcasts, operand, stretches, try_write

# {a}, {b} are real, {z} is complex, {w} either
MADE = forms("""
    {a} + 1j * {b} | np.exp(1j * {a}) | {a} * (1 - 2j) | np.fft.fft({a}) | np.fft.rfft({a}) | {a}.astype(complex) |
    np.zeros_like({a}, dtype=complex) | {a} + 0j | np.sqrt({a} + 2j) | np.emath.sqrt({a} - 9) | np.fft.ifft({a}) |
    np.multiply({a}, 1j) * {b} | np.where(np.indices({a}.shape).sum(0) % 2 == 0, {a}, 1j) | np.exp({a} * (0.1 + 1j)) |
    np.concatenate([{a}, {a} * 1j]) | np.stack([{a}, 1j * {a}]) | 1 / ({a} + 2j)
""")

CHANGED = forms("""
    np.conj({z}) | {z}.conj() | -{z} | {z} * {z} | {z} * 1j | np.exp(0.2 * {z}) | np.sin(0.3 * {z}) |
    np.cosh(0.2 * {z}) | 1 / ({z} + 9j) | np.sqrt({z} + 9) | np.log({z} + 9) | ({z} + 9) ** 0.5 | {z} ** 2 | {z} ** 3 |
    np.fft.fft({z}) | np.fft.ifft({z}, norm='ortho') | np.fft.fftshift({z}) | {z}.T | {z}.ravel() | np.conj({z}.T) |
    {z}.reshape(-1) | np.cumsum({z}, axis=0) | np.cumprod({z}, axis=0) | np.sum({z}, axis=0) | np.mean({z}, axis=-1) |
    np.prod({z}, axis=0) | {z}[::-1] | {z}[0] | {z}[..., :1] | np.concatenate([{z}, {z}.conj()]) |
    np.stack([{z}, {z} * 1j]) | np.outer({z}, {z}) | np.roll({z}, 1) | np.flip({z}) | np.pad({z}, 1) |
    np.diff({z}, axis=0) | np.repeat({z}, 2) | {z}.copy() | np.tile({z}, 2) |
    np.einsum('...i,...i->...', {z}, {z}.conj()) | np.fft.fft2({z}) | np.square({z}) | np.trace({z}) | np.diag({z}) |
    {z} @ {z}.conj().T | np.linalg.inv({z} @ {z}.conj().T + 2 * np.eye(len({z}))) | np.triu({z}) | np.power({z}, 2) |
    np.linalg.solve({z} @ {z}.conj().T + 2 * np.eye(len({z})), {z}) | np.linalg.det({z} @ {z} + 9 * np.eye(len({z}))) |
    np.linalg.cholesky({z} @ {z}.conj().T + 2 * np.eye(len({z}))) | np.tanh(0.1 * {z}) | np.expm1(0.2 * {z}) | {z} / 3 |
    np.reciprocal({z} + 9) | np.where(np.indices({z}.shape).sum(0) % 2 == 0, {z}, {z} * 1j) | {z}[[0, -1, 0]] |
    {z}[None] | np.take({z}, [0, 0], axis=0) | np.gradient({z}) | np.nan_to_num({z}) | np.average({z}, axis=0) |
    np.arctan(0.1 * {z})
""")

PAIRED = forms("""
    {z} + {w} | {z} * {w} | {z} - {w} | {w} - {z} | {z} / ({w} + 9j) | {w} / ({z} + 9) | {z} @ {w} | np.dot({w}, {z}) |
    np.vdot({z}, {w}) | np.inner({z}, {w}) | np.outer({w}, {z}) | np.kron({z}, {w}) | np.concatenate([{z}, {w}]) |
    np.where(np.indices(np.shape({z})).sum(0) % 2 == 0, {z}, {w}) | np.multiply({z}, {w}) | np.convolve({z}, {w}) |
    np.correlate({z}, {w}) | np.vecdot({z}, {w}) | ({z} + 9) ** (0.1 * {w}) | np.einsum('i,i->i', {z}, {w}) |
    np.einsum('ij,jk->ik', {z}, {w}) | np.tensordot({z}, {w}, 1) | np.stack([{z}, {w}]) | np.exp(0.1j * {w}) * {z} |
    np.linalg.vecdot({w}, {z}) | np.matmul({w}, {z}) | np.cross({z}, {w}) | np.append({z}, {w}) |
    np.subtract.outer({z}, {w})
""")

TO_REAL = forms("""
    np.real({z}) | {z}.real | {z}.imag | np.imag({z}) | np.abs({z} + 9) | np.angle({z} + 9) | ({z} * {z}.conj()).real |
    np.var({z}) | np.vdot({z}, {z}).real | np.linalg.norm({z} + 9) | np.fft.irfft({z}) | np.fft.hfft({z}) |
    np.sum(np.abs({z} + 9), axis=0) | np.linalg.eigvalsh({z} @ {z}.conj().T + np.diag(np.arange(len({z})))) |
    np.linalg.slogdet({z} @ {z}.conj().T + 2 * np.eye(len({z})))[1] | np.abs({z} + 9) ** 2 |
    np.std({z} + np.arange(len({z}))) | np.exp(-np.abs({z} + 9j)) | np.sum({z}).imag | np.mean({z} * 1j).real |
    np.abs(np.exp(0.2 * {z})) | np.var({z}, axis=0) |
    np.linalg.svd({z} + 9 * np.eye(*{z}.shape[-2:]), compute_uv=False) | np.log(np.abs({z} + 9)) |
    np.linalg.norm({z} + 9, axis=0)
""")

WRITTEN = forms("""
    {z} += {e} | {z} *= {e} | {z} -= {e} | {z}[...] = {e} | {z} /= {e} + 9j | {z}[0] = {c} | {z}[..., -1] += 1j |
    {z}.T[0] *= 1j | {z}.real = {r} | {z}.imag = {r} | {z}.real[...] += {r} | {z}.imag *= {r} | {z}.imag[0] = 0.4 |
    {z}.real[::-1][:1] *= 2 | np.conj({z}, out={z}) | np.multiply({z}, 1j, out={z}) | np.exp(0.1 * {z}, out={z}) |
    {z}[[0, 0]] += {c} | np.add.at({z}, [0, 0], {c}) | {z}.flat[0] = {c} | {z}[:] = {z}.conj() |
    {z}.reshape(-1)[0] *= 2j | np.copyto({z}, {e}) | {z}[{m}] *= {c} | {z}[{m}] = {c} |
    np.add({z}, {e}, out={z}, where={m}) | {z}[::-1].real[...] -= 0.1 | {z}[0], {z}[-1] = {z}[-1], {z}[0] |
    {z}.real[...] = {z}.imag | {z}.imag[{m}] = {r} | {z}[None].imag[..., 0] *= 0.5 | {z} -= {z}[::-1] * 1j
""")

VIEWED = forms(
    "{z}.real | {z}.imag | {z}.T | {z}[0] | {z}[::-1] | {z}.reshape(-1) | np.real({z}) | np.imag({z}) | {z}[..., :1]"
)


def made(p: Program, choose: Choose) -> None:
    """A complex array from real ones."""
    a = choose(p.arrays())
    p.name(choose(MADE).format(a=a, b=operand(p, choose, a)), complex)


def _chosen(p: Program, choose: Choose) -> str | None:
    if not p.complexes():
        made(p, choose)
    return choose(p.complexes()) if p.complexes() else None


def changed(p: Program, choose: Choose) -> None:
    z = _chosen(p, choose)
    if z is not None:
        p.name(choose(CHANGED).format(z=z), complex)


def paired(p: Program, choose: Choose) -> None:
    """A complex array from one and another variable, real or complex."""
    z = _chosen(p, choose)
    if z is not None:
        fitting = [n for n in reversed(p.names) if broadcasts(p.shape(z), p.shape(n))]
        p.name(choose(PAIRED).format(z=z, w=choose([*fitting, "0.7", "(1 + 2j)", "np.complex128(0.5j)"])), complex)


def to_real(p: Program, choose: Choose) -> None:
    z = _chosen(p, choose)
    if z is not None:
        p.name(choose(TO_REAL).format(z=z))


def written(p: Program, choose: Choose) -> None:
    """A write into a complex array, or through a named view of it."""
    z = _chosen(p, choose)
    if z is None or z not in p.tracked or not p.env[z].flags.writeable:
        return
    if choose([False, False, True]):
        view = choose(VIEWED).format(z=z)
        w = p.name(view) or p.name(view, complex)
        if w is not None and isinstance(p.env[w], np.ndarray):
            try_write(
                p, z, choose([f"{w} *= 0.5", f"{w}[...] = {w}[::-1]", f"{w} += {_number(p, choose)}", f"{z} *= 1j"])
            )
        return
    fitting = [n for n in reversed(p.names) if stretches(p.shape(n), p.shape(z))]
    real = [n for n in p.real() if stretches(p.shape(n), p.shape(z))]
    line = choose(WRITTEN).format(
        z=z, e=choose([*fitting, "0.5", "(1 - 1j)"]), r=choose([*real, "0.4"]), c=_number(p, choose),
        m=f"(np.indices({z}.shape).sum(0) % 2 == 0)",
    )  # fmt: skip
    try_write(p, z, line)


def _number(p: Program, choose: Choose) -> str:
    return str(choose([*p.scalars(), "0.3"]))
