# Multinomial logit of Agresti's alligators (Categorical Data Analysis, table 8.1; brglm2 0.9) by nnet::multinom 7.3-18, for
# multinomial_test.go: Rscript figures.R. Writes alligators.csv and figures.json.
suppressMessages({library(nnet); library(brglm2); library(jsonlite)})
data(alligators)
a <- alligators[alligators$freq > 0, ]
a$foodchoice <- factor(as.character(a$foodchoice), levels = c("Fish", "Invertebrate", "Reptile", "Bird", "Other"))
f <- multinom(foodchoice ~ size + lake, data = a, weights = freq, trace = FALSE, reltol = 1e-16, abstol = 1e-16, maxit = 5000, Hess = TRUE)
x <- model.matrix(~ size + lake, a)
out <- list(names = colnames(x), categories = levels(a$foodchoice), coef = unname(coef(f)), se = unname(summary(f)$standard.errors),
  deviance = f$deviance, null = multinom(foodchoice ~ 1, data = a, weights = freq, trace = FALSE, reltol = 1e-16, maxit = 5000)$deviance,
  fitted = unname(fitted(f)[1, ]))
write_json(out, "figures.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)
d <- data.frame(food = as.integer(a$foodchoice) - 1, freq = a$freq, x[, -1], check.names = FALSE)
write.csv(d, "alligators.csv", row.names = FALSE, quote = FALSE)
