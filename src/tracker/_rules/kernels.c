/* Pullbacks of float arrays for which NumPy needs several passes over memory, in one or two.

   Each takes plain C-contiguous arrays of float64 or float32 (a gradient may also be one number, broadcast) and
   gives None for anything else: one_pass.py says what each computes, the rules have it in NumPy's terms. Small
   arrays are left to those, and nothing here asks for floating-point flags. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <math.h>
#include <numpy/arrayobject.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FEW 512   /* entries: below, the rules in NumPy's terms are as quick */
#define BLOCK 256 /* entries that a loop takes at a time */

/* Compiled for wider vectors, too, and chosen at run time where the linker can. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Comparisons may be made ahead, in vectors. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-trapping-math")
#endif

/* ---------------------------------------------------------------- operands */

/* NPY_DOUBLE or NPY_FLOAT if x is a plain, native, aligned array of that type, else -1. */
static int type_of(PyObject *x)
{
    if (!PyArray_CheckExact(x)) return -1;
    PyArrayObject *a = (PyArrayObject *)x;
    int type = PyArray_TYPE(a);
    return (type == NPY_DOUBLE || type == NPY_FLOAT) && PyArray_ISBEHAVED_RO(a) ? type : -1;
}

static int is_large(PyArrayObject *x)
{
    return PyArray_SIZE(x) >= FEW && PyArray_IS_C_CONTIGUOUS(x);
}

/* One operand of a loop over blocks: an array that goes with another entry by entry, or a number. */
typedef struct {
    const char *data; /* of the array; NULL for a number */
    union {
        double doubles[BLOCK];
        float floats[BLOCK];
    } number; /* BLOCK times */
} Operand;

static void spread(Operand *into, int type, double x)
{
    into->data = NULL;
    for (int i = 0; i < BLOCK; i++) {
        if (type == NPY_DOUBLE)
            into->number.doubles[i] = x;
        else
            into->number.floats[i] = (float)x;
    }
}

/* x, of this type, as an operand that goes with `like`; 0 if it is neither contiguous nor one number, broadcast. */
static int read_array(PyObject *x, int type, PyArrayObject *like, Operand *into)
{
    PyArrayObject *a = (PyArrayObject *)x;
    if (type_of(x) != type || !PyArray_SAMESHAPE(a, like)) return 0;
    if (PyArray_IS_C_CONTIGUOUS(a)) {
        into->data = PyArray_BYTES(a);
        return 1;
    }
    for (int k = 0; k < PyArray_NDIM(a); k++)
        if (PyArray_STRIDE(a, k) != 0 && PyArray_DIM(a, k) != 1) return 0;
    spread(into, type, type == NPY_DOUBLE ? *(double *)PyArray_DATA(a) : *(float *)PyArray_DATA(a));
    return 1;
}

/* The same, where a Python number may stand for an array, and `none` for None. */
static int read_bound(PyObject *x, int type, PyArrayObject *like, double none, Operand *into)
{
    if (x != Py_None && !PyFloat_Check(x)) return read_array(x, type, like, into);
    spread(into, type, x == Py_None ? none : PyFloat_AS_DOUBLE(x));
    return 1;
}

static const void *at(const Operand *x, npy_intp start, size_t size)
{
    return x->data ? x->data + start * size : (const char *)&x->number;
}

static int wrong_count(Py_ssize_t count, Py_ssize_t wanted, const char *name)
{
    if (count == wanted) return 0;
    PyErr_Format(PyExc_TypeError, "%s takes %zd arguments, not %zd", name, wanted, count);
    return 1;
}

/* ---------------------------------------------------------------- entry by entry */

/* In integers, so that infinity and NaN become 0, too. */
#define MASKED(NAME, BITS)                                                                         \
    WIDE static void NAME(npy_intp n, const void *from, const npy_bool *mask, int holds, void *to) \
    {                                                                                              \
        const BITS *dy = from;                                                                     \
        BITS *restrict out = to;                                                                   \
        for (npy_intp i = 0; i < n; i++) out[i] = dy[i] & -(BITS)((mask[i] != 0) == holds);        \
    }
MASKED(masked_double, int64_t)
MASKED(masked_float, int32_t)

