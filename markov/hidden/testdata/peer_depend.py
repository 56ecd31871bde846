"""Peer of TestDependentPeer: a forward algorithm of its own under scipy's BFGS. depend.csv is dependentPeer (depend_test.go): customer,activity,spend,season,price.
Moves are multinomial logits against staying in season and price as they are (depmixS4's parametrisation); standard errors by central differences of the gradient,
which is by central differences too, with Richardson's extrapolation."""
import numpy as np
from scipy.optimize import minimize
from scipy.stats import poisson, gamma

d = np.genfromtxt("depend.csv", delimiter=",", names=True)
first = np.r_[True, d["customer"][1:] != d["customer"][:-1]]
n, periods = first.sum(), len(d) // first.sum()
shape = (n, periods)
y, s = d["activity"].reshape(shape), d["spend"].reshape(shape)
z = np.stack([np.ones(shape), d["season"].reshape(shape), d["price"].reshape(shape)], -1)


def minus(th):
    up, down = th[0:3], th[3:6]  # logits of 1→2 and 2→1
    delta = 1 / (1 + np.exp(-th[6]))
    mean, spend, a = np.exp(th[7:9]), np.exp(th[9:11]), np.exp(th[11])
    f = np.stack([poisson.logpmf(y, m) + np.where(s > 0, gamma.logpdf(np.where(s > 0, s, 1), a, scale=v / a), 0) for m, v in zip(mean, spend)], -1)
    p12, p21 = 1 / (1 + np.exp(-z @ up)), 1 / (1 + np.exp(-z @ down))
    alpha = np.array([1 - delta, delta]) * np.exp(f[:, 0])
    total = np.log(alpha.sum(1))
    alpha /= alpha.sum(1, keepdims=True)
    for t in range(1, periods):
        a1, a2 = alpha[:, 0], alpha[:, 1]
        alpha = np.stack([a1 * (1 - p12[:, t - 1]) + a2 * p21[:, t - 1], a1 * p12[:, t - 1] + a2 * (1 - p21[:, t - 1])], -1) * np.exp(f[:, t])
        total += np.log(alpha.sum(1))
        alpha /= alpha.sum(1, keepdims=True)
    return -total.sum()


def slope(f, x, h):
    out = np.zeros(len(x))
    for i in range(len(x)):
        e = np.eye(len(x))[i]
        d1 = (f(x + h * e) - f(x - h * e)) / (2 * h)
        d2 = (f(x + h / 2 * e) - f(x - h / 2 * e)) / h
        out[i] = (4 * d2 - d1) / 3
    return out


best = minimize(minus, np.r_[-1.4, 0, 0, -1.7, 0, 0, 0, np.log([0.5, 4, 40, 160, 3])], jac=lambda x: slope(minus, x, 1e-3), method="BFGS", options={"gtol": 1e-9, "maxiter": 500})
x = best.x
for _ in range(3):
    H = np.array([slope(lambda v: slope(minus, v, 1e-3)[i], x, 1e-3) for i in range(len(x))])
    x = x - np.linalg.solve((H + H.T) / 2, slope(minus, x, 1e-3))
se = np.sqrt(np.diag(np.linalg.inv((H + H.T) / 2)))
print("log L %.10f" % -minus(x))
for a, b in zip(x, se):
    print("%.9f %.7f" % (a, b))
