# Peer of TestPeer. panel.csv is peerData (helpers_test.go): customer,activity,spend.
# independent: forward algorithm written from scratch, optim BFGS + nlm, numerical hessian
d <- read.csv("panel.csv")  # customer, activity, spend
byc <- split(d, d$customer)
K <- 2
unpack <- function(th) {
  P <- matrix(0,K,K); l <- th[1:(K*(K-1))]; n <- 0
  for (i in 1:K) for (j in 1:K) if (i!=j) { n <- n+1; P[i,j] <- exp(l[n]) } else P[i,j] <- 1
  P <- P/rowSums(P); o <- K*(K-1)
  dl <- c(1,exp(th[o+seq_len(K-1)])); dl <- dl/sum(dl); o <- o+K-1
  list(P=P, d=dl, mu=exp(th[o+1:K]), r=exp(th[o+K+1:K]), m=exp(th[o+2*K+1:K]), a=exp(th[o+3*K+1]))
}
nll <- function(th) {
  q <- unpack(th); tot <- 0
  E <- sapply(1:K, function(i) { f <- dnbinom(d$activity, size=q$r[i], mu=q$mu[i]); s <- d$spend>0; f[s] <- f[s]*dgamma(d$spend[s], shape=q$a, rate=q$a/q$m[i]); f })
  for (c in idx) { a <- q$d*E[c[1],]; s <- sum(a); tot <- tot+log(s); a <- a/s
    for (t in c[-1]) { a <- as.vector(a %*% q$P)*E[t,]; s <- sum(a); tot <- tot+log(s); a <- a/s } }
  -tot
}
idx <- split(seq_len(nrow(d)), d$customer)
th <- c(-1.5,-1.5, 0, log(c(.5,4)), log(c(1,4)), log(c(50,200)), log(2))
o <- optim(th, nll, method="BFGS", control=list(maxit=500, reltol=1e-14))
o <- optim(o$par, nll, method="BFGS", control=list(maxit=500, reltol=1e-15), hessian=TRUE)
q <- unpack(o$par); print(-o$value, digits=12); print(q, digits=9)
print(sqrt(diag(solve(o$hessian))), digits=6)