static PyObject *masked(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 3, "masked")) return NULL;
    PyArrayObject *mask = (PyArrayObject *)args[1];
    Operand dy;
    int type = type_of(args[0]);
    if (type < 0 || !PyArray_CheckExact(mask) || PyArray_TYPE(mask) != NPY_BOOL || !is_large(mask) ||
        !read_array(args[0], type, mask, &dy))
        Py_RETURN_NONE;
    int holds = PyObject_IsTrue(args[2]);
    PyObject *result = PyArray_SimpleNew(PyArray_NDIM(mask), PyArray_DIMS(mask), type);
    if (!result) return NULL;
    npy_intp n = PyArray_SIZE(mask), size = PyArray_ITEMSIZE((PyArrayObject *)result);
    for (npy_intp start = 0; start < n; start += BLOCK) {
        npy_intp m = n - start < BLOCK ? n - start : BLOCK;
        const npy_bool *flags = (const npy_bool *)PyArray_DATA(mask) + start;
        char *to = PyArray_BYTES((PyArrayObject *)result) + start * size;
        (type == NPY_DOUBLE ? masked_double : masked_float)(m, at(&dy, start, size), flags, holds, to);
    }
    return result;
}

#define SIGNED(NAME, T)                                                              \
    WIDE static void NAME(npy_intp n, const T *dy, const T *x, T *restrict out)      \
    {                                                                                \
        for (npy_intp i = 0; i < n; i++) {                                           \
            T sign = (x[i] > 0 ? (T)1 : (T)0) - (x[i] < 0 ? (T)1 : (T)0);            \
            out[i] = dy[i] * (x[i] == x[i] ? sign : x[i]);                           \
        }                                                                            \
    }
SIGNED(signed_double, double)
SIGNED(signed_float, float)

static PyObject *with_sign(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 2, "with_sign")) return NULL;
    PyArrayObject *x = (PyArrayObject *)args[1];
    Operand dy;
    int type = type_of(args[1]);
    if (type < 0 || !is_large(x) || !read_array(args[0], type, x, &dy)) Py_RETURN_NONE;
    PyArrayObject *result = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(x), PyArray_DIMS(x), type);
    if (!result) return NULL;
    npy_intp n = PyArray_SIZE(x);
    for (npy_intp start = 0; start < n; start += BLOCK) {
        npy_intp m = n - start < BLOCK ? n - start : BLOCK;
        if (type == NPY_DOUBLE)
            signed_double(m, at(&dy, start, 8), (double *)PyArray_DATA(x) + start, (double *)PyArray_DATA(result) + start);
        else
            signed_float(m, at(&dy, start, 4), (float *)PyArray_DATA(x) + start, (float *)PyArray_DATA(result) + start);
    }
    return (PyObject *)result;
}

/* Lost where x is beyond a bound or a bound is NaN (and x is not); at a bound its share stays. */
#define INSIDE(NAME, T)                                                                                     \
    WIDE static void NAME(npy_intp n, const T *dy, const T *x, const T *low, T at_low, const T *high,       \
                          T at_high, T *restrict out)                                                       \
    {                                                                                                       \
        for (npy_intp i = 0; i < n; i++) {                                                                  \
            T share = (x[i] == low[i] ? at_low : (T)1) * (x[i] == high[i] ? at_high : (T)1);                \
            int lost = (x[i] < low[i]) | (x[i] > high[i]);                                                  \
            lost |= ((low[i] != low[i]) | (high[i] != high[i])) & (x[i] == x[i]);                           \
            out[i] = lost ? (T)0 : dy[i] * share;                                                           \
        }                                                                                                   \
    }
INSIDE(inside_double, double)
INSIDE(inside_float, float)

