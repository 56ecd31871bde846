# Reference of glm_test.go: R's glm, MASS's glm.nb, statmod's tweedie, sandwich's robust covariances, and a Tweedie density
# summed as what it is, a Poisson number of gamma amounts.
# Run: Rscript glm.R > glm.json   (R 4.2.2, MASS 7.3-58.2, statmod 1.5.0, sandwich 3.0-2, jsonlite 1.8.4)
suppressMessages({library(jsonlite); library(MASS); library(sandwich); library(statmod)})
n <- 90; i <- seq_len(n)
d <- data.frame(x = round(2 + 2 * sin(i * 1.7), 3), z = i %% 7, g = c("a", "b", "c")[1 + (i * i) %% 3 - (i %% 2) * ((i * i) %% 3 > 1)],
  w = 1 + i %% 3, e = round(0.5 + abs(cos(i * 0.7)), 3), team = (i * 7) %% 13)
u <- (i * 0.618033988749895) %% 1   # low-discrepancy uniforms
v <- (i * 0.754877666246693) %% 1
eta <- -0.4 + 0.5 * d$x - 0.1 * d$z + 0.4 * (d$g == "b")
d$won <- as.numeric(plogis(eta) > u)
d$share <- round((plogis(eta) + v) / 2, 3)
d$count <- qnbinom(u, size = 1.3, mu = exp(eta))
d$few <- qpois(u, exp(eta))
d$amount <- round(1000 * qgamma(0.02 + 0.96 * u, shape = 2.2) / 2.2 * exp(eta), 2)
d$some <- ifelse(v < 0.35, 0, d$amount)
exact <- glm.control(epsilon = 1e-15, maxit = 200)

show <- function(name, m, y, distribution, link, quasi = FALSE, theta = 0, power = 0, full = TRUE, extra = list()) {
  s <- if (theta > 0) summary(m, dispersion = 1) else summary(m); X <- model.matrix(m)
  out <- list(name = name, distribution = distribution, link = link, quasi = quasi, theta = theta, power = power,
    names = colnames(X), x = unname(as.vector(t(X))), y = unname(y), weights = if (any(m$prior.weights != 1)) unname(m$prior.weights),
    offset = unname(m$offset), coef = unname(coef(m)), se = unname(s$coefficients[, 2]), statistic = unname(s$coefficients[, 3]), p = unname(s$coefficients[, 4]),
    deviance = m$deviance, null = m$null.deviance, dispersion = s$dispersion, df = m$df.residual,
    pearson = sum(residuals(m, "pearson")^2))
  if (full) {
    for (h in paste0("HC", 0:3)) out[[tolower(h)]] <- unname(sqrt(diag(vcovHC(m, type = h))))
    q <- length(coef(m)); N <- nobs(m)
    out$cr1 <- unname(sqrt(diag(vcovCL(m, cluster = d$team, type = "HC0", cadjust = TRUE)) * (N - 1) / (N - q)))
    out$hat <- unname(hatvalues(m)); out$cook <- unname(cooks.distance(m))
    out$rdev <- unname(residuals(m, "deviance")); out$rpearson <- unname(residuals(m, "pearson"))
  }
  c(out, extra)
}
ll <- function(m) list(loglik = as.numeric(logLik(m)), aic = AIC(m), bic = BIC(m))
nb <- function(m) c(list(thetahat = m$theta, thetase = m$SE.theta, loglik = m$twologlik / 2), list())

g <- function(f, fam, weights = rep(1, n)) { environment(f) <- environment(); m <- suppressWarnings(glm(f, fam, d, weights = weights, control = exact))
  for (again in 1:3) m <- suppressWarnings(glm(f, fam, d, weights = weights, control = exact, start = coef(m))) # polished
  m }
q <- g

