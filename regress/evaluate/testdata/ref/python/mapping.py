# Reference of mapping_test.go: scikit-learn 1.9.1, mpmath. Run: python mapping.py; the output is typed into the test. The data
# are the 200 rows of madeUp.
import numpy as np, mpmath as mp
from sklearn.isotonic import IsotonicRegression
i = np.arange(1, 201)
y = ((i * 7919) % 101 < 30).astype(float)
p = ((i * 37) % 89 + 25 * y) / 120 + 0.01
w = 1 + (i % 5) / 2
for s in (None, w):
    f = IsotonicRegression(out_of_bounds="clip").fit(p, y, sample_weight=s)
    print(", ".join("%.16g" % v for v in f.predict(np.arange(21) / 20)))
mp.mp.dps = 40
n1 = int(y.sum()); n0 = 200 - n1
t = [mp.mpf(n1 + 1) / (n1 + 2) if v else mp.mpf(1) / (n0 + 2) for v in y]
x = [mp.log(mp.mpf(float(v)) / (1 - mp.mpf(float(v)))) for v in p]
a, b = mp.mpf(0), mp.mpf(1)
for _ in range(50):
    q = [1 / (1 + mp.exp(-a - b * v)) for v in x]
    g = mp.matrix([sum(u - v for u, v in zip(t, q)), sum((u - v) * z for u, v, z in zip(t, q, x))])
    h = mp.matrix([[sum(v * (1 - v) for v in q), sum(v * (1 - v) * z for v, z in zip(q, x))], [0, sum(v * (1 - v) * z * z for v, z in zip(q, x))]])
    h[1, 0] = h[0, 1]
    d = mp.lu_solve(h, g); a += d[0]; b += d[1]
print(mp.nstr(a, 17), mp.nstr(b, 17))