static PyObject *inside(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 4, "inside")) return NULL;
    PyArrayObject *x = (PyArrayObject *)args[1];
    Operand dy, low, high;
    int type = type_of(args[1]);
    if (type < 0 || !is_large(x) || !read_array(args[0], type, x, &dy) ||
        !read_bound(args[2], type, x, -(double)INFINITY, &low) || !read_bound(args[3], type, x, (double)INFINITY, &high))
        Py_RETURN_NONE;
    double at_low = args[2] == Py_None ? 1 : 0.5, at_high = args[3] == Py_None ? 1 : 0.5;
    PyArrayObject *result = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(x), PyArray_DIMS(x), type);
    if (!result) return NULL;
    npy_intp n = PyArray_SIZE(x);
    for (npy_intp start = 0; start < n; start += BLOCK) {
        npy_intp m = n - start < BLOCK ? n - start : BLOCK;
        if (type == NPY_DOUBLE)
            inside_double(m, at(&dy, start, 8), (double *)PyArray_DATA(x) + start, at(&low, start, 8), at_low,
                          at(&high, start, 8), at_high, (double *)PyArray_DATA(result) + start);
        else
            inside_float(m, at(&dy, start, 4), (float *)PyArray_DATA(x) + start, at(&low, start, 4), (float)at_low,
                         at(&high, start, 4), (float)at_high, (float *)PyArray_DATA(result) + start);
    }
    return (PyObject *)result;
}

/* ---------------------------------------------------------------- products of the others */

/* x is n rows of m entries: out[k] = dy * (product of the rows before k) * (of those after k), by columns, as many at a
   time as stay in the cache meanwhile. */
#define COLUMNS 32
#define OTHERS(NAME, T)                                                                             \
    WIDE static void NAME(npy_intp n, npy_intp m, const T *dy, const T *x, T *restrict out)         \
    {                                                                                               \
        for (npy_intp first = 0; first < m; first += COLUMNS) {                                     \
            int width = m - first < COLUMNS ? (int)(m - first) : COLUMNS;                           \
            T before[COLUMNS], after[COLUMNS];                                                      \
            for (int j = 0; j < COLUMNS; j++) before[j] = after[j] = 1;                             \
            for (npy_intp k = 0; k < n; k++)                                                        \
                for (int j = 0; j < width; j++) {                                                   \
                    out[k * m + first + j] = before[j];                                             \
                    before[j] *= x[k * m + first + j];                                              \
                }                                                                                   \
            for (npy_intp k = n - 1; k >= 0; k--)                                                   \
                for (int j = 0; j < width; j++) {                                                   \
                    npy_intp i = k * m + first + j;                                                 \
                    out[i] = dy[first + j] * (out[i] * after[j]);                                   \
                    after[j] *= x[i];                                                               \
                }                                                                                   \
        }                                                                                           \
    }
OTHERS(others_double, double)
OTHERS(others_float, float)

/* The same for `lines` lines of n entries each, up to TOGETHER at a time: one alone would wait for each product. */
#define TOGETHER 8
#define OTHERS_IN_LINES(NAME, T)                                                               \
    WIDE static void NAME(npy_intp lines, npy_intp n, const T *dy, const T *x, T *restrict out) \
    {                                                                                          \
        for (npy_intp first = 0; first < lines; first += TOGETHER) {                           \
            int m = lines - first < TOGETHER ? (int)(lines - first) : TOGETHER;                \
            T before[TOGETHER], after[TOGETHER];                                               \
            for (int j = 0; j < m; j++) before[j] = after[j] = 1;                              \
            for (npy_intp k = 0; k < n; k++)                                                   \
                for (int j = 0; j < m; j++) {                                                  \
                    out[(first + j) * n + k] = before[j];                                      \
                    before[j] *= x[(first + j) * n + k];                                       \
                }                                                                              \
            for (npy_intp k = n - 1; k >= 0; k--)                                              \
                for (int j = 0; j < m; j++) {                                                  \
                    T *to = out + (first + j) * n + k;                                         \
                    *to = dy[first + j] * (*to * after[j]);                                    \
                    after[j] *= x[(first + j) * n + k];                                        \
                }                                                                              \
        }                                                                                      \
    }
OTHERS_IN_LINES(others_in_lines_double, double)
OTHERS_IN_LINES(others_in_lines_float, float)

