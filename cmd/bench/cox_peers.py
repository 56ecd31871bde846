"""lifelines' side of the suite of Cox regressions: cox_peers.py FILE ROWS COLUMNS; says what the fit took."""
import json, sys, time, warnings
import numpy as np, pandas as pd
from lifelines import CoxPHFitter

path, n, k = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
values = np.fromfile(path, dtype="<f8")
frame = pd.DataFrame(values[: n * k].reshape(n, k), columns=[f"x{j}" for j in range(k)])
frame["T"], frame["E"] = values[n * k : n * k + n], values[n * k + n :]
warnings.simplefilter("ignore")
start = time.perf_counter()
fit = CoxPHFitter().fit(frame, "T", "E")
seconds = time.perf_counter() - start
print("BENCH " + json.dumps({"seconds": seconds, "coef": [float(c) for c in fit.params_]}))
