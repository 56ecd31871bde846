# Clustered and HC0 covariances of the same fit by statsmodels: python3 figures.py > robust.json
import json, numpy as np, pandas as pd, statsmodels.api as sm
d = pd.read_csv("alligators.csv"); d["group"] = pd.factorize(d.iloc[:, 2:].astype(str).agg("|".join, axis=1))[0]
e = d.loc[d.index.repeat(d["freq"])].reset_index(drop=True)
X = sm.add_constant(e.iloc[:, 2:-1].to_numpy(float)); y = e["food"].to_numpy()
m = sm.MNLogit(y, X); r = m.fit(method="newton", tol=1e-14, maxiter=100, disp=0)
H = np.linalg.inv(-m.hessian(r.params.ravel("F") if False else r.params))
s = m.score_obs(r.params); S = np.zeros((e["group"].nunique(), s.shape[1])); np.add.at(S, e["group"].to_numpy(), s)
G, N, K = S.shape[0], s.shape[0], s.shape[1]
out = dict(group=[int(g) for g in d["group"]], llf=r.llf, se=np.sqrt(np.diag(H)).tolist(), hc0=np.sqrt(np.diag(H @ s.T @ s @ H)).tolist(),
           cr1=np.sqrt(np.diag(H @ S.T @ S @ H) * G/(G-1)*(N-1)/(N-K)).tolist(), params=np.asarray(r.params).T.tolist())
print(json.dumps(out))
