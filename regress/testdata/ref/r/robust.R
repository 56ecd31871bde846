# Reference of hc_test.go: R's lm and glm with offsets, and sandwich's vcovHC, on Spector & Mazzeo.
# Run: Rscript robust.R spector.csv > robust.json   (R 4.2.2, sandwich 3.0-2, jsonlite)
library(jsonlite); library(sandwich)
d <- read.table(commandArgs(TRUE)[1], header = TRUE)
names(d) <- toupper(names(d))
d$w <- 1 + (seq_len(nrow(d)) - 1) %% 3
show <- function(name, m) {
  se <- lapply(paste0("HC", 0:3), function(h) unname(sqrt(diag(vcovHC(m, type = h)))))
  s <- summary(m)
  list(name = name, coef = unname(coef(m)), se = unname(s$coefficients[, 2]), hc0 = se[[1]], hc1 = se[[2]], hc2 = se[[3]], hc3 = se[[4]],
       loglik = as.numeric(logLik(m)), deviance = deviance(m),
       null = if (inherits(m, "glm")) m$null.deviance else NA, r2 = if (inherits(m, "glm") || !is.null(m$offset)) NA else s$r.squared)
}
exact <- glm.control(epsilon = 1e-15, maxit = 100)
out <- list(
  show("line", lm(GPA ~ TUCE + PSI, d)),
  show("line weighted", lm(GPA ~ TUCE + PSI, d, weights = w)),
  show("line offset", lm(GPA ~ PSI + offset(TUCE / 10), d)),
  show("logit", glm(GRADE ~ GPA + TUCE + PSI, binomial, d, control = exact)),
  show("logit weighted", glm(GRADE ~ GPA + TUCE + PSI, binomial, d, weights = w, control = exact)),
  show("logit offset", glm(GRADE ~ GPA + PSI + offset(TUCE / 10), binomial, d, control = exact)),
  show("logit offset no intercept", glm(GRADE ~ GPA + PSI + offset(TUCE / 10) - 1, binomial, d, control = exact)))
cat(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null"), "\n")
