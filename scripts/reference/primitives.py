#!/usr/bin/python3
"""Reference values of the primitives, in high precision, by a tool that shares nothing with the library.

    apt-get install -y python3-mpmath
    /usr/bin/python3 scripts/reference/primitives.py [id ...]

writes packages/cotangent/test/primitives/reference.json, an array of

    {"id": "atan2", "vary": [0, 1], "rows": ["args;value;first;second;conditions", ...]}

Each row holds numbers separated by spaces: the arguments; the value; the first partial derivatives by the arguments
`vary`; the second ones (xx, xy, yy); and for each of these outputs g its condition number, the sum of |x dg/dx| / |g| over
the same arguments, rounded up to three digits. Every number is the double nearest to the exact one; the arguments are
doubles to begin with. Derivatives are central differences with steps near 1e-40 of mpmath's functions, computed with
several hundred digits, so their truncation error (1e-80) is far below a double's rounding.

`vary` leaves out arguments that are constants (the exponent in x^3, the order of polygamma).
"""
import itertools
import json
import math
import os
import random
import sys

from mpmath import mp, mpf

TARGET = os.path.join(os.path.dirname(__file__), "../../packages/cotangent/test/primitives/reference.json")
STEP = mpf(10) ** -40

# Weights of central differences, by order: (offset, weight).
STENCILS = {
    0: [(0, 1)],
    1: [(1, 0.5), (-1, -0.5)],
    2: [(1, 1), (0, -2), (-1, 1)],
    3: [(2, 0.5), (1, -1), (-1, 1), (-2, -0.5)],
}


def derivative(f, x, orders, steps):
    """The mixed partial derivative of f at x; exactly 0 where nothing but rounding noise is left."""
    total, size = mpf(0), mpf(0)
    for picks in itertools.product(*(STENCILS[k] for k in orders)):
        weight = mpf(1)
        at = []
        for (offset, w), xi, h in zip(picks, x, steps):
            weight *= w
            at.append(xi + offset * h)
        term = weight * f(*at)
        total += term
        size = max(size, abs(term))
    if abs(total) <= size * mpf(10) ** (25 - mp.dps):
        return mpf(0)
    for k, h in zip(orders, steps):
        total /= h**k
    return total


def nearest(x):
    """The double nearest to x."""
    if abs(x) >= mpf(2) ** 1024 - mpf(2) ** 970:
        return math.inf if x > 0 else -math.inf
    if abs(x) < mpf(2) ** -1022:
        return float(int(mp.nint(x * mpf(2) ** 1074)) * 2.0**-1074)
    return float(x)


def text(x):
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    short = repr(x)
    return short[:-2] if short.endswith(".0") else short.replace(".0e", "e")


def row(f, args, vary, scale):
    x = [mpf(a) for a in args]
    steps = [STEP * (scale(abs(a)) if a else 1) for a in x]
    unit = lambda *which: tuple(sum(w == i for w in which) for i in range(len(x)))
    pairs = list(itertools.combinations_with_replacement(vary, 2))
    outputs = [()] + [(i,) for i in vary] + pairs
    cache = {}

    def d(which):
        key = unit(*which)
        if key not in cache:
            cache[key] = derivative(f, x, key, steps)
        return cache[key]

    values = [d(which) for which in outputs]
    conditions = []
    for which, g in zip(outputs, values):
        if g == 0:
            conditions.append("0")
            continue
        c = sum(abs(x[i] * d(which + (i,))) for i in vary) / abs(g)
        conditions.append("%.2e" % float(c * mpf("1.005")) if c < 1e300 else "1e300")
    n = 1 + len(vary)
    parts = [args, map(nearest, values[:1]), map(nearest, values[1:n]), map(nearest, values[n:])]
    compact = lambda c: text(float(c))
    return ";".join([" ".join(map(text, map(float, p))) for p in parts] + [" ".join(map(compact, conditions))])