# Tweedie log-likelihood, p between 1 and 2
dtw <- function(y, mu, phi, p) mapply(function(y, mu) {
  lambda <- mu^(2 - p) / (phi * (2 - p)); a <- (2 - p) / (p - 1); sc <- phi * (p - 1) * mu^(p - 1)
  if (y == 0) return(-lambda)
  k <- 1:400
  t <- dpois(k, lambda, log = TRUE) + dgamma(y, shape = k * a, scale = sc, log = TRUE)
  max(t) + log(sum(exp(t - max(t))))
}, y, mu)
twfit <- function(p) {
  m <- g(some / 1000 ~ x + z + g, tweedie(var.power = p, link.power = 0))
  o <- optimize(function(lp) sum(dtw(d$some / 1000, fitted(m), exp(lp), p)), c(-4, 4), maximum = TRUE, tol = 1e-10)
  list(m = m, ll = o$objective, phi = exp(o$maximum))
}
best <- optimize(function(p) twfit(p)$ll, c(1.05, 1.95), maximum = TRUE, tol = 1e-9)
h <- 0.004; tb <- twfit(best$maximum)
power_se <- 1 / sqrt(-(twfit(best$maximum + h)$ll - 2 * tb$ll + twfit(best$maximum - h)$ll) / h^2)
t15 <- twfit(1.5)

m1 <- g(won ~ x + z + g, binomial("probit")); m2 <- g(won ~ x + z + g, binomial("cloglog"))
m3 <- g(won ~ x + z + g, binomial("logit"))
m4 <- g(count ~ x + z + g, poisson); m5 <- g(count ~ x + z + offset(log(e)), poisson, weights = d$w); m6 <- g(count ~ x + z - 1, poisson)
m7 <- g(count ~ x + z + g, quasipoisson); m8 <- q(share ~ x + z + g, quasibinomial); m8p <- q(share ~ x + z + g, quasibinomial("probit")); m8c <- q(share ~ x + z + g, quasibinomial("cloglog"))
m9 <- g(amount ~ x + z + g, Gamma("log")); m10 <- g(amount ~ x + z + g, Gamma("inverse")); m11 <- g(amount ~ x + z + g + offset(log(e)), Gamma("log"), weights = d$w)
m12 <- glm.nb(count ~ x + z + g, d, control = exact); m13 <- glm.nb(count ~ x + z + offset(log(e)), d, weights = w, control = exact)
m14 <- g(count ~ x + z + g, negative.binomial(2))
gs <- function(m) { a <- gamma.shape(m, it.lim = 100, eps.max = 1e-12); list(shape = a$alpha, shapese = a$SE) }
out <- list(
  show("logit", m3, d$won, "binomial", "logit", extra = ll(m3)),
  show("probit", m1, d$won, "binomial", "probit", extra = ll(m1)),
  show("cloglog", m2, d$won, "binomial", "cloglog", extra = ll(m2)),
  show("poisson", m4, d$count, "poisson", "log", extra = ll(m4)),
  show("poisson weights offset", m5, d$count, "poisson", "log", extra = ll(m5)),
  show("poisson no intercept", m6, d$count, "poisson", "log", extra = ll(m6)),
  show("quasipoisson", m7, d$count, "poisson", "log", TRUE),
  show("quasibinomial", m8, d$share, "binomial", "logit", TRUE),
  show("quasibinomial probit", m8p, d$share, "binomial", "probit", TRUE),
  show("quasibinomial cloglog", m8c, d$share, "binomial", "cloglog", TRUE),
  show("gamma log", m9, d$amount, "gamma", "log", extra = c(ll(m9), gs(m9))),
  show("gamma inverse", m10, d$amount, "gamma", "inverse", extra = c(ll(m10), gs(m10))),
  show("gamma weights offset", m11, d$amount, "gamma", "log", extra = ll(m11)),
  show("negbin", m12, d$count, "negative-binomial", "log", extra = nb(m12)),
  show("negbin weights offset", m13, d$count, "negative-binomial", "log", extra = nb(m13)),
  show("negbin given", m14, d$count, "negative-binomial", "log", theta = 2, extra = list(loglik = sum(dnbinom(d$count, size = 2, mu = fitted(m14), log = TRUE)))),
  show("tweedie 1.5", t15$m, d$some / 1000, "tweedie", "log", power = 1.5, extra = list(loglik = t15$ll, phi = t15$phi)),
  show("tweedie", tb$m, d$some / 1000, "tweedie", "log", full = FALSE, extra = list(loglik = tb$ll, phi = tb$phi, powerhat = best$maximum, powerse = power_se)))
cat(toJSON(list(team = d$team, fits = out), digits = NA, auto_unbox = TRUE, null = "null"), "\n")
