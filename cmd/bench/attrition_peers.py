"""scipy's side of the suite of latent attrition: attrition_peers.py FILE ROWS MODEL; says what the fit took. Analytic gradients, BFGS on the mean log-likelihood in logarithms of the
parameters. The integral of Pareto/NBD is Mainstay's, by 20 nodes, because the hypergeometric functions have no gradient, and cost more."""
import json, sys, time
import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, psi

path, n, model = sys.argv[1], int(sys.argv[2]), sys.argv[3]
x, tx, T = np.fromfile(path, dtype="<f8").reshape(3, n)


def bg(theta):
    r, al, a, b = np.exp(theta)
    la1, la0 = np.log(al + T), np.log(al + tx)
    later = b + np.maximum(x, 1) - 1
    A = -(r + x) * la1
    B = np.where(x > 0, np.log(a) - np.log(later) - (r + x) * la0, -np.inf)
    whole = np.logaddexp(A, B)
    q = np.exp(B - whole)
    p = 1 - q
    ll = gammaln(r + x) - gammaln(r) + r * np.log(al) + gammaln(a + b) - gammaln(a + b + x) + gammaln(b + x) - gammaln(b) + whole
    both = psi(a + b + x) - psi(a + b)
    g = [
        psi(r + x) - psi(r) + np.log(al) - p * la1 - q * la0,
        r / al - (r + x) * (p / (al + T) + q / (al + tx)),
        -both + q / a,
        psi(b + x) - psi(b) - both - q / later,
    ]
    return -ll.mean(), -np.array([v.mean() for v in g]) * np.exp(theta)


nodes, weights = np.polynomial.legendre.leggauss(20)
nodes, weights = (nodes + 1) / 2, weights / 2


def pareto(theta):
    total, grad, size = 0.0, np.zeros(4), 8192  # what fits the cache
    r, al, s, be = np.exp(theta)
    c = min(al, be)
    for lo in range(0, n, size):
        X, t0, t1 = x[lo : lo + size], tx[lo : lo + size], T[lo : lo + size]
        R = r + X
        length = np.log1p((t1 - t0) / (c + t0))
        rate = R * (c + t0) / (al + t0) + (s + 1) * (c + t0) / (be + t0) - 1
        length = np.where(rate > 0, np.minimum(length, 42 / np.maximum(rate, 1e-300)), length)
        u = length[:, None] * nodes
        t = (c + t0)[:, None] * np.exp(u) - c
        ea, eb = 1 / (al + t), 1 / (be + t)
        la, lb = np.log((al + t1)[:, None] * ea), np.log((be + t1)[:, None] * eb)
        high = R * la[:, 0] + s * lb[:, 0]
        f = weights * np.exp(R[:, None] * la + s * lb - high[:, None]) * (c + t) * eb
        sum = f.sum(1)
        odds = np.where(length > 0, np.log(s) + high + np.log(np.maximum(sum * length, 1e-300)), -np.inf)
        q = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
        la1, lb1 = np.log1p(t1 / al), np.log1p(t1 / be)
        ll = gammaln(R) - gammaln(r) - X * np.log(al) - R * la1 - s * lb1 + np.logaddexp(0, odds)
        total += ll.sum()
        mean = lambda v: (f * v).sum(1) / sum
        grad += [
            (psi(R) - psi(r) - la1 + q * mean(la)).sum(),
            (r * t1 / (al * (al + t1)) - X / (al + t1) + q * R * (1 / (al + t1) - mean(ea))).sum(),
            (-lb1 + q * (mean(lb) + 1 / s)).sum(),
            (s * t1 / (be * (be + t1)) + q * (s / (be + t1) - (s + 1) * mean(eb))).sum(),
        ]
    return -total / n, -grad * np.exp(theta) / n


start = time.perf_counter()
fit = minimize({"bg/nbd": bg, "pareto/nbd": pareto}[model], np.log([0.7, 0.7 * T.mean() / max(x.mean(), 1e-9) / 1.5, 0.7, 1.5 if model == "bg/nbd" else T.mean()]), jac=True, method="BFGS", options={"gtol": 1e-7})
seconds = time.perf_counter() - start
print("BENCH " + json.dumps({"seconds": seconds, "coef": [float(v) for v in fit.x]}))
print(fit.nfev, fit.message, file=sys.stderr)
