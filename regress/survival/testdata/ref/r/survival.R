# Reference of reference_test.go: R's survival package on its own data sets. Writes the data it used, complete rows with numbers alone, beside it.
# Run: Rscript survival.R > survival.json   (R 4.2.2, survival 3.5-3, jsonlite)
suppressMessages({library(survival); library(jsonlite)})
exact <- coxph.control(eps = 1e-14, toler.chol = 1e-14, iter.max = 50)
lung2 <- within(na.omit(lung[, c("inst", "time", "status", "age", "sex", "ph.ecog", "ph.karno", "wt.loss")]), {
  w <- 1 + (seq_along(time) - 1) %% 3; status <- status - 1; late <- pmin(time - 1, ((seq_along(time) - 1) %% 5) * 20) })
veteran2 <- with(veteran, data.frame(time, status, trt, squamous = +(celltype == "squamous"), small = +(celltype == "smallcell"), adeno = +(celltype == "adeno"), karno, diagtime, age, prior, w = 0.5 + (seq_along(time) - 1) %% 4))
heart2 <- with(heart, data.frame(start, stop, event, age, year, surgery, transplant = as.integer(transplant) - 1, id))
kidney2 <- with(kidney, data.frame(id, time, status, age, sex, gn = +(disease == "GN"), an = +(disease == "AN"), pkd = +(disease == "PKD")))
ovarian2 <- with(ovarian, data.frame(time = futime, fustat, age, resid = resid.ds, rx, ps = ecog.ps))
sets <- list(lung = lung2, veteran = veteran2, heart = heart2, kidney = kidney2, ovarian = ovarian2)
for (n in names(sets)) write.csv(sets[[n]], paste0(n, ".csv"), row.names = FALSE, quote = FALSE)

