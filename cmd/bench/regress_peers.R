# glmnet's side of the suite of regressions: JOB WAY FILE ROWS COLUMNS
suppressMessages(library(glmnet))
a <- tail(commandArgs(TRUE), 5)
n <- as.integer(a[4]); k <- as.integer(a[5])
f <- file(a[3], "rb"); values <- readBin(f, "double", n * k + n, endian = "little"); close(f)
x <- matrix(values[1:(n * k)], n, k, byrow = TRUE)[, -1]; y <- values[-(1:(n * k))]
rm(values); invisible(gc())
t <- proc.time()
m <- glmnet(x, y, family = sub("lasso-", "", a[1]), lambda = 10^(-(1:30) * 3 / 30))
t <- proc.time() - t
b <- as.numeric(coef(m)[, ncol(m$beta)])
cat(sprintf('BENCH {"seconds": %.6f, "cpu": %.6f, "coef": [%s]}\n', t[3], t[1] + t[2], paste(sprintf("%.17g", b), collapse = ", ")))
