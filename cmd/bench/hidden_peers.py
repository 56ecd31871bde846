"""hmmlearn's side of the suite of hidden states: hidden_peers.py FILE CUSTOMERS PERIODS STATES; says what the fit took. One climb of expectation-maximisation from its own
k-means start, until a step gains less than 1e-9 a period, as Mainstay's climbs end; no standard errors."""
import json, sys, time, warnings
import numpy as np
from hmmlearn.hmm import PoissonHMM

path, customers, periods, states = sys.argv[1], *map(int, sys.argv[2:5])
x = np.fromfile(path, dtype="<f8").astype(np.int64).reshape(-1, 1)
start = time.perf_counter()
model = PoissonHMM(n_components=states, n_iter=1000, tol=1e-9 * len(x), random_state=1).fit(x, [periods] * customers)
seconds = time.perf_counter() - start
order = np.argsort(model.lambdas_[:, 0])
coef = list(np.log(model.lambdas_[order, 0])) + list(np.diag(model.transmat_)[order])
print("BENCH " + json.dumps({"seconds": seconds, "coef": [float(v) for v in coef]}))
print(len(model.monitor_.history), "iterations,", model.monitor_.history[-1], file=sys.stderr)