# one Cox model, everything that follows from it
cox <- function(name, set, y, x, ties = "efron", strata = NULL, weights = NULL, cluster = NULL, robust = FALSE) {
  d <- sets[[set]]
  f <- as.formula(paste(sprintf("Surv(%s) ~", paste(y, collapse = ", ")), paste(x, collapse = " + "), if (!is.null(strata)) sprintf("+ strata(%s)", strata) else ""))
  d$.w <- if (is.null(weights)) rep(1, nrow(d)) else d[[weights]]
  args <- list(f, data = d, ties = ties, control = exact, x = TRUE, model = TRUE)
  if (is.null(cluster)) args$robust <- robust
  if (!is.null(weights)) args$weights <- d$.w
  if (!is.null(cluster)) args$cluster <- d[[cluster]]
  m <- do.call(coxph, args)
  row <- d[2, , drop = FALSE]
  s <- survfit(m, newdata = row, conf.type = "log-log", se.fit = TRUE)
  if (length(s$strata)) s <- s[1]
  pick <- unique(round(seq(1, length(s$time), length.out = 7)))
  z <- function(t) { k <- cox.zph(m, transform = t, terms = FALSE); unname(k$table[, "chisq"]) }
  cc <- concordance(m)
  list(name = name, set = set, y = y, x = x, ties = ties, strata = strata, weights = weights, cluster = cluster, robust = robust,
       coef = unname(coef(m)), se = unname(sqrt(diag(if (is.null(m$naive.var)) m$var else m$naive.var))), robust_se = unname(sqrt(diag(m$var))),
       loglik = m$loglik, score = m$score, wald = as.numeric(m$wald.test),
       time = s$time[pick], surv = as.numeric(s$surv)[pick], cumhaz = as.numeric(s$cumhaz)[pick], se_cumhaz = as.numeric(s$std.err)[pick], low = as.numeric(s$lower)[pick], high = as.numeric(s$upper)[pick],
       zph_km = z("km"), zph_rank = z("rank"), zph_identity = z("identity"), zph_log = if (all(d[[y[length(y) - 1]]] > 0)) z("log") else NULL,
       martingale = unname(residuals(m, "martingale"))[1:8], deviance = unname(residuals(m, "deviance"))[1:8],
       dfbeta = unname(as.matrix(residuals(m, "dfbeta"))[5, ]), schoenfeld = unname(as.matrix(residuals(m, "schoenfeld"))[3, ]),
       concordance = unname(cc$concordance), concordance_se = sqrt(cc$var))
}
lx <- c("age", "sex", "ph.ecog", "ph.karno", "wt.loss"); vx <- c("trt", "squamous", "small", "adeno", "karno", "diagtime", "age", "prior")
cases <- list(
  cox("lung", "lung", c("time", "status"), lx), cox("lung breslow", "lung", c("time", "status"), lx, ties = "breslow"),
  cox("lung strata", "lung", c("time", "status"), setdiff(lx, "sex"), strata = "sex"),
  cox("lung weights", "lung", c("time", "status"), lx, weights = "w"), cox("lung weights breslow", "lung", c("time", "status"), lx, weights = "w", ties = "breslow"),
  cox("lung robust", "lung", c("time", "status"), lx, robust = TRUE), cox("lung cluster", "lung", c("time", "status"), lx, cluster = "inst"),
  cox("lung late", "lung", c("late", "time", "status"), lx), cox("lung late strata cluster weights", "lung", c("late", "time", "status"), setdiff(lx, "sex"), strata = "sex", cluster = "inst", weights = "w"),
  cox("veteran", "veteran", c("time", "status"), vx), cox("veteran breslow", "veteran", c("time", "status"), vx, ties = "breslow"),
  cox("veteran strata", "veteran", c("time", "status"), c("karno", "age", "diagtime", "prior"), strata = "trt"),
  cox("veteran weights robust", "veteran", c("time", "status"), vx, weights = "w", robust = TRUE),
  cox("heart", "heart", c("start", "stop", "event"), c("age", "year", "surgery", "transplant")),
  cox("heart breslow cluster", "heart", c("start", "stop", "event"), c("age", "year", "surgery", "transplant"), ties = "breslow", cluster = "id"),
  cox("heart cluster", "heart", c("start", "stop", "event"), c("age", "year", "surgery", "transplant"), cluster = "id"),
  cox("heart strata", "heart", c("start", "stop", "event"), c("age", "year", "transplant"), strata = "surgery"),
  cox("kidney", "kidney", c("time", "status"), c("age", "sex", "gn", "an", "pkd")), cox("kidney cluster", "kidney", c("time", "status"), c("age", "sex", "gn", "an", "pkd"), cluster = "id"),
  cox("ovarian", "ovarian", c("time", "fustat"), c("age", "resid", "rx", "ps")))

km <- function(name, set, y, weights = NULL) {
  d <- sets[[set]]
  f <- as.formula(sprintf("Surv(%s) ~ 1", paste(y, collapse = ", ")))
  d$.w <- if (is.null(weights)) rep(1, nrow(d)) else d[[weights]]
  s <- survfit(f, d, weights = .w, conf.type = "log-log", robust = FALSE)
  u <- summary(s); tau <- max(d[[y[length(y) - 1]]]) / 2; tab <- summary(s, rmean = tau)$table; q <- quantile(s, c(.25, .5))
  list(name = name, set = set, y = y, weights = weights, time = u$time, atrisk = u$n.risk, events = u$n.event, surv = u$surv, se = u$std.err, low = u$lower, high = u$upper,
       cumhaz = u$cumhaz, se_cumhaz = u$std.chaz, tau = tau, rmean = unname(tab[grep("^\\*?rmean", names(tab))]), rmean_se = unname(tab[grep("se\\(rmean", names(tab))]),
       quartile = unname(q$quantile), quartile_low = unname(q$lower), quartile_high = unname(q$upper))
}
curves <- list(km("lung", "lung", c("time", "status")), km("lung weights", "lung", c("time", "status"), "w"), km("veteran", "veteran", c("time", "status")), km("heart", "heart", c("start", "stop", "event")), km("ovarian", "ovarian", c("time", "fustat")))

