# Reference of TestAUCInfluence: variance of the AUC by DeLong, DeLong & Clarke-Pearson, in pROC 1.18.0, and Cox's
# calibration by glm. Run: Rscript auc.R; the output is typed into scores_test.go. The data are the 40 rows of aucData.
suppressMessages(library(pROC))
i <- 1:40
y <- as.numeric((i * 7) %% 11 < 5)
p <- ((i * 13) %% 17 + 3 * y) / 21 + 0.01
r <- roc(y, p, quiet = TRUE, direction = "<", levels = c(0, 1))
cat(sprintf("auc %.15g variance %.15g\n", auc(r), var(r, method = "delong")))
exact <- glm.control(epsilon = 1e-15, maxit = 100)
m <- suppressWarnings(glm(y ~ qlogis(p), binomial, control = exact))
o <- suppressWarnings(glm(y ~ offset(qlogis(p)), binomial, control = exact))
cat(sprintf("slope %.15g %.15g intercept %.15g %.15g\n", coef(m)[2], sqrt(vcov(m)[2, 2]), coef(o), sqrt(vcov(o)[1, 1])))