# Where the functions change on the scale of their argument, and where at most on a scale of 1.
relative = lambda a: a
bounded = lambda a: min(a, mpf(1))

rng = random.Random(20240229)


def spread(low, high, count):
    """Doubles between 10^low and 10^high in size, evenly by exponent."""
    return [10 ** rng.uniform(low, high) for _ in range(count)]


def uniform(low, high, count):
    return [rng.uniform(low, high) for _ in range(count)]


both = lambda xs: [s * x for x in xs for s in (1, -1)]
eps = 2.0**-52

TINY = [1e-300, 3e-200, 1e-100, 1e-20, 3e-10, 1e-5]
HUGE = [1e5, 3e10, 1e20, 1e100, 3e200, 1e300]
ORDINARY = [0.1, 0.3, 0.5, 0.7, 1.0, 1.3, 2.0, 3.0, 5.5, 10.0, 25.0]

everywhere = lambda: both(TINY + ORDINARY + HUGE + spread(-3, 3, 8) + spread(-300, 300, 6))
positive = lambda: TINY + ORDINARY + HUGE + spread(-3, 3, 12) + spread(-300, 300, 8)
# For functions with an exponential: beyond these, nothing is left or everything overflows.
moderate = lambda top: both(TINY + ORDINARY + [top] + uniform(0, top, 14) + spread(-3, 0, 6))
# For functions with singularities at 1 and -1.
inner = lambda: both(
    TINY + [0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1 - 1e-5, 1 - 1e-10, 1 - 1e-14, 1 - eps, 1 - eps / 2] + uniform(0, 1, 10)
)

PAIRS_OF_SIZES = [
    (1.0, 1.0), (3.0, 4.0), (0.1, 0.3), (1e-5, 1.0), (1.0, 1e-5), (1.0, 1e-10), (1e-10, 1.0), (1e-20, 1.0), (1.0, 1e-20),
    (1e200, 1e200), (3e200, 1e200), (1e-200, 1e-200), (1e-200, 3e-200), (1e200, 1e-200), (1e-200, 1e200), (1e-300, 1e-200),
    (1e-200, 1e-300), (1e300, 1e300), (1e300, 3e299), (1e-300, 1e-300), (2e-300, 1e-300), (1e-160, 1e-140), (1e-300, 1e-140),
    (1e160, 1e140), (1e300, 1e-300), (1e150, 1e155), (1.0, 1e300), (1e-300, 1.0), (1.0, 1.0 + 1e-9), (1.0 + 1e-14, 1.0),
]  # fmt: skip


def plane(xs, ys):
    pairs = PAIRS_OF_SIZES + list(zip(spread(-2, 2, 20), spread(-2, 2, 20))) + list(zip(spread(-150, 150, 8), spread(-150, 150, 8)))
    return [(rng.choice(xs) * x, rng.choice(ys) * y) for x, y in pairs]


any_sign = (1, -1)


def off_diagonal():
    """Points where no derivative of min, atan2 and the like is exactly 0, which differences would not see."""
    return [(x, y) for x, y in plane(any_sign, any_sign) if abs(x) != abs(y)]



def pow_points():
    points = []
    for x in [1e-300, 1e-150, 1e-10, 0.1, 0.5, 0.9, 1 - 1e-10, 1.0, 1 + 1e-10, 1.1, 2.0, 3.0, 10.0, 1e10, 1e150, 1e300]:
        for y in [-2.0, -1.0, -0.5, -1e-10, 0.0, 1e-300, 1e-10, 0.3, 0.5, 1.0, 1 + 1e-10, 1.5, 2.0, 3.0, 17.0]:
            # With both at 1e-300, y*x^(y-2) overflows before y - 1 and y bring it back; no use is known.
            if abs(y * math.log(x)) < 680 and (x, y) != (1e-300, 1e-300):
                points.append((x, y))
    points += list(zip(spread(-3, 3, 30), uniform(-20, 20, 30)))
    points += [(1.0001, 1e6), (1 - 1e-7, -1e9), (1 + 1e-12, 3e14), (1e100, 3.05), (1e-100, 3.05), (1e-200, 1.25), (1e200, 1.5)]
    return points