lr <- function(name, set, y, group, strata = NULL, rho = 0) {
  d <- sets[[set]]
  s <- survdiff(as.formula(paste0("Surv(", paste(y, collapse = ","), ") ~ ", group, if (!is.null(strata)) sprintf(" + strata(%s)", strata) else "")), d, rho = rho)
  sum1 <- function(x) if (is.matrix(x)) unname(rowSums(x)) else unname(x)
  list(name = name, set = set, y = y, group = group, strata = strata, rho = rho, obs = sum1(s$obs), exp = sum1(s$exp), chisq = s$chisq)
}
ranks <- list(lr("lung sex", "lung", c("time", "status"), "sex"), lr("lung ecog", "lung", c("time", "status"), "ph.ecog"), lr("lung ecog by sex", "lung", c("time", "status"), "ph.ecog", "sex"),
  lr("lung ecog rho 1", "lung", c("time", "status"), "ph.ecog", rho = 1), lr("veteran trt", "veteran", c("time", "status"), "trt"), lr("ovarian rx", "ovarian", c("time", "fustat"), "rx"))

aft <- function(name, set, y, x, dist, weights = NULL, cluster = NULL, robust = FALSE) {
  d <- sets[[set]]
  d$.w <- if (is.null(weights)) rep(1, nrow(d)) else d[[weights]]
  f <- as.formula(paste0("Surv(", paste(y, collapse = ","), ") ~ ", paste(x, collapse = " + ")))
  args <- list(f, data = d, dist = dist, weights = d$.w, control = survreg.control(rel.tolerance = 1e-14, maxiter = 100))
  if (is.null(cluster)) args$robust <- robust
  if (!is.null(cluster)) args$cluster <- d[[cluster]]
  m <- do.call(survreg, args)
  v <- if (is.null(m$naive.var)) m$var else m$naive.var
  p <- predict(m, d[2, , drop = FALSE], type = "quantile", p = c(.25, .5, .9), se = TRUE)
  list(name = name, set = set, y = y, x = x, dist = dist, weights = weights, cluster = cluster, robust = robust, coef = unname(coef(m)), scale = m$scale, se = unname(sqrt(diag(v))),
       robust_se = unname(sqrt(diag(m$var))), loglik = m$loglik, quantile = as.numeric(p$fit), quantile_se = as.numeric(p$se.fit))
}
models <- list()
for (dist in c("weibull", "exponential", "lognormal", "loglogistic")) models <- c(models, list(
  aft(paste("lung", dist), "lung", c("time", "status"), lx, dist), aft(paste("veteran", dist), "veteran", c("time", "status"), vx, dist),
  aft(paste("lung cluster", dist), "lung", c("time", "status"), lx, dist, cluster = "inst"),
  aft(paste("lung weights", dist), "lung", c("time", "status"), lx, dist, weights = "w"), aft(paste("ovarian", dist), "ovarian", c("time", "fustat"), c("age", "rx"), dist)))

# time in whole periods: months of the lung data, by expansion to a row per month and glm
periods <- function(link) {
  d <- sets$lung; d$month <- ceiling(d$time / 90)
  long <- d[rep(seq_len(nrow(d)), d$month), ]; long$t <- sequence(d$month); long$y <- +(long$t == long$month & long$status == 1)
  long <- long[long$t <= 8, ]
  m <- glm(y ~ factor(t) - 1 + age + sex + ph.ecog, binomial(link), long, control = glm.control(epsilon = 1e-15, maxit = 100))
  # standard errors from the observed information, which is the expected one for the logit
  list(link = link, coef = unname(coef(m)), se = unname(sqrt(diag(vcov(m)))), loglik = as.numeric(logLik(m)))
}
cat(toJSON(list(versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))), cox = cases, km = curves, logrank = ranks, aft = models, discrete = list(periods("logit"), periods("cloglog"))),
  digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "\n")
