"""The peers' side of the suite of regressions: regress_peers.py JOB WAY FILE ROWS COLUMNS; says what the fit took."""
import json, resource, sys, time, warnings
import numpy as np

job, way, path, n, k = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
values = np.fromfile(path, dtype="<f8")
X, y = values[: n * k].reshape(n, k), values[n * k :]
lambdas = 10.0 ** (-np.arange(1, 31) * 3 / 30)
warnings.simplefilter("ignore")
if way in ("Logit", "GLM"):
    import statsmodels.api as sm
else:
    from sklearn.linear_model import LogisticRegression, lasso_path


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


def logistic():
    if way == "Logit":
        return sm.Logit(y, X).fit(disp=0).params
    if way == "GLM":
        return sm.GLM(y, X, family=sm.families.Binomial()).fit().params
    more = {"tol": 1e-8, "max_iter": 1000} if way != "lbfgs" else {}
    m = LogisticRegression(C=np.inf, solver="lbfgs", **more).fit(X[:, 1:], y)
    return np.r_[m.intercept_, m.coef_[0]]


def standardised():
    Z = X[:, 1:]
    mean, scale = Z.mean(0), Z.std(0)
    return (Z - mean) / scale, mean, scale


def back(b0, b, mean, scale):
    b = b / scale
    return np.r_[b0 - mean @ b, b]


def lasso_gaussian():
    Z, mean, scale = standardised()
    centre = y.mean()
    _, coefs, _ = lasso_path(Z, y - centre, alphas=lambdas, copy_X=False)
    return back(centre, coefs[:, -1], mean, scale)


def lasso_binomial():
    Z, mean, scale = standardised()
    m = LogisticRegression(l1_ratio=1, solver="saga", warm_start=True, max_iter=1000)
    for l in lambdas:
        m.C = 1 / (n * l)
        m.fit(Z, y)
    return back(m.intercept_[0], m.coef_[0], mean, scale)


fit = {"logistic": logistic, "lasso-gaussian": lasso_gaussian, "lasso-binomial": lasso_binomial}[job]
start, before = time.perf_counter(), cpu()
coef = fit()
print("BENCH " + json.dumps({"seconds": time.perf_counter() - start, "cpu": cpu() - before, "coef": [float(c) for c in coef]}))