def pow_constant_points():
    points = []
    for x in [1e-300, -1e-150, 1e-10, -0.1, 0.5, -0.9, 1 - 1e-10, -1.0, 1 + 1e-10, -2.0, 3.0, -10.0, 1e10, -1e100, 1e150]:
        for y in [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 7.0]:
            if y <= 1 or abs(math.log(abs(x)) * (y if y > 0 else y - 2)) < 690:
                points.append((x, y))
    for x in [1e-300, 1e-100, 0.01, 1 - 1e-10, 1.0, 1.7, 1e8, 1e200]:
        points += [(x, y) for y in [-0.75, -0.5, 0.1, 0.3, 0.5, 0.75, 1.25, 1.5, 2.5] if abs(y * math.log(x)) < 680]
    return points


def gamma_points():
    near = [s * d for d in (1e-15, 1e-12, 1e-8, 1e-4, 1e-2) for s in (1, -1)]
    return (
        TINY
        + [0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.4616321449683622, 1.4616321449683623, 1.46, 1.47, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0]
        + [1 + d for d in near] + [2 + d for d in near] + [1.4616321449683622 + d for d in near[4:]]
        + [3.5, 5.0, 7.7, 10.0, 12.5, 15.9, 16.0, 17.0, 30.0, 100.0, 1e3]
        + HUGE + uniform(0, 3, 30) + spread(0, 2, 20)
    )  # fmt: skip


def negative_gamma_points():
    near = [n + d for n in (-1, -2, -5, -20) for d in (1e-10, -1e-10, 1e-3, -1e-3)]
    return (
        [-x for x in TINY] + [-0.1, -0.25, -0.5, -0.75, -1.25, -1.5, -1.75, -2.25, -2.5, -3.3, -7.7, -15.5, -20.25, -100.3, -1e3 - 0.4, -1e6 - 0.3]
        + near + [-2.4570247382208006, -2.7476826467274127, -3.9552942848585979, -1.5, -0.504083, -1.573498, -2.610720, -3.635293]
        + [-x for x in uniform(0, 20, 30)]
    )  # fmt: skip


def real_loggamma(x):
    return mp.re(mp.loggamma(x))


def sums():
    points = [(1.0, 2.0, 3.0), (1e100, 1.0, -1e100), (1e300, 1e300, -1.5e300), (1.0, 1e-17, 1e-17), (0.1, 0.2, -0.3), (1e-300, -1.0, 1.0)]
    return points + list(zip(uniform(-1, 1, 6), uniform(-1, 1, 6), uniform(-1, 1, 6)))


comparisons = [(1.0, 2.0), (2.0, 1.0), (-1e-300, 1e-300), (1e300, -1e300), (0.1, 0.30000000000000004)]
steps_points = [0.3, 1.5, 2.5, -0.3, -1.5, -2.5, -0.7, 1e15 + 0.25, 1e-300, -1e-300, 0.49999999999999994]

