# Reference of peers_test.go: scikit-learn 1.9.1, scipy 1.17.1, mpmath. Run: python figures.py; the output is typed into the test.
# The data are the 200 rows of madeUp.
import numpy as np, mpmath as mp
from sklearn import metrics as m
from scipy import stats
i = np.arange(1, 201)
y = ((i * 7919) % 101 < 30).astype(float)
p = ((i * 37) % 89 + 25 * y) / 120 + 0.01
w = 1 + (i % 5) / 2
v = ((i * 31) % 13) ** 2 / 3.0
f = ((i * 17) % 29 + v / 2) / 2 + 0.1
for name, s in (("plain", None), ("weighted", w)):
    print(name, *("%.16g," % x for x in (m.roc_auc_score(y, p, sample_weight=s), m.average_precision_score(y, p, sample_weight=s),
          m.log_loss(y, p, sample_weight=s), m.brier_score_loss(y, p, sample_weight=s))))
    print(" values", *("%.16g," % x for x in (m.mean_squared_error(v, f, sample_weight=s), m.mean_absolute_error(v, f, sample_weight=s),
          m.r2_score(v, f, sample_weight=s), m.mean_poisson_deviance(v, f, sample_weight=s), m.mean_tweedie_deviance(v, f, power=1.5, sample_weight=s),
          m.mean_gamma_deviance(v + 1, f, sample_weight=s))))
print("ranks %.16g, %.16g" % (stats.spearmanr(f, v)[0], stats.kendalltau(f, v)[0]))
# Davis & Goadrich's interpolation by quadrature of 40 digits
mp.mp.dps = 40
area, t, n = mp.mpf(0), mp.mpf(0), mp.mpf(0)
for s in sorted(set(p), reverse=True):
    d, g = mp.mpf(y[p == s].sum()), mp.mpf((1 - y[p == s]).sum())
    if d > 0:
        area += d * mp.quad(lambda x: (t + x * d) / (t + n + x * (d + g)), [0, 1]) if t + n > 0 else d * d / (d + g)
    t, n = t + d, n + g
print("interpolated", mp.nstr(area / t, 18))