static PyObject *others_in_lines(PyArrayObject *dy, PyArrayObject *x, npy_intp n, int type)
{
    PyArrayObject *result = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(x), PyArray_DIMS(x), type);
    if (!result) return NULL;
    npy_intp lines = PyArray_SIZE(x) / n;
    if (type == NPY_DOUBLE)
        others_in_lines_double(lines, n, PyArray_DATA(dy), PyArray_DATA(x), PyArray_DATA(result));
    else
        others_in_lines_float(lines, n, PyArray_DATA(dy), PyArray_DATA(x), PyArray_DATA(result));
    return (PyObject *)result;
}

static PyObject *others(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 4, "others")) return NULL;
    PyArrayObject *dy = (PyArrayObject *)args[0], *x = (PyArrayObject *)args[1];
    npy_intp n = PyLong_AsSsize_t(args[2]), m = PyLong_AsSsize_t(args[3]);
    if (PyErr_Occurred()) return NULL;
    int type = type_of(args[1]);
    if (type < 0 || type_of(args[0]) != type || !is_large(x) || !PyArray_IS_C_CONTIGUOUS(dy) || n * m == 0 ||
        PyArray_SIZE(x) % (n * m) || PyArray_SIZE(dy) != PyArray_SIZE(x) / n)
        Py_RETURN_NONE;
    if (m == 1) return others_in_lines(dy, x, n, type);
    PyArrayObject *result = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(x), PyArray_DIMS(x), type);
    if (!result) return NULL;
    for (npy_intp k = 0; k < PyArray_SIZE(x) / (n * m); k++) {
        if (type == NPY_DOUBLE)
            others_double(n, m, (double *)PyArray_DATA(dy) + k * m, (double *)PyArray_DATA(x) + k * n * m,
                          (double *)PyArray_DATA(result) + k * n * m);
        else
            others_float(n, m, (float *)PyArray_DATA(dy) + k * m, (float *)PyArray_DATA(x) + k * n * m,
                         (float *)PyArray_DATA(result) + k * n * m);
    }
    return (PyObject *)result;
}

/* ---------------------------------------------------------------- adding and matching entries */

#define ADD_ROWS(NAME, T)                                                                             \
    WIDE static void NAME(npy_intp n, const npy_intp *index, npy_intp length, npy_intp m, const T *v, T *x) \
    {                                                                                                 \
        for (npy_intp k = 0; k < n; k++) {                                                            \
            T *row = x + (index[k] < 0 ? index[k] + length : index[k]) * m;                           \
            for (npy_intp j = 0; j < m; j++) row[j] += v[k * m + j];                                  \
        }                                                                                             \
    }
ADD_ROWS(add_rows_double, double)
ADD_ROWS(add_rows_float, float)

/* Whether every index is one of an axis of this length. */
static int within(const npy_intp *index, npy_intp n, npy_intp length)
{
    int beyond = 0;
    for (npy_intp k = 0; k < n; k++) beyond |= (index[k] >= length) | (index[k] < -length);
    return !beyond;
}

/* add_rows(x, index, v, length, m): x is rows (..., length) of m entries each, v likewise (..., len(index)). */
static PyObject *add_rows(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 5, "add_rows")) return NULL;
    PyArrayObject *x = (PyArrayObject *)args[0], *index = (PyArrayObject *)args[1], *v = (PyArrayObject *)args[2];
    npy_intp length = PyLong_AsSsize_t(args[3]), m = PyLong_AsSsize_t(args[4]);
    if (PyErr_Occurred()) return NULL;
    int type = type_of(args[0]);
    if (type < 0 || type_of(args[2]) != type || !PyArray_IS_C_CONTIGUOUS(x) || !PyArray_ISWRITEABLE(x) ||
        !is_large(v) || !PyArray_CheckExact(index) || PyArray_TYPE(index) != NPY_INTP ||
        !PyArray_IS_C_CONTIGUOUS(index) || !PyArray_ISBEHAVED_RO(index))
        Py_RETURN_FALSE;
    npy_intp n = PyArray_SIZE(index);
    if (length * m == 0 || n == 0 || PyArray_SIZE(x) % (length * m)) Py_RETURN_FALSE;
    npy_intp groups = PyArray_SIZE(x) / (length * m);
    if (PyArray_SIZE(v) != groups * n * m || !within(PyArray_DATA(index), n, length)) Py_RETURN_FALSE;
    for (npy_intp k = 0; k < groups; k++) {
        if (type == NPY_DOUBLE)
            add_rows_double(n, PyArray_DATA(index), length, m, (double *)PyArray_DATA(v) + k * n * m,
                            (double *)PyArray_DATA(x) + k * length * m);
        else
            add_rows_float(n, PyArray_DATA(index), length, m, (float *)PyArray_DATA(v) + k * n * m,
                           (float *)PyArray_DATA(x) + k * length * m);
    }
    Py_RETURN_TRUE;
}

