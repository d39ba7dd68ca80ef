#!/usr/bin/env python3
"""Reference values of the numerical kernels, by mpmath (Debian: python3-mpmath) with 160 bits or more.

    kernels.py data > packages/cotangent/test/compile/kernels.json      the fixed points that the tests use
    kernels.py check FILE...                                            the worst error in a file of results

A file of results is made of doubles, little-endian: number of arguments, then per point the arguments and the value computed.
Its name without extension is the function's name. Errors are in units in the last place of the correctly rounded value.
"""
import json
import math
import random
import struct
import sys

import mpmath as mp

mp.mp.prec = 160


def cosine(x, y):
    return x / mp.sqrt(x * x + y * y)


def with_precision(bits, f):
    def g(*args):
        with mp.workprec(bits):
            return f(*args)

    return g


FUNCTIONS = {
    "exp": mp.exp,
    "expm1": with_precision(1400, lambda x: mp.expm1(x)),
    "log": mp.log,
    "log1p": with_precision(1400, lambda x: mp.log(1 + x)),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "sin": with_precision(1300, mp.sin),
    "cos": with_precision(1300, mp.cos),
    "tan": with_precision(1300, mp.tan),
    "asin": with_precision(300, mp.asin),
    "acos": with_precision(300, mp.acos),
    "atan": mp.atan,
    "atan2": mp.atan2,
    "sinh": with_precision(300, mp.sinh),
    "cosh": mp.cosh,
    "tanh": with_precision(300, mp.tanh),
    "asinh": with_precision(300, mp.asinh),
    "acosh": with_precision(300, mp.acosh),
    "atanh": with_precision(300, mp.atanh),
    "pow": mp.power,
    "reducedPow": lambda x, y: mp.power(x, y - 1),
    "differenceOfSquares": lambda x, y: (x - y) * (x + y),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "hypot": mp.hypot,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": with_precision(1400, lambda x: mp.log1p(mp.exp(x))),
    "gaussian": lambda x: mp.exp(-x * x),
    "sech": mp.sech,
    "cosine": cosine,
    "erf": with_precision(300, mp.erf),
    "inversion": lambda x, y: x / (x * x + y * y),
    "lgamma": with_precision(400, lambda x: mp.re(mp.loggamma(x))),
    "digamma": with_precision(400, mp.digamma),
    "polygamma": with_precision(400, lambda n, x: mp.polygamma(int(n), x)),
}


def ulp(x):
    """The distance of doubles at the double x."""
    return mp.mpf(math.ulp(x))


def rounded(value):
    """The double next to value, and what it lacks, in ulps."""
    y = float(value)
    if math.isinf(y) or math.isnan(y):
        return y, 0.0
    return y, float((value - mp.mpf(y)) / ulp(y))


DOMAINS = {
    "log": ("positive",),
    "log2": ("positive",),
    "log10": ("positive",),
    "log1p": ("above", -1.0),
    "asin": ("within", 1.0),
    "acos": ("within", 1.0),
    "atanh": ("within", 1.0),
    "acosh": ("above", 1.0),
    "lgamma": ("from", -1e3),
    "digamma": ("from", -1e3),
    "polygamma": ("from", -1e3),
}
LIMIT = {"exp": 745, "expm1": 709, "sinh": 710, "cosh": 710, "gaussian": 27, "sech": 740, "softplus": 740, "sigmoid": 740}


def points(name, arity, count, rng):
    out = []
    while len(out) < count:
        exponent = rng.choice([0, 0, 0, 1, 3, 6, -3, -8, rng.uniform(-30, 30), rng.uniform(-300, 300)])
        x = rng.uniform(-1, 1) * 10**exponent
        kind, *limit = DOMAINS.get(name, ("all",))
        if kind == "positive":
            x = abs(x)
        elif kind == "above":
            x = limit[0] + abs(x)
        elif kind == "from":
            x = x if x > limit[0] else -x
        elif kind == "within" and abs(x) >= limit[0]:
            continue
        if abs(x) > LIMIT.get(name, math.inf) or math.isinf(x):
            continue
        args = [x]
        if name in ("pow", "reducedPow"):
            x = abs(x)
            top = 700 / max(abs(math.log(x)), 1e-300) if x > 0 else 1
            args = [x, rng.uniform(-1, 1) * min(top, 1e300)]
        elif name == "polygamma":
            args = [rng.choice([1, 1, 2, 3, 4, 7]), x]
        elif arity == 2:
            args = [x, x * rng.uniform(-1, 1) * 10 ** rng.choice([0, 0, 1, -2, 5])]
        out.append(args)
    return out


def data():
    rng = random.Random(20261123)
    table = {}
    for name, f in FUNCTIONS.items():
        arity = 2 if name in ("atan2", "pow", "reducedPow", "differenceOfSquares", "hypot", "cosine", "inversion", "polygamma") else 1
        rows = []
        for args in points(name, arity, 60, rng):
            value = f(*map(mp.mpf, args))
            y, rest = rounded(value)
            if math.isinf(y) or abs(y) < 1e-305:
                continue
            rows.append([*args, y, round(rest, 3)])
        table[name] = rows
    lines = [f'{json.dumps(name)}: [{",".join(json.dumps(row, separators=(",", ":")) for row in rows)}]' for name, rows in table.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


def check(path):
    name = path.rsplit("/", 1)[-1].split(".")[0]
    f = FUNCTIONS[name]
    raw = open(path, "rb").read()
    values = struct.unpack(f"<{len(raw) // 8}d", raw)
    arity = int(values[0])
    worst, where, count = 0.0, None, 0
    for k in range(1, len(values), arity + 1):
        *args, got = values[k : k + arity + 1]
        y, rest = rounded(f(*map(mp.mpf, args)))
        if math.isinf(y) or math.isinf(got) or math.isnan(y) or math.isnan(got):
            error = 0.0 if (y == got or (math.isnan(y) and math.isnan(got))) else math.inf
        else:
            error = abs(float((mp.mpf(got) - mp.mpf(y)) / ulp(y)) - rest)
        count += 1
        if error > worst:
            worst, where = error, (args, got)
    print(f"{name:9s} {count} points, worst {worst:.4f} ulp at {where}", flush=True)


if sys.argv[1] == "data":
    data()
else:
    for p in sys.argv[2:]:
        check(p)
