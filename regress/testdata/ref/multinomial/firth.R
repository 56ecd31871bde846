# Firth's penalised multinomial logit: brglm2 0.9 (brmultinom, type "AS_mean", by the Poisson trick) on Agresti's alligators, and on a table with an
# empty cell whose figures are also those of the penalised likelihood itself, by nlminb, with the ends of profiles by uniroot. Writes firth.json.
library(brglm2)
options(digits = 15)
a <- read.csv("alligators.csv", check.names = FALSE)
x <- as.matrix(cbind(1, a[, 3:6]))
one <- brmultinom(factor(a$food) ~ x - 1, weights = a$freq, type = "AS_mean", ref = 1, epsilon = 1e-12, maxit = 500)
se <- function(f) unname(t(matrix(sqrt(diag(vcov(f))), ncol = ncol(coef(f)), byrow = FALSE)))

cells <- rbind(c(0, 0, 20, 6, 2), c(0, 1, 15, 8, 4), c(0, 2, 12, 9, 3), c(0, 3, 6, 10, 9), c(1, 0, 5, 3, 0), c(1, 2, 4, 6, 0))
z <- cbind(1, cells[, 1:2]); n <- cells[, 3:5]
eta <- function(b) cbind(0, z %*% matrix(b, 3))
information <- function(b) {
  p <- exp(eta(b)); p <- p / rowSums(p); p <- p[, -1]; out <- matrix(0, 6, 6)
  for (i in seq_len(nrow(z))) out <- out + sum(n[i, ]) * kronecker(diag(p[i, ]) - tcrossprod(p[i, ]), tcrossprod(z[i, ]))
  out
}
star <- function(b) { e <- eta(b); sum(n * (e - log(rowSums(exp(e))))) + .5 * as.numeric(determinant(information(b))$modulus) }
climb <- function(start, fixed = integer(), at = 0) {
  full <- function(free) { b <- numeric(6); b[fixed] <- at; b[setdiff(1:6, fixed)] <- free; b }
  free <- setdiff(1:6, fixed)
  o <- nlminb(start[free], function(f) -star(full(f)), control = list(rel.tol = 1e-15, x.tol = 1e-12, iter.max = 5000, eval.max = 20000))
  o <- optim(o$par, function(f) -star(full(f)), method = "BFGS", control = list(reltol = 1e-16, maxit = 5000, ndeps = rep(1e-5, length(free))))
  list(b = full(o$par), star = -o$value)
}
best <- climb(rep(0, 6))
end <- function(j, sign, z2 = qchisq(.95, 1)) uniroot(function(v) best$star - climb(best$b, j, v)$star - z2 / 2, best$b[j] + sign * c(.05, 12), tol = 1e-9)$root
low <- sapply(1:6, end, -1); high <- sapply(1:6, end, 1)
chi <- sapply(1:6, function(j) 2 * (best$star - climb(best$b, j, 0)$star))
null <- climb(best$b, c(2, 3, 5, 6), 0)$star
long <- data.frame(y = factor(rep(1:3, each = 6)), flag = rep(cells[, 1], 3), v = rep(cells[, 2], 3), n = c(n))
two <- brmultinom(y ~ flag + v, data = long, weights = n, type = "AS_mean", ref = 1, epsilon = 1e-12, maxit = 500)
v <- function(x) paste0("[", paste(format(x, digits = 14, trim = TRUE), collapse = ", "), "]")
writeLines(c("{", paste0("\"alligators\": {\"coef\": ", v(c(t(coef(one)))), ", \"se\": ", v(summary(one)$standard.errors |> t() |> c()), "},"),
  paste0("\"cells\": {\"coef\": ", v(c(t(coef(two)))), ", \"own\": ", v(best$b), ", \"se\": ", v(sqrt(diag(solve(information(best$b))))), ",\n\"low\": ", v(low), ", \"high\": ", v(high), ",\n\"chi\": ", v(chi), ", \"loglik\": ", format(best$star, digits = 15), ", \"null\": ", format(null, digits = 15), "}"), "}"), "firth.json")
