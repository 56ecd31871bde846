import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.metrics import silhouette_score
from sklearn.cluster import KMeans
for name in ["iris","faithful"]:
    x=np.loadtxt(name+".csv",delimiter=",")
    for k in range(2,5):
        km=KMeans(k,n_init=50,random_state=0,tol=0,max_iter=1000).fit(x)
        print(name,k,"silhouette",repr(silhouette_score(x,km.labels_)),"inertia",km.inertia_)
        for cov in ["full","diag"]:
            best=max((GaussianMixture(k,covariance_type=cov,reg_covar=0,tol=1e-10,max_iter=5000,random_state=s,n_init=1).fit(x) for s in range(10)), key=lambda g:g.score(x))
            print(name,k,cov,"loglik",best.score(x)*len(x),"bic",best.bic(x))