#define ADD_OUTER(NAME, T)                                                                  \
    WIDE static void NAME(npy_intp n, npy_intp m, const T *u, const T *v, T *restrict x)    \
    {                                                                                       \
        for (npy_intp i = 0; i < n; i++)                                                    \
            for (npy_intp j = 0; j < m; j++) x[i * m + j] += u[i] * v[j];                   \
    }
ADD_OUTER(add_outer_double, double)
ADD_OUTER(add_outer_float, float)

/* add_outer(x, u, v): into x itself, where it is a matrix that goes with the vectors u and v. */
static PyObject *add_outer(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 3, "add_outer")) return NULL;
    PyArrayObject *x = (PyArrayObject *)args[0], *u = (PyArrayObject *)args[1], *v = (PyArrayObject *)args[2];
    int type = type_of(args[0]);
    if (type < 0 || type_of(args[1]) != type || type_of(args[2]) != type || !is_large(x) || !PyArray_ISWRITEABLE(x) ||
        PyArray_NDIM(x) != 2 || PyArray_NDIM(u) != 1 || PyArray_NDIM(v) != 1 || !PyArray_IS_C_CONTIGUOUS(u) ||
        !PyArray_IS_C_CONTIGUOUS(v) || PyArray_DIM(x, 0) != PyArray_SIZE(u) || PyArray_DIM(x, 1) != PyArray_SIZE(v))
        Py_RETURN_FALSE;
    if (type == NPY_DOUBLE)
        add_outer_double(PyArray_SIZE(u), PyArray_SIZE(v), PyArray_DATA(u), PyArray_DATA(v), PyArray_DATA(x));
    else
        add_outer_float(PyArray_SIZE(u), PyArray_SIZE(v), PyArray_DATA(u), PyArray_DATA(v), PyArray_DATA(x));
    Py_RETURN_TRUE;
}

static int is_double(PyObject *x, npy_intp size)
{
    PyArrayObject *a = (PyArrayObject *)x;
    return type_of(x) == NPY_DOUBLE && PyArray_IS_C_CONTIGUOUS(a) && PyArray_SIZE(a) == size;
}

static int is_index(PyObject *x, npy_intp size)
{
    PyArrayObject *a = (PyArrayObject *)x;
    return PyArray_CheckExact(x) && PyArray_TYPE(a) == NPY_INTP && PyArray_IS_C_CONTIGUOUS(a) &&
           PyArray_ISBEHAVED_RO(a) && PyArray_SIZE(a) == size;
}

/* add_weighted(x, row, share, entries, weights): the share of each of n places goes to k entries of x, weighted. */
static PyObject *add_weighted(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 5, "add_weighted")) return NULL;
    PyArrayObject *x = (PyArrayObject *)args[0], *entries = (PyArrayObject *)args[3];
    if (type_of(args[0]) != NPY_DOUBLE || !PyArray_IS_C_CONTIGUOUS(x) || !PyArray_ISWRITEABLE(x) ||
        !PyArray_CheckExact(args[3]) || PyArray_NDIM(entries) != 2)
        Py_RETURN_FALSE;
    npy_intp k = PyArray_DIM(entries, 0), n = PyArray_DIM(entries, 1), size = PyArray_SIZE(x);
    if (!is_index(args[3], k * n) || !is_double(args[4], k * n) || !is_index(args[1], n) || !is_double(args[2], n))
        Py_RETURN_FALSE;
    double *to = PyArray_DATA(x);
    const npy_intp *row = PyArray_DATA((PyArrayObject *)args[1]), *entry = PyArray_DATA(entries);
    const double *share = PyArray_DATA((PyArrayObject *)args[2]), *weight = PyArray_DATA((PyArrayObject *)args[4]);
    for (npy_intp i = 0; i < n; i++)
        for (npy_intp j = 0; j < k; j++) {
            npy_intp place = row[i] + entry[j * n + i];
            if (place < 0 || place >= size) {
                PyErr_Format(PyExc_IndexError, "add_weighted: entry %zd of an array of %zd", place, size);
                return NULL;
            }
            to[place] += share[i] * weight[j * n + i];
        }
    Py_RETURN_TRUE;
}

