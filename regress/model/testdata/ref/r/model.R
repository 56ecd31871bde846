# Reference of model_test.go: R's lm and glm with their tests, intervals and criteria, and sandwich's
# robust covariances. Run: LC_ALL=C Rscript model.R telco.csv > model.json
# telco.csv is the Telco churn table as CSV; R 4.2.2, sandwich 3.0-2, jsonlite. "made" is a small generated table.
library(jsonlite); library(sandwich)
# glm drops collinear columns at epsilon / 1000, so epsilon stays as it is, and the fit is polished by going on from its end.
polished <- function(f, data) {
  environment(f) <- environment()
  m <- glm(f, binomial, data, weights = .w)
  for (again in 1:2) { b <- coef(m); b[is.na(b)] <- 0; m <- glm(f, binomial, data, weights = .w, start = b) }
  m
}
n <- 60; i <- seq_len(n)
made <- data.frame(
  y = round(10 + 3 * sin(i) + (i %% 7) * 0.8 + cos(i * i), 4), x = round(5 + 4 * sin(i * 1.7), 3), z = i %% 11,
  g = c("north", "south", "west")[1 + (i * i) %% 3 - (i %% 2) * ((i * i) %% 3 > 1)], won = c("no", "yes")[1 + (sin(i * 2.3) + cos(i) * 0.8 > 0.1)],
  w = 1 + i %% 4, team = paste0("t", (i * 7) %% 13))
telco <- read.csv(commandArgs(TRUE)[1], check.names = FALSE)
telco$event <- factor(telco$Churn)
made$won <- factor(made$won)

show <- function(table, data, formula, family, weights = NULL, cluster = NULL, robust = FALSE) {
  f <- as.formula(formula)
  data$.w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  full <- if (family == "binomial") sub("^(won|Churn)", "factor(\\1)", formula) else formula
  m <- if (family == "binomial") polished(as.formula(full), data) else if (is.null(weights)) lm(f, data) else lm(f, data, weights = .w)
  s <- summary(m)
  k <- s$coefficients
  ci <- if (family == "binomial") confint.default(m) else confint(m)
  out <- list(table = table, formula = formula, family = family, weights = weights, cluster = cluster, names = names(coef(m)),
    dropped = names(coef(m))[is.na(coef(m))], estimate = unname(k[, 1]), se = unname(k[, 2]), statistic = unname(k[, 3]), p = unname(k[, 4]),
    low = unname(ci[rownames(k), 1]), high = unname(ci[rownames(k), 2]), loglik = as.numeric(logLik(m)), aic = AIC(m), bic = BIC(m), n = nobs(m), df = m$df.residual)
  if (family == "binomial") {
    lr <- m$null.deviance - m$deviance
    out$null <- m$null.deviance; out$deviance <- m$deviance
    out$test <- c(lr, m$df.null - m$df.residual, 0, pchisq(lr, m$df.null - m$df.residual, lower.tail = FALSE))
  } else {
    out$sigma <- s$sigma; out$r2 <- s$r.squared; out$adjr2 <- s$adj.r.squared
    out$test <- if (is.null(s$fstatistic)) numeric(0) else c(unname(s$fstatistic), pf(s$fstatistic[1], s$fstatistic[2], s$fstatistic[3], lower.tail = FALSE))
  }
  if (robust) for (h in paste0("HC", 0:3)) out[[tolower(h)]] <- unname(sqrt(diag(vcovHC(m, type = h))))
  if (!is.null(cluster)) { # glm: no (N-1)/(N-K) in sandwich's HC0; CR1 has it
    q <- length(k[, 1]); N <- nobs(m)
    out$cr1 <- unname(sqrt(diag(vcovCL(m, cluster = data[[cluster]], type = "HC0", cadjust = TRUE)) * (N - 1) / (N - q)))
  }
  out
}
usual <- "Churn ~ gender + SeniorCitizen + Partner + Dependents + tenure + PhoneService + InternetService + Contract + PaperlessBilling + PaymentMethod + MonthlyCharges + TotalCharges"
out <- list(
  show("made", made, "y ~ x + z", "gaussian", robust = TRUE, cluster = "team"),
  show("made", made, "y ~ x * g + I(z^2)", "gaussian", robust = TRUE),
  show("made", made, "y ~ g - 1", "gaussian"),
  show("made", made, "y ~ 1", "gaussian"),
  show("made", made, "log(y) ~ x + z + I(x + z) + g", "gaussian", weights = "w"),
  show("made", made, "won ~ x + z", "binomial", robust = TRUE, cluster = "team"),
  show("made", made, "won ~ x + g - 1", "binomial"),
  show("made", made, "won ~ 1", "binomial"),
  show("made", made, "won ~ log(x) + z", "binomial", weights = "w"),
  show("telco", telco, usual, "binomial", robust = TRUE, cluster = "PaymentMethod"),
  show("telco", telco, paste(usual, "+ MultipleLines + OnlineSecurity + OnlineBackup + DeviceProtection + TechSupport + StreamingTV + StreamingMovies"), "binomial"),
  show("telco", telco, "Churn ~ tenure * Contract + factor(SeniorCitizen):InternetService + log1p(MonthlyCharges) - 1", "binomial"),
  show("telco", telco, "MonthlyCharges ~ InternetService * poly(tenure, 2, raw = TRUE) + Contract", "gaussian", robust = TRUE))
columns <- lapply(names(made), function(n) list(name = n, values = if (is.numeric(made[[n]])) made[[n]] else as.character(made[[n]])))
cat(toJSON(list(made = columns, fits = out), digits = NA, auto_unbox = TRUE, null = "null"), "\n")