# id: (the function, the arguments to try, the scale on which it changes, the arguments that vary)
TABLE = {
    "add": (lambda x, y: x + y, lambda: plane(any_sign, any_sign), relative),
    "sub": (lambda x, y: x - y, lambda: plane(any_sign, any_sign), relative),
    "mul": (lambda x, y: x * y, lambda: plane(any_sign, any_sign), relative),
    "div": (lambda x, y: x / y, lambda: plane(any_sign, any_sign) + [(1e300, 1e10), (1e300, 1e100), (1e-300, 1e-250), (1e-300, 1e3), (0.0, 3.0)], relative),
    "neg": (lambda x: -x, everywhere, relative),
    "inv": (lambda x: 1 / x, everywhere, relative),
    "square": (lambda x: x * x, everywhere, relative),
    "abs": (abs, everywhere, relative),
    "sign": (mp.sign, everywhere, relative),
    "min": (min, off_diagonal, relative),
    "max": (max, off_diagonal, relative),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), lambda: plane(any_sign, any_sign) + [(0.0, 2.0), (-1.5, 0.0)], relative),
    "cosine": (lambda x, y: x / mp.sqrt(x * x + y * y), lambda: plane(any_sign, any_sign) + [(0.0, 2.0), (-1.5, 0.0)], relative),
    "inversion": (lambda x, y: x / (x * x + y * y), lambda: off_diagonal() + [(0.0, 2.0), (-1.5, 0.0)], relative),
    "differenceOfSquares": (lambda a, b: a * a - b * b, off_diagonal, relative),
    "sum": (lambda *x: mp.fsum(x), sums, relative),
    "where": (lambda c, a, b: a if c else b, lambda: [(1.0, 2.0, 3.0), (-1e-300, 2.0, 3.0), (0.0, 1e300, 1e-300)], relative, [1, 2]),
    "lt": (lambda x, y: mpf(x < y), lambda: comparisons, relative),
    "gt": (lambda x, y: mpf(x > y), lambda: comparisons, relative),
    "eq": (lambda x, y: mpf(x == y), lambda: comparisons, relative),
    "floor": (mp.floor, lambda: steps_points, bounded),
    "ceil": (mp.ceil, lambda: steps_points, bounded),
    "round": (lambda x: mp.floor(x + mpf(0.5)), lambda: [x + 0.1 if abs(x) < 10 else x for x in steps_points], bounded),
    "trunc": (lambda x: mp.sign(x) * mp.floor(abs(x)), lambda: steps_points, bounded),
    "pow": (lambda x, y: x**y, pow_points, relative),
    "pow, constant exponent": (lambda x, y: x ** (int(y) if y == int(y) else y), pow_constant_points, relative, [0]),
    "reducedPow": (lambda x, y: x ** (y - 1), pow_points, relative),
    "exp": (mp.exp, lambda: moderate(709.7) + [-720.0, -740.0], bounded),
    "expm1": (mp.expm1, lambda: moderate(709.7), bounded),
    "log": (mp.log, lambda: positive() + [1 + d for d in (1e-10, -1e-10, eps, -eps / 2, 1e-5, -1e-5)], relative),
    "log1p": (mp.log1p, lambda: positive() + [-x for x in TINY + [0.1, 0.5, 0.9, 1 - 1e-5, 1 - 1e-10, 1 - eps / 2]], relative),
    "log2": (lambda x: mp.log(x) / mp.log(2), lambda: positive() + [1 + d for d in (1e-10, -1e-10, eps, -eps / 2, 1e-5, -1e-5)], relative),
    "log10": (lambda x: mp.log(x) / mp.log(10), lambda: positive() + [1 + d for d in (1e-10, -1e-10, eps, -eps / 2, 1e-5, -1e-5)], relative),
    "sqrt": (mp.sqrt, positive, relative),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), everywhere, relative),
    "sin": (mp.sin, lambda: everywhere() + [math.pi, math.pi / 2, 3 * math.pi, 22.0, 355.0, 0.0], bounded),
    "cos": (mp.cos, lambda: everywhere() + [math.pi, math.pi / 2, 3 * math.pi, 11.0, 0.0], bounded),
    "tan": (mp.tan, lambda: everywhere() + [math.pi, math.pi / 2, 3 * math.pi, 11.0, math.pi / 4, 1.5707, 0.0], bounded),
    "asin": (mp.asin, lambda: inner() + [0.0], relative),
    "acos": (mp.acos, lambda: inner() + [0.0], relative),
    "atan": (mp.atan, lambda: everywhere() + [0.0], relative),
    "atan2": (mp.atan2, lambda: off_diagonal() + [(0.0, 2.0), (-1.5, 0.0)], relative),
    "sinh": (mp.sinh, lambda: moderate(710.4), bounded),
    "cosh": (mp.cosh, lambda: moderate(710.4) + [0.0], bounded),
    "tanh": (mp.tanh, lambda: moderate(40) + both([100.0, 250.0, 300.0, 350.0, 360.0, 400.0]), bounded),
    "sech": (mp.sech, lambda: moderate(700) + [0.0], bounded),
    "asinh": (mp.asinh, lambda: everywhere() + [0.0], relative),
    "acosh": (mp.acosh, lambda: [1 + d for d in (eps, 1e-14, 1e-10, 1e-5, 0.01, 0.1, 0.5)] + [2.0, 5.0] + HUGE + [1 + x for x in spread(-3, 3, 15)], relative),
    "atanh": (mp.atanh, lambda: inner() + [0.0], relative),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), lambda: moderate(40) + both([100.0, 300.0, 500.0, 690.0, 700.0, 720.0, 740.0]), bounded),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), lambda: moderate(40) + both([100.0, 300.0, 500.0, 690.0, 700.0, 720.0, 740.0]), bounded),
    "relu": (lambda x: max(x, mpf(0)), everywhere, relative),
    "erf": (mp.erf, lambda: moderate(6) + both([7.0, 10.0, 20.0, 25.5, 26.5, 1e5, 1e300]), bounded),
    "gaussian": (lambda x: mp.exp(-x * x), lambda: moderate(26) + both([26.5, 27.0, 1e5, 1e300]), bounded),
    "lgamma": (real_loggamma, lambda: gamma_points() + negative_gamma_points(), relative),
    "digamma": (lambda x: mp.psi(0, x), lambda: gamma_points() + negative_gamma_points(), relative),
    "polygamma": (lambda n, x: mp.psi(int(n), x), lambda: [(n, x) for n in (1.0, 2.0, 3.0) for x in gamma_points()[::3] + negative_gamma_points()[::3]], relative, [1]),
}  # fmt: skip