static uint64_t bits_at(const char *x, int type, npy_intp i)
{
    return type == NPY_DOUBLE ? ((const uint64_t *)x)[i] : ((const uint32_t *)x)[i];
}

/* A line of n entries and a permutation of it, y: for each entry of y its place in x, equal ones in their order. 0 if
   y is none. `heads` has 1 << bits places, `next` n. */
static int match_line(const char *x, const char *y, int type, npy_intp n, int bits, npy_intp *heads, npy_intp *next,
                      npy_intp *places)
{
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15); /* multiplicative hashing: Knuth, TAOCP 3, 6.4 */
    memset(heads, -1, sizeof(npy_intp) << bits);
    for (npy_intp i = n - 1; i >= 0; i--) {
        npy_intp *head = heads + (bits_at(x, type, i) * odd >> (64 - bits));
        next[i] = *head;
        *head = i;
    }
    for (npy_intp i = 0; i < n; i++) {
        uint64_t wanted = bits_at(y, type, i);
        npy_intp *link = heads + (wanted * odd >> (64 - bits));
        while (*link >= 0 && bits_at(x, type, *link) != wanted) link = next + *link;
        if (*link < 0) return 0;
        places[i] = *link;
        *link = next[*link];
    }
    return 1;
}

/* matched(x, y): along the last axis. */
static PyObject *matched(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (wrong_count(count, 2, "matched")) return NULL;
    PyArrayObject *x = (PyArrayObject *)args[0], *y = (PyArrayObject *)args[1];
    int type = type_of(args[0]);
    if (type < 0 || type_of(args[1]) != type || !PyArray_SAMESHAPE(x, y) || !is_large(x) || !PyArray_IS_C_CONTIGUOUS(y))
        Py_RETURN_NONE;
    npy_intp n = PyArray_DIM(x, PyArray_NDIM(x) - 1);
    int bits = 1;
    while ((npy_intp)1 << bits < n) bits++;
    npy_intp *heads = malloc(sizeof(npy_intp) << bits), *next = malloc(sizeof(npy_intp) * n);
    PyArrayObject *places = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(x), PyArray_DIMS(x), NPY_INTP);
    int found = heads && next && places;
    for (npy_intp start = 0; found && start < PyArray_SIZE(x); start += n)
        found = match_line(PyArray_BYTES(x) + start * PyArray_ITEMSIZE(x), PyArray_BYTES(y) + start * PyArray_ITEMSIZE(x),
                           type, n, bits, heads, next, (npy_intp *)PyArray_DATA(places) + start);
    free(heads);
    free(next);
    if (found) return (PyObject *)places;
    Py_XDECREF(places);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"masked", (PyCFunction)(void (*)(void))masked, METH_FASTCALL, NULL},
    {"with_sign", (PyCFunction)(void (*)(void))with_sign, METH_FASTCALL, NULL},
    {"inside", (PyCFunction)(void (*)(void))inside, METH_FASTCALL, NULL},
    {"others", (PyCFunction)(void (*)(void))others, METH_FASTCALL, NULL},
    {"add_rows", (PyCFunction)(void (*)(void))add_rows, METH_FASTCALL, NULL},
    {"add_outer", (PyCFunction)(void (*)(void))add_outer, METH_FASTCALL, NULL},
    {"add_weighted", (PyCFunction)(void (*)(void))add_weighted, METH_FASTCALL, NULL},
    {"matched", (PyCFunction)(void (*)(void))matched, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tracker._rules.kernels", NULL, -1, functions};

PyMODINIT_FUNC PyInit_kernels(void)
{
    import_array();
    return PyModule_Create(&module);
}
