# R's side of the suite of Cox regressions: cox_peers.R FILE ROWS COLUMNS; says what the fit took.
suppressMessages(library(survival))
a <- commandArgs(TRUE); n <- as.integer(a[2]); k <- as.integer(a[3])
v <- readBin(a[1], "double", n * (k + 2), endian = "little")
x <- matrix(v[seq_len(n * k)], n, k, byrow = TRUE); y <- Surv(v[n * k + seq_len(n)], v[n * k + n + seq_len(n)])
seconds <- system.time({ m <- coxph.fit(x, y, NULL, rep(0, n), rep(0, k), coxph.control(), NULL, "efron", as.character(seq_len(n))) })[["elapsed"]]
cat(sprintf("BENCH {\"seconds\": %.6f, \"coef\": [%s]}\n", seconds, paste(sprintf("%.12g", m$coefficients), collapse = ", ")))
