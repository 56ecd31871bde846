# Makes glmnet.json: small sets and what glmnet 4.1-6 (R 4.2) finds in them. Run: Rscript glmnet.R > glmnet.json
suppressMessages(library(glmnet)); library(jsonlite)
glmnet.control(fdev = 0, devmax = 1, eps = 1e-12)
set.seed(20)
draw <- function(n, p, rho) { z <- matrix(rnorm(n * p), n, p); for (j in 2:p) z[, j] <- rho * z[, j - 1] + sqrt(1 - rho^2) * z[, j]; round(z %*% diag(rep(c(1, 10, .1), length.out = p)) + 3, 4) }
sets <- list()
add <- function(name, x, y, family, alpha, weights = NULL, offset = NULL, factors = NULL, intercept = TRUE, standardize = TRUE, folds = NULL, n = 12) {
  pf <- if (is.null(factors)) rep(1, ncol(x)) else factors * ncol(x) / sum(factors)
  w <- if (is.null(weights)) rep(1, nrow(x)) else weights
  args <- list(x = x, y = y, family = family, alpha = alpha, weights = w, offset = offset, penalty.factor = pf, intercept = intercept, standardize = standardize, thresh = 1e-18, maxit = 1e8)
  f <- do.call(glmnet, c(args, list(nlambda = n)))
  s <- list(name = name, family = family, alpha = alpha, x = x, y = y, weights = weights, offset = offset, factors = if (is.null(factors)) NULL else pf, intercept = intercept, raw = !standardize,
    lambda = f$lambda, coef = t(as.matrix(rbind(f$a0, f$beta))), dev = f$dev.ratio, nulldev = f$nulldev, df = f$df)
  if (!is.null(folds)) {
    args$thresh <- 1e-14
    cv <- do.call(cv.glmnet, c(args, list(lambda = f$lambda, foldid = folds, grouped = TRUE)))
    s <- c(s, list(folds = folds - 1, cvm = cv$cvm, cvsd = cv$cvsd, min = cv$lambda.min, onese = cv$lambda.1se))
  }
  sets[[length(sets) + 1]] <<- s
}
unit <- function(y) { y <- y - mean(y); y <- y / sqrt(mean(y^2)); y }
x <- draw(80, 10, .6); y <- round(x[, 1] * 2 - x[, 2] * .3 + x[, 6] * 8 + 2 * rnorm(80), 3)
add("gaussian lasso", x, y, "gaussian", 1, folds = rep(1:5, 16))
add("gaussian lasso weighted", x, y, "gaussian", 1, weights = rep(c(1, 2, .5, 3), 20), offset = round(rnorm(80), 2))
add("gaussian lasso no intercept", x, y, "gaussian", 1, intercept = FALSE)
add("gaussian lasso raw", x, y, "gaussian", 1, standardize = FALSE)
add("gaussian ridge", x, unit(y), "gaussian", 0)
add("gaussian factors", x, unit(y), "gaussian", .7, factors = c(0, 1, 1, 2, 2, 1, 0.5, 1, 1, 1))
x <- draw(40, 60, .3); y <- unit(x[, 1] + x[, 4] * 2 + rnorm(40))
add("gaussian wide", x, y, "gaussian", .5)
x <- draw(120, 12, .5); eta <- scale(x) %*% c(1, -1, .5, rep(0, 9)); y <- rbinom(120, 1, plogis(eta))
add("binomial lasso", x, y, "binomial", 1, folds = rep(1:6, 20))
add("binomial all", x, y, "binomial", .4, weights = rep(c(1, 2, 3), 40), offset = round(rnorm(120, 0, .5), 2), factors = c(0, 1, 1, 2, 2, 1, 0.5, 1, 1, 1, 1, 1))
x <- draw(50, 80, .2); y <- rbinom(50, 1, plogis(scale(x)[, 1:2] %*% c(1, 1)))
add("binomial wide", x, y, "binomial", .9)
x <- draw(100, 8, .5); off <- round(log(runif(100, 1, 20)), 3); y <- rpois(100, exp(off + scale(x)[, 1:2] %*% c(.5, -.3) - 1))
add("poisson", x, y, "poisson", .3, offset = off, folds = rep(1:4, 25))
add("poisson lasso weighted", x, y, "poisson", 1, weights = rep(c(1, 2, .5, 3), 25))
cat(toJSON(sets, digits = NA, auto_unbox = TRUE, null = "null"))
