/**
 * The numerical functions of compiled modules, in the language of language.ts. Each is written once; where it has a guard, numbers
 * that do not pass go to `name_slow`, one at a time. Sums of two doubles (h + l, where l is below half an ulp of h) carry
 * what rounding would take away, so that most results are rounded correctly but for one in a hundred.
 *
 * Sources of the methods: P.-T. P. Tang, Table-driven implementation of the exponential function in IEEE floating-point
 * arithmetic, ACM TOMS 15 (1989), and of the logarithm function, ACM TOMS 16 (1990); W. J. Cody and W. Waite, Software Manual for
 * the Elementary Functions (1980), for the reduction by π/2; M. H. Payne and R. N. Hanek, Radian reduction for trigonometric
 * functions, SIGNUM 18 (1983), for large angles; T. J. Dekker, A floating-point technique for extending the available
 * precision, Numer. Math. 18 (1971), and D. E. Knuth, The Art of Computer Programming 2, 4.2.2, for exact sums and products.
 */
export const definitions = `
copysign(x, y) = z:
z = float((bits(x) & 0x7fffffffffffffffi) | (bits(y) & 0x8000000000000000i))

head(x) = h:
h = float(bits(x) & 0xfffffffff8000000i)

twosum(a, b) = s, e:
s = a + b
t = s - a
e = (a - (s - t)) + (b - t)

product(a, b) = p, e:
p = a * b
ah = head(a)
al = a - ah
bh = head(b)
bl = b - bh
e = ((ah * bh - p) + ah * bl + al * bh) + al * bl

quotient(nh, nl, dh, dl) = h, l, v:
v = 1 / dh
q = head(nh * v)
b = head(dh)
c = ((nh - q * b) - q * (dh - b) + (nl - q * dl)) * v
h = q + c
l = q - h + c

expparts(x, t) = i, j, s, r, rl, p:
z = x * STEPS + SHIFT
i = bits(z)
k = z - SHIFT
r = x - k * STEP
rl = t - k * STEPLOW
j = i & 127i
s = EXP[j]
q = r + rl
q2 = q * q
p = EXPLOW[j] + rl + q2 * (0.5 + q * (1 / 6)) + q2 * q2 * (1 / 24 + q * (1 / 120) + q2 * (1 / 720))

exppair(x, t) = h, l:
i, j, m, r, rl, p = expparts(x, t)
s = float(bits(m) + ((i - j) << 45i))
e = s * (r + p)
h = s + e
l = s - h + e

expslow(x, t) = y:
c = min(max(x, -800), 800)
i, j, s, r, rl, p = expparts(c, t)
k = (i - 0x4338000000000000i) >> 7i
k1 = k >> 1i
y = (s + s * (r + p)) * float((k1 + 1023i) << 52i) * float((k - k1 + 1023i) << 52i)

exp(x) = y:
i, j, m, r, rl, p = expparts(x, 0)
s = float(bits(m) + ((i - j) << 45i))
guard abs(x) < 708
y = s + s * (r + p)

exp_slow(x) = y:
y = expslow(x, 0)

growthpair(x) = h, l:
i, j, m, r, rl, p = expparts(x, 0)
s = float(bits(m) + ((i - j) << 45i))
a = s - 1
b = a + r
c = (s - a - 1) + (a - b + r) + (a * r + s * (p + EXPLOW[j] * r))
h = b + c
l = b - h + c

expm1pair(x) = h, l:
i, j, m, r, rl, p = expparts(x, 0)
s = float(bits(m) + ((i - j) << 45i))
a, ae = twosum(s, -1)
b, be = twosum(a, r)
c = ae + be + (a * r + s * (p + EXPLOW[j] * r))
h = b + c
l = b - h + c

expm1(x) = y:
h, l = expm1pair(x)
guard abs(x) < 708
y = copysign(h, x)

expm1_slow(x) = y:
y = x < 0 ? -1 : expslow(x, 0)

logpair(x, c, more) = h, l:
i = bits(x) - 0x3fe6000000000000i
j = (i >>> 45i) & 127i
k = i >> 52i
n = float(k + 0x4338000000000000i) - SHIFT + more
v = INVERSE[j]
z = float(bits(x) - (k << 52i))
zh = float(bits(z) & 0xffffffff00000000i)
rh = zh * v - 1
rl = (z - zh) * v + c * float((1023i - k) << 52i) * v
r = rh + rl
w = n * LN2 + LOG[j]
u = w + r
a = -0.5 * r
ah = -0.5 * rh
a2 = r * a
ah2 = rh * ah
s = u + ah2
p = r * a2 * ((-2 / 3 + r * 0.5) + a2 * ((0.8 - r * (2 / 3)) + a2 * ((8 / -7 + r) + a2 * (16 / 9))))
d = (n * LN2LOW + LOGLOW[j]) + (w - u + r) + (rh - r + rl) + rl * (a + ah) + (u - s + ah2) + p
h = s + d
l = s - h + d

logspecial(x, y) = z:
z = x == 0 ? -INF : x > 0 ? (x < INF ? y : x) : 0 / 0

log(x) = h:
h, l = logpair(x, 0, 0)
guard (x >= TINY) & (x <= HUGE)

log_slow(x) = y:
h, l = logpair(x * 18014398509481984, 0, -54)
y = logspecial(x, h)

scaled(h, l, ch, cl) = rh, rl:
t = head(h)
p = t * ch
q = t * cl + ((h - t) + l) * (ch + cl)
rh = p + q
rl = p - rh + q

log2(x) = y:
h, l = logpair(x, 0, 0)
y, e = scaled(h, l, LOG2E, LOG2ELOW)
guard (x >= TINY) & (x <= HUGE)

log2_slow(x) = y:
h, l = logpair(x * 18014398509481984, 0, -54)
r, e = scaled(h, l, LOG2E, LOG2ELOW)
y = logspecial(x, r)

log10(x) = y:
h, l = logpair(x, 0, 0)
y, e = scaled(h, l, LOG10E, LOG10ELOW)
guard (x >= TINY) & (x <= HUGE)

log10_slow(x) = y:
h, l = logpair(x * 18014398509481984, 0, -54)
r, e = scaled(h, l, LOG10E, LOG10ELOW)
y = logspecial(x, r)

log1ppair(x, t) = h, l:
u, c = twosum(1, x)
h, l = logpair(u, c + t, 0)

log1p(x) = y:
h, l = log1ppair(x, 0)
guard (x > -1) & (x < 1e15)
y = copysign(h, x)

log1p_slow(x) = y:
h, l = logpair(x, 0, 0)
y = logspecial(1 + x, h)

powparts(y, h, l) = eh, el:
yh = head(y)
t = head(h)
eh = yh * t
el = (y - yh) * t + y * ((h - t) + l)

pow(x, y) = z:
h, l = logpair(x, 0, 0)
eh, el = powparts(y, h, l)
i, j, m, r, rl, p = expparts(eh, el)
s = float(bits(m) + ((i - j) << 45i))
guard (x >= TINY) & (x <= HUGE) & (abs(eh) < 708) & (abs(y) < 1e300)
z = s + s * (r + p)

pow_slow(x, y) = z:
a = abs(x)
b = a < TINY
h, l = logpair(b ? a * 18014398509481984 : a, 0, b ? -54 : 0)
eh, el = powparts(y, h, l)
t = y * (a == 0 ? -INF : a < INF ? h : a)
v = (a == 0) | (a == INF) | (abs(y) > 1e300) ? (t > 0 ? INF : t < 0 ? 0 : 1) : (t > 710 ? INF : t < -746 ? 0 : expslow(eh, el))
half = 0.5 * y
isint = trunc(y) == y
odd = isint & (abs(y) < 9007199254740992) & ((trunc(half) < half) | (trunc(half) > half))
neg = bits(x) < 0i
w = neg & odd ? -v : v
r = neg & (a > 0) & (a < INF) & (isint ? 0 > 1 : 1 > 0) ? 0 / 0 : w
q = x == x ? (t == t ? r : 0 / 0) : 0 / 0
z = y == 0 ? 1 : q

reducedPow(x, y) = z:
h, l = logpair(x, 0, 0)
u, v = twosum(y, -1)
eh, d = powparts(u, h, l)
i, j, m, r, rl, p = expparts(eh, d + v * h)
s = float(bits(m) + ((i - j) << 45i))
guard (x >= TINY) & (x <= HUGE) & (abs(eh) < 708) & (abs(y) < 1e300)
z = s + s * (r + p)

reducedPow_slow(x, y) = z:
q = pow_slow(x, y) / x
z = (x == 0) & (y == 0) ? 0 : (y < 0.5) & (q == q) ? q : pow_slow(x, y - 1)

reduce(x) = n, h, l:
z = x * TWOOVERPI + SHIFT
n = bits(z)
k = z - SHIFT
s = x - k * PI
w = k * PILOW
h = s - w
l = s - h - w - k * PILOWLOW

reduceslow(x) = n, h, l:
b = bits(x)
e = ((b >>> 52i) & 2047i) - 1029i
i = (e * 2731i) >>> 16i
s = e - i * 24i
m = (b & 0xfffffffffffffi) | 0x10000000000000i
m0 = m & 0xffffffi
m1 = (m >>> 24i) & 0xffffffi
m2 = m >>> 48i
a0 = digit(i, s)
a1 = digit(i + 1i, s)
a2 = digit(i + 2i, s)
a3 = digit(i + 3i, s)
a4 = digit(i + 4i, s)
a5 = digit(i + 5i, s)
a6 = digit(i + 6i, s)
a7 = digit(i + 7i, s)
a8 = digit(i + 8i, s)
c6 = m0 * a6 + m1 * a7 + m2 * a8
c5 = m0 * a5 + m1 * a6 + m2 * a7 + (c6 >>> 24i)
c4 = m0 * a4 + m1 * a5 + m2 * a6 + (c5 >>> 24i)
c3 = m0 * a3 + m1 * a4 + m2 * a5 + (c4 >>> 24i)
c2 = m0 * a2 + m1 * a3 + m2 * a4 + (c3 >>> 24i)
c1 = m0 * a1 + m1 * a2 + m2 * a3 + (c2 >>> 24i)
c0 = m0 * a0 + m1 * a1 + m2 * a2 + (c1 >>> 24i)
y0 = c0 & 0xffffffi
q = (y0 + 0x200000i) >>> 22i
hi = whole(y0 - (q << 22i)) * 2.384185791015625e-7 + whole(c1 & 0xffffffi) * 1.4210854715202004e-14
mid = whole(c2 & 0xffffffi) * 8.470329472543003e-22 + whole(c3 & 0xffffffi) * 5.048709793414476e-29
lo = whole(c4 & 0xffffffi) * 3.009265538105056e-36 + whole(c5 & 0xffffffi) * 1.793662034335766e-43
f, g = twosum(hi, mid)
ph, pl = scaled(f, g + lo, PIFACTOR, PIFACTORLOW)
neg = x < 0
finite = abs(x) < INF
n = neg ? -1i * q : q
h = finite ? (neg ? -ph : ph) : 0 / 0
l = neg ? -pl : pl

digit(i, s) = d:
d = (((bits(TWOBYPI[i]) & 0xffffffi) << s) | ((bits(TWOBYPI[i + 1i]) & 0xffffffi) >>> (24i - s))) & 0xffffffi

whole(i) = x:
x = float(i + 0x4338000000000000i) - SHIFT

sinpair(x, w) = h, l:
z = x * x
v = z * x
u = z * z
r = 0.008333333333333331 - z * 0.00019841269841265017 + u * (2.7557319219301936e-6 - z * 2.5052106219528367e-8 + u * (1.6058529573291737e-10 - z * 7.586576648405261e-13))
c = w - v * (1 / 6) + (z * (v * r - 0.5 * w))
h = x + c
l = x - h + c

cospair(x, w) = h, l:
z = x * x
u = z * z
r = 1 / 24 - z * 0.0013888888888887382 + u * (2.480158729874308e-5 - z * 2.755731726001471e-7 + u * (2.0876143829213935e-9 - z * 1.1382456865840483e-11))
a = 0.5 * z
b = 1 - a
c = (1 - b - a) + (u * r - x * w)
h = b + c
l = b - h + c

angle(n, h, l) = y:
s, sl = sinpair(h, l)
c, cl = cospair(h, l)
v = (n & 1i) == 1i ? c : s
y = float(bits(v) + ((n & 2i) << 62i))

sin(x) = y:
n, h, l = reduce(x)
a = angle(n, h, l)
guard abs(x) < 10000
y = x == 0 ? x : a

sin_slow(x) = y:
n, h, l = reduceslow(x)
y = angle(n, h, l)

cos(x) = y:
n, h, l = reduce(x)
y = angle(n + 1i, h, l)
guard abs(x) < 10000

cos_slow(x) = y:
n, h, l = reduceslow(x)
y = angle(n + 1i, h, l)

sincos(x) = s, c:
n, h, l = reduce(x)
a, c = angles(n, h, l)
guard abs(x) < 10000
s = x == 0 ? x : a

sincos_slow(x) = s, c:
n, h, l = reduceslow(x)
s, c = angles(n, h, l)

angles(n, h, l) = y, z:
s, sl = sinpair(h, l)
c, cl = cospair(h, l)
odd = (n & 1i) == 1i
v = odd ? c : s
w = odd ? s : c
y = float(bits(v) + ((n & 2i) << 62i))
z = float(bits(w) + (((n + 1i) & 2i) << 62i))

tangent(n, h, l) = y:
s, sl = sinpair(h, l)
c, cl = cospair(h, l)
odd = (n & 1i) == 1i
y, e = quotient(odd ? -c : s, odd ? -cl : sl, odd ? s : c, odd ? sl : cl)

tan(x) = y:
n, h, l = reduce(x)
a = tangent(n, h, l)
guard abs(x) < 10000
y = abs(x) < 1e-150 ? x : a

tan_slow(x) = y:
n, h, l = reduceslow(x)
y = tangent(n, h, l)

arc(y, x, isneg) = t:
m = max(x, y)
n = min(x, y)
z = n / m * 64 + SHIFT
j = bits(z) & 127i
c = (z - SHIFT) * 0.015625
mh = head(m)
r = (n - c * mh - c * (m - mh)) / (m + c * n)
r2 = r * r
p = ATANLOW[j] - r * r2 * (1 / 3 - r2 * (0.2 - r2 * (1 / 7)))
a = ATAN[j]
up = y > x
ah = up ? HALFPI - a : a
al = up ? (HALFPI - ah - a) + (HALFPILOW - p) - r : p + r
b = 2 * HALFPI - ah
t = isneg ? b + ((2 * HALFPI - b - ah) + (2 * HALFPILOW - al)) : ah + al

atan(x) = y:
a = abs(x)
t = arc(a, 1, 0 > 1)
guard a < 1e300
y = copysign(t, x)

atan_slow(x) = y:
y = x == x ? copysign(HALFPI, x) : x

atan2(y, x) = z:
a = abs(x)
b = abs(y)
t = arc(b, a, bits(x) < 0i)
m = max(a, b)
n = min(a, b)
guard (m > 1e-270) & (m < 1e270) & ((n == 0) | (n > 1e-290))
z = copysign(t, y)

atan2_slow(y, x) = z:
c = abs(x)
d = abs(y)
m = max(c, d)
f = m > 1e180 ? 3.872591914849318e-121 : 2.582249878086909e120
a = m == INF ? (c == INF ? 1 : 0) : m == 0 ? 1 : c * f
b = m == INF ? (d == INF ? 1 : 0) : d * f
t = arc(b, a, bits(x) < 0i)
z = m == m ? copysign(t, y) : m

asin(x) = y:
a = abs(x)
t = arc(a, sqrt((1 - a) * (1 + a)), 0 > 1)
y = copysign(t, x)

acos(x) = y:
a = abs(x)
y = arc(sqrt((1 - a) * (1 + a)), a, x < 0)

sinh(x) = y:
a = abs(x)
e, l = growthpair(a)
s = 0.5 * (e + e / (e + 1))
guard a < 708
y = copysign(s, x)

sinh_slow(x) = y:
e = expslow(0.5 * abs(x), 0)
y = copysign(0.5 * e * e, x)

cosh(x) = y:
a = abs(x)
e, l = exppair(a, 0)
guard a < 708
y = 0.5 * e + 0.5 / e

cosh_slow(x) = y:
e = expslow(0.5 * abs(x), 0)
y = 0.5 * e * e

sech(x) = y:
a = abs(x)
e, l = exppair(-a, 0)
guard a < 708
y = 2 * e / (1 + e * e)

sech_slow(x) = y:
y = 2 * expslow(-abs(x), 0)

tanh(x) = y:
a = min(abs(x), 22)
e, f = growthpair(a + a)
d, g = twosum(e, 2)
h, l = quotient(e, f, d, g + f)
y = copysign(h, x)

tanhsech(x) = t, s:
a = min(abs(x), 22)
e, f = growthpair(a + a)
d, g = twosum(e, 2)
h, l, v = quotient(e, f, d, g + f)
guard abs(x) < 22
t = copysign(h, x)
c = 2 * sqrt(e + 1) / d
s = c - c * (g * v)

tanhsech_slow(x) = t, s:
t = x == x ? copysign(1, x) : x
s = 2 * expslow(-abs(x), 0)

asinh(x) = y:
a = abs(x)
h, l = log1ppair(a + a * a / (1 + sqrt(1 + a * a)), 0)
guard a < 1e9
y = copysign(h, x)

asinh_slow(x) = y:
a = abs(x)
h, l = logpair(a, 0, 1)
y = a < INF ? copysign(h, x) : x

acosh(x) = y:
t = x - 1
y, l = log1ppair(t + sqrt(t + t + t * t), 0)
guard (x >= 1) & (x < 1e9)

acosh_slow(x) = y:
h, l = logpair(x, 0, 1)
y = x < 1 ? 0 / 0 : x < INF ? h : x

atanh(x) = y:
a = abs(x)
h, l = log1ppair(2 * a / (1 - a), 0)
guard a < 1
y = copysign(0.5 * h, x)

atanh_slow(x) = y:
y = abs(x) == 1 ? x * INF : 0 / 0

sigmoid(x) = y:
h, l = exppair(-abs(x), 0)
d = 1 + h
b = x < 0
y, e = quotient(b ? h : 1, b ? l : 0, d, 1 - d + h + l)
guard abs(x) < 700

sigmoid_slow(x) = y:
y = x < 0 ? expslow(x, 0) : x > 0 ? 1 : x

softplus(x) = y:
h, l = exppair(-abs(x), 0)
u, e = log1ppair(h, l)
guard abs(x) < 700
y = max(x, 0) + e + u

softplus_slow(x) = y:
y = x < 0 ? expslow(x, 0) : x

erf(x) = y:
a = min(abs(x), 6)
z = a * 16 + SHIFT
j = bits(z) & 127i
c = (z - SHIFT) * 0.0625
r = a - c
b = -2 * c
a1 = b
a2 = (b * b - 2) * 0.5
a3 = (b * a2 - 2 * a1) * (1 / 3)
a4 = (b * a3 - 2 * a2) * (1 / 4)
a5 = (b * a4 - 2 * a3) * (1 / 5)
a6 = (b * a5 - 2 * a4) * (1 / 6)
a7 = (b * a6 - 2 * a5) * (1 / 7)
a8 = (b * a7 - 2 * a6) * (1 / 8)
a9 = (b * a8 - 2 * a7) * (1 / 9)
p = ERFSLOPE[j] * (r + r * r * (a1 * (1 / 2) + r * (a2 * (1 / 3) + r * (a3 * (1 / 4) + r * (a4 * (1 / 5) + r * (a5 * (1 / 6) + r * (a6 * (1 / 7) + r * (a7 * (1 / 8) + r * (a8 * (1 / 9) + r * (a9 * 0.1))))))))))
y = copysign(ERF[j] + (ERFLOW[j] + p), x)

gaussian(x) = y:
a = min(abs(x), 30)
p, e = product(a, a)
h, l = exppair(-p, -e)
guard a < 26
y = h

gaussian_slow(x) = y:
a = min(abs(x), 30)
p, e = product(a, a)
y = expslow(-p, -e)

root(a) = t:
b = float(((((bits(a) >>> 32i) * 1431655766i) >>> 32i) + 715094163i) << 32i)
b3 = b * b * b
c = b * ((b3 + a + a) / (b3 + b3 + a))
c3 = c * c * c
d = head(c * ((c3 + a + a) / (c3 + c3 + a)))
r = a / (d * d)
t = d + d * ((r - d) / (d + d + r))

cbrt(x) = y:
a = abs(x)
t = root(a)
guard (a > 1e-300) & (a < 1e300)
y = copysign(t, x)

cbrt_slow(x) = y:
b = abs(x) > 1
t = root(abs(x) * (b ? 5.551115123125783e-17 : 18014398509481984)) * (b ? 262144 : 0.000003814697265625)
y = (x == 0) | (abs(x) > HUGE) ? x : copysign(t, x)

differenceOfSquares(x, y) = z:
z = (x - y) * (x + y)

hypot(x, y) = z:
a = abs(x)
b = abs(y)
m = max(a, b)
z = sqrt(a * a + b * b)
guard (m > 1e-140) & (m < 1e150)

hypot_slow(x, y) = z:
a = abs(x)
b = abs(y)
m = max(a, b)
f = m > 1 ? 2.409919865102884e-181 : 4.149515568880993e180
g = m > 1 ? 4.149515568880993e180 : 2.409919865102884e-181
c = a * f
d = b * f
z = (a == INF) | (b == INF) ? INF : sqrt(c * c + d * d) * g

cosine(x, y) = z:
a = abs(x)
b = abs(y)
m = max(a, b)
z = x / sqrt(a * a + b * b)
guard (m > 1e-140) & (m < 1e150)

cosine_slow(x, y) = z:
a = abs(x)
m = max(a, abs(y))
f = m > 1 ? 2.409919865102884e-181 : 4.149515568880993e180
c = x * f
d = y * f
z = a == INF ? copysign(1, x) : x == 0 ? (y == y ? x : y) : abs(y) == INF ? 0 * x : c / sqrt(c * c + d * d)

inversion(x, y) = z:
a = abs(x)
b = abs(y)
m = max(a, b)
z = x / (a * a + b * b)
guard (m > 1e-140) & (m < 1e150) & (a > 0)

inversion_slow(x, y) = z:
m = max(abs(x), abs(y))
f = m > 1 ? 2.409919865102884e-181 : 4.149515568880993e180
c = x * f
d = y * f
z = x == 0 ? 0 : m == INF ? copysign(0, x) : c / (c * c + d * d) * f
`;
