# Splines (Hmisc, survival) and Rubin's rules (mice): the values of modelling.json. Run in this folder: Rscript modelling.R
suppressPackageStartupMessages({library(survival); library(Hmisc); library(mice); library(jsonlite)})
d <- read.csv("sample.csv"); d$event <- as.integer(d$status == 1)
cut <- function(p) unname(quantile(d$age, p))
sets <- list(k3 = cut(c(.1, .5, .9)), k4 = cut(c(.05, .35, .65, .95)), k5 = cut(c(.05, .275, .5, .725, .95)))
at <- c(35, 50, 60, 61.5, 75, 90)
curve <- function(k) { b <- function(x) rcspline.eval(x, knots = k, inclx = TRUE, norm = 2); X <- b(d$age)
  f <- coxph(Surv(days, event) ~ X + sex, d, control = coxph.control(eps = 1e-12)); p <- ncol(X); V <- vcov(f)[1:p, 1:p]; B <- coef(f)[1:p]
  M <- sweep(b(at), 2, b(60)[1, ]); n <- 2:p
  list(knots = k, basis = unclass(b(at)), log_hr = drop(M %*% B), se = sqrt(pmax(rowSums((M %*% V) * M), 0)),
       bends = drop(B[n] %*% solve(V[n, n, drop = FALSE], B[n]))) }
rule <- function(q, u, n) { p <- pool.scalar(q, u^2, n = n, k = 1); list(q = q, u = u, n = if (is.finite(n)) n else "Inf",
  estimate = p$qbar, within = p$ubar, between = p$b, total = p$t, df = p$df, fmi = p$fmi) }
q <- c(0.31, 0.42, 0.27, 0.35, 0.40); u <- c(0.15, 0.16, 0.14, 0.155, 0.15)
write_json(list(R = R.version.string, Hmisc = as.character(packageVersion("Hmisc")), mice = as.character(packageVersion("mice")), survival = as.character(packageVersion("survival")),
  at = at, spline = lapply(sets, function(k) { o <- curve(k); o$basis <- matrix(as.numeric(o$basis), nrow = length(at)); o }),
  rubin = list(rule(q, u, 60), rule(q, u, 1000), rule(q, u, Inf), rule(c(1, 3), c(1, 1), 20))), "modelling.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
