# Reference of peers_test.go: DeLong's interval and paired test in pROC 1.18.0. Run: Rscript compare.R; the output is typed
# into the test. The data are the 200 rows of madeUp.
suppressMessages(library(pROC))
i <- 1:200
y <- as.numeric((i * 7919) %% 101 < 30)
p <- ((i * 37) %% 89 + 25 * y) / 120 + 0.01
q <- ((i * 53) %% 97 + 15 * y) / 130 + 0.02
a <- roc(y, p, quiet = TRUE, direction = "<", levels = c(0, 1))
b <- roc(y, q, quiet = TRUE, direction = "<", levels = c(0, 1))
cat(sprintf("%.15g, ", c(ci.auc(a, method = "delong"), sqrt(var(a)), auc(b))), "\n")
t <- roc.test(a, b, method = "delong", paired = TRUE)
cat(sprintf("z %.15g difference %.15g SE %.15g\n", t$statistic, auc(a) - auc(b), (auc(a) - auc(b)) / t$statistic))