def main():
    chosen = sys.argv[1:] or list(TABLE)
    try:
        with open(TARGET) as file:
            old = {entry["name"]: entry for entry in json.load(file)}
    except FileNotFoundError:
        old = {}
    for name in chosen:
        rng.seed(name)
        f, points, scale, *vary = TABLE[name]
        args = [p if isinstance(p, tuple) else (p,) for p in points()]
        vary = vary[0] if vary else list(range(len(args[0])))
        rows = []
        for a in args:
            # Enough digits for third differences, also where the function changes on a much larger scale than the step
            # and where it comes within e^-1000 of a constant.
            sizes = [abs(math.log10(abs(v))) for v in a if v]
            saturated = scale is bounded and 1 < abs(a[0]) < 1000
            mp.dps = 260 + 4 * int(sum(sizes)) + (800 if saturated else 0)
            try:
                rows.append(row(f, a, vary, scale))
            except (ZeroDivisionError, ValueError, OverflowError) as problem:
                sys.exit(f"{name}{a}: {problem}")
        old[name] = {"name": name, "id": name.split(",")[0], "vary": vary, "rows": rows}
        print(name, len(rows), flush=True)
    # Laid out as the repository's formatter does.
    layout = '  {\n    "name": %s,\n    "id": %s,\n    "vary": %s,\n    "rows": [\n%s\n    ]\n  }'
    entries = (old[name] for name in TABLE if name in old)
    texts = (
        layout % (*(json.dumps(e[key]) for key in ("name", "id", "vary")), ",\n".join(f'      "{r}"' for r in e["rows"]))
        for e in entries
    )
    with open(TARGET, "w") as file:
        file.write("[\n" + ",\n".join(texts) + "\n]\n")


if __name__ == "__main__":
    main()
