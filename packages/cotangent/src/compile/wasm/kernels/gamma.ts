/**
 * log |Γ|, its derivative ψ, and what polygamma.ts needs of the higher ones, in the language of language.ts; special values as in
 * numeric/gamma.ts. F. W. J. Olver et al. (eds.), NIST Digital Library of Mathematical Functions: 5.7.3 (the series at 2), 5.11.1 and
 * 5.11.2 (for x ≥ 8), 5.5.1 and 5.5.2 (six steps between, of which those count that x is large enough for), 5.5.3 and 5.5.4 (reflection),
 * 25.11.43 (zetaparts, x ≥ 16). The zero of ψ and the coefficients are computed in tables.ts.
 *
 * The function reflected is taken at u, 1 − x rounded, and e more: u − ½ is near enough to what its derivatives are there, log and inverse.
 */

/** Σ table[k] zᵏ, k < count, where q is z² and w is q²: four sums side by side. */
const polynomial = (table: string, count: number): string => {
  const sum = (k: number): string =>
    k + 4 < count ? `(${table}[${k}i] + w * ${sum(k + 4)})` : `${table}[${k}i]`;
  return `(${sum(0)} + z * ${sum(1)}) + q * (${sum(2)} + z * ${sum(3)})`;
};

export const gammaDefinitions: string = `
factorparts(t, p, l) = u, q, m:
b = t > 2.5
r = t - 1
n, e = product(p, r)
u = b ? r : t
q = b ? n : p
m = b ? l * r + e : l

lgammaparts(x) = h, l:
a = x < 0.5
b = x < 1.5
c = x < 8
s, se = product(x, x)
v, ve = twosum(x, s)
t1, p1, l1 = factorparts(x, 1, 0)
t2, p2, l2 = factorparts(t1, p1, l1)
t3, p3, l3 = factorparts(t2, p2, l2)
t4, p4, l4 = factorparts(t3, p3, l3)
t5, p5, l5 = factorparts(t4, p4, l4)
t6, p6, l6 = factorparts(t5, p5, l5)
g, gl = logpair(c ? (a ? v : b ? x : p6) : x, c ? (a ? ve + se : b ? 0 : l6) : 0, 0)
z = a ? x : b ? x - 1 : t6 - 2
q = z * z
w = q * q
y, ye = product(z, PSI2)
k, ke = twosum(b ? -g : g, y)
m = ke + (ye + z * PSI2LOW + (b ? -gl : gl) + q * (${polynomial("LGAMMA", 27)}))
h1 = k + m
u, ue = twosum(g, -1)
f, fl = product(x - 0.5, u)
i = 1 / x
j = i * i
n = fl + (x - 0.5) * (ue + gl) + STIRLING + i * (1 / 12 - j * (1 / 360 - j * (1 / 1260 - j * (1 / 1680 - j * (1 / 1188 - j * (691 / 360360 - j * (1 / 156 - j * (3617 / 122400 - j * (43867 / 244188)))))))))
h2 = f + n
h = c ? h1 : h2
l = c ? k - h1 + m : f - h2 + n

lgamma(x) = h:
h, l = lgammaparts(x)
guard (x >= TINY) & (x < 1e300)

turnparts(x) = d, big, s, sl, c, cl:
n = floor(x)
m = x - n > 0.5 ? n + 1 : n
d = x - m
e = abs(d)
big = e > 0.25
h, l = scaled(big ? 0.5 - e : e, 0, 2 * PIFACTOR, 2 * PIFACTORLOW)
s, sl = sinpair(h, l)
c, cl = cospair(h, l)

lgamma_slow(x) = y:
small = abs(x) < 1e-290
t, tl = logpair(small ? abs(x) * 18014398509481984 : x, 0, small ? -54 : 0)
d, big, s, sl, c, cl = turnparts(x)
g, gl = logpair(big ? c : s, big ? cl : sl, 0)
u, e = twosum(1, -x)
h, l = lgammaparts(u)
a, ae = twosum(LOGPI, -g)
b, be = twosum(a, -h)
r = b + (ae + be + (LOGPILOW - gl - l) - e * log(u - 0.5))
y = small ? (x == 0 ? INF : -t) : x > 0 ? (x < INF ? x * (t - 1) : x) : d == 0 ? INF : d == d ? r : d

stepparts(t, s) = u, v:
b = t > 2
r = t - 1
u = b ? r : t
v = b ? s + 1 / r : s

digammaparts(x) = h, l:
a = x < 1
c = x < 8
t1, s1 = stepparts(x, 0)
t2, s2 = stepparts(t1, s1)
t3, s3 = stepparts(t2, s2)
t4, s4 = stepparts(t3, s3)
t5, s5 = stepparts(t4, s4)
t6, s6 = stepparts(t5, s5)
i = 1 / x
p, e = product(i, x)
z = a ? x - ROOTM1 - ROOTM1LOW : t6 - ROOT - ROOTLOW
q = z * z
w = q * q
y, ye = product(z, SLOPE)
k, ke = twosum(a ? -i : s6, y)
m = ke + (ye + z * SLOPELOW + (a ? (p - 1 + e) * i : 0) + q * (${polynomial("DIGAMMA", 36)}))
h1 = k + m
g, gl = logpair(x, 0, 0)
j = i * i
n = gl - i * (0.5 + i * (1 / 12 - j * (1 / 120 - j * (1 / 252 - j * (1 / 240 - j * (1 / 132 - j * (691 / 32760 - j * (1 / 12 - j * (3617 / 8160 - j * (43867 / 14364))))))))))
h2 = g + n
h = c ? h1 : h2
l = c ? k - h1 + m : g - h2 + n

digamma(x) = h:
h, l = digammaparts(x)
guard (x >= TINY) & (x <= HUGE)

digamma_slow(x) = y:
d, big, s, sl, c, cl = turnparts(x)
u, e = twosum(1, -x)
h, l = digammaparts(u)
k, kl = quotient(big ? s : c, big ? sl : cl, big ? c : s, big ? cl : sl)
p, pl = scaled(k, kl, 2 * PIFACTOR, 2 * PIFACTORLOW)
b = d < 0
a, ae = twosum(h, b ? p : -p)
r = a + (ae + l + (b ? pl : -pl) + e / (u - 0.5))
y = abs(x) < 1e-290 ? (x == 0 ? -INF : -1 / x) : x > 0 ? x : d == 0 ? -INF : d == d ? r : d

zetaparts(s, x) = y:
i = 1 / x
j = i * i
t1 = 0.5 * i
t2 = t1 * j * ((s + 1) * (1 / 3)) * ((s + 2) * (1 / 4))
t3 = t2 * j * ((s + 3) * (1 / 5)) * ((s + 4) * (1 / 6))
t4 = t3 * j * ((s + 5) * (1 / 7)) * ((s + 6) * (1 / 8))
t5 = t4 * j * ((s + 7) * (1 / 9)) * ((s + 8) * (1 / 10))
t6 = t5 * j * ((s + 9) * (1 / 11)) * ((s + 10) * (1 / 12))
t7 = t6 * j * ((s + 11) * (1 / 13)) * ((s + 12) * (1 / 14))
e = t1 * (1 / 6) - t2 * (1 / 30) + t3 * (1 / 42) - t4 * (1 / 30) + t5 * (5 / 66) - t6 * (691 / 2730) + t7 * (7 / 6)
y = 1 / (s - 1) + (0.5 + s * e) * i
`;
