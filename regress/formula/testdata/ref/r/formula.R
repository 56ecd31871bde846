# Reference of formula_test.go: what R makes of formulas. Run: LC_ALL=C Rscript formula.R > formula.json
# (R 4.2.2, jsonlite). X is by column.
library(jsonlite)
d <- data.frame(
  y = c(3.1, 2.2, 5.7, 4.4, 1.9, 6.3, 2.8, 3.3, 7.1, 4.9, 5.2, 2.5),
  x = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.5),
  z = c(2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11),
  a = c("lo", "mid", "Hi", "lo", "mid", "Hi", "lo", "mid", "Hi", "lo", "mid", "Hi"),
  b = c("No", "Yes", "No", "No", "Yes", "Yes", "No", "No", "Yes", "Yes", "No", "Yes"),
  k = c(10, 2, 10, 2, 1, 1, 2, 10, 1, 2, 10, 1),
  l = c(TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, TRUE, FALSE, TRUE, FALSE, FALSE, TRUE),
  m = c("p", "q", "q", "p", "q", "p", "p", "q", "p", "q", "q", "p"),
  `my col` = c(5, 3, 8, 1, 9, 2, 7, 4, 6, 0, 3, 5),
  check.names = FALSE)
formulas <- c(
  "y ~ 1", "y ~ x", "y ~ a", "y ~ x + a", "y ~ a + x - 1", "y ~ 0 + x", "y ~ 0 + a + b", "y ~ a - 1 + 1",
  "y ~ a:b", "y ~ a*b", "y ~ a*b - 1", "y ~ a:b - 1", "y ~ a + a:b", "y ~ b:a + a", "y ~ x:a", "y ~ x*a", "y ~ a:x - 1",
  "y ~ x:a + a", "y ~ a*b*m", "y ~ (a + b + m)^2", "y ~ (a + b + x)^2 - a:b", "y ~ a*b - a", "y ~ a*b - b", "y ~ a/b", "y ~ (a + b)/x",
  "y ~ I(x^2) + log(z)", "y ~ I(x + z) + I(x*2) + I(x/z) + I(-x)", "y ~ log1p(x) + exp(I(x/10)) + sqrt(z)",
  "y ~ I((x + 1)^2)", "y ~ I(x > 5)", "y ~ I(a == \"lo\") + I(x >= 3 & z < 9)", "y ~ l", "y ~ l:x", "y ~ l*a - 1",
  "y ~ factor(k)", "y ~ factor(k)*b", "y ~ relevel(factor(a), ref = \"mid\") + x", "y ~ poly(x, 3, raw = TRUE)",
  "y ~ poly(x, 2, raw = TRUE):b", "y ~ scale(x)", "y ~ `my col` + `my col`:b", "y ~ .", "y ~ . - a - b", "y ~ .^2 - a:b",
  "log(y) ~ .", "y ~ x + offset(log(z))", "y ~ x + z + x:z + b", "y ~ b + x:z + a", "y ~ x:z:b", "y ~ m:b + m:a:b", "y ~ a + m:b:a",
  "y ~ b %in% a", "y ~ I(x * 1e5) + I(x * 100000) + I(x * 123456) + I(x * 0.0001) + I(x*1e-5)", "y ~ (x + z)^3", "y ~ x + x + x:x",
  "y ~ a:b:m - 1", "y ~ x + (a - 1)", "y ~ x - (x + z) + b", "y ~ I(!l)", "y ~ I(x^-1) + I(-x^2) + I(2^-x)", "y/2 ~ x", "y > 3 ~ x")
formulas <- formulas[formulas != "y ~ b %in% a"]
out <- lapply(formulas, function(f) {
  mf <- model.frame(as.formula(f), d)
  m <- model.matrix(attr(mf, "terms"), mf)
  list(formula = f, names = colnames(m), X = unname(lapply(seq_len(ncol(m)), function(j) unname(m[, j]))),
       offset = if (is.null(model.offset(mf))) numeric(0) else model.offset(mf))
})
data <- lapply(names(d), function(n) list(name = n, values = d[[n]]))
cat(toJSON(list(r = R.version.string, data = data, formulas = out), digits = NA, auto_unbox = FALSE), "\n")
