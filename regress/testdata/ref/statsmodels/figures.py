"""Reference figures of logistic_test.go and ols_test.go, by statsmodels 0.15.0 (and scipy's
mannwhitneyu). Run: python figures.py. The recorded output is typed into the tests."""
import numpy as np
import statsmodels.api as sm
from scipy.stats import mannwhitneyu


def show(title, model, *names):
    for name in names:
        print(title, name, [repr(float(v)) for v in np.ravel(getattr(model, name))])


def binomial(y, x, **kw):
    fit = {k: kw.pop(k) for k in ("cov_type", "cov_kwds") if k in kw}
    return sm.GLM(y, x, family=sm.families.Binomial(), **kw).fit(tol=1e-14, maxiter=100, **fit)


def logit(y, x):
    return sm.Logit(y, x).fit(method="newton", tol=1e-14, maxiter=100, disp=0)


def clustered(groups):
    return {"cov_type": "cluster", "cov_kwds": {"groups": groups}}


# Spector & Mazzeo: 32 students; intercept last; clusters of four; weights 1 2 3 1 2 3 …
data = sm.datasets.spector.load().data
gpa, tuce, psi, grade = (data[c].to_numpy(float) for c in ("GPA", "TUCE", "PSI", "GRADE"))
four, weights = np.arange(32) // 4, 1 + np.arange(32) % 3
x = np.column_stack([gpa, tuce, psi, np.ones(32)])
show("spector", logit(grade, x), "params", "bse", "llf")
show("spector", binomial(grade, x), "deviance", "null_deviance")
show("spector clustered", binomial(grade, x, **clustered(four)), "bse")
show("spector weighted", binomial(grade, x, freq_weights=weights), "params", "bse", "deviance")
single = np.column_stack([gpa.astype(np.float32).astype(float), tuce, psi, np.ones(32)])
show("spector single precision", logit(grade, single), "params", "llf")

x = np.column_stack([np.ones(32), tuce, psi])
show("line clustered", sm.OLS(gpa, x).fit(**clustered(four)), "params", "bse", "rsquared", "llf", "scale")
show("line weighted", sm.WLS(gpa, x, weights=weights).fit(), "params", "bse", "rsquared", "llf", "ssr", "centered_tss")
show("line weighted clustered", sm.WLS(gpa, x, weights=weights).fit(**clustered(four)), "bse")

# The generated set: a linear congruential generator, five numbers per row.
n, s, u = 2000, 12345, []
for _ in range(5 * n):
    s = (s * 1103515245 + 12345) % 2**31
    u.append((s + 0.5) / 2**31)
u = np.array(u).reshape(n, 5)
recency, orders, region = 365 * u[:, 0], np.floor(1 / (0.02 + u[:, 1])), (u[:, 2] < 0.3) * 1.0
gap = recency * 0.5 + 40 * u[:, 3]
eta = -2.2 + 0.01 * recency - 0.06 * orders + 0.8 * region - 0.004 * gap
y = (u[:, 4] < 1 / (1 + np.exp(-eta))) * 1.0
x = np.column_stack([np.ones(n), recency, orders, region, gap])
m = logit(y, x)
show("generated", m, "params", "bse", "llf", "llnull")
show("generated clustered", binomial(y, x, **clustered(np.arange(n) % 97)), "bse")
p = m.predict(x)
print("auc", mannwhitneyu(p[y == 1], p[y == 0]).statistic / (y.sum() * (n - y.sum())))
print("log loss", repr(float(-m.llf / n)), "brier", repr(float(np.mean((p - y) ** 2))))
timid = np.clip(p * 1.5, 0, 0.99)
show("calibration slope", logit(y, np.column_stack([np.ones(n), np.log(timid / (1 - timid))])), "params", "bse")
at = m.get_prediction(np.array([[1, 100, 5, 1, 60.0]])).summary_frame().to_numpy().ravel()
print("prediction: p, se, low, high", [repr(float(v)) for v in at])
