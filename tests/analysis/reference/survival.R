# R's survival package: the values of survival.json. Run in this folder: Rscript survival.R COLON.CSV
suppressPackageStartupMessages({library(survival); library(jsonlite)})
sample <- read.csv("sample.csv")
sample$event <- as.integer(sample$status == 1)
sample$b <- as.numeric(sample$group == "b"); sample$c <- as.numeric(sample$group == "c")
colon <- read.csv(commandArgs(TRUE)[1])
first <- sample$id[sample$status == 1][3]
rare <- transform(sample, event = as.integer(id == first))
early <- subset(sample, !(group == "c" & days > 12))

# log-rank of the G-rho family; with gamma, the same sums with weight S(t-)^rho (1 - S(t-))^gamma by stratum
ranks <- function(formula, data, rho = 0) { f <- survdiff(formula, data, rho = rho)
  list(chi2 = f$chisq, observed = as.vector(if (is.matrix(f$obs)) rowSums(f$obs) else f$obs),
       expected = as.vector(if (is.matrix(f$exp)) rowSums(f$exp) else f$exp), var = f$var) }
weighted <- function(d, rho, gamma, strata = rep(1, nrow(d))) {
  k <- sort(unique(d$group)); z <- numeric(length(k)); v <- matrix(0, length(k), length(k))
  for (s in unique(strata)) { e <- d[strata == s, ]; S <- 1
    for (t in sort(unique(e$days[e$event == 1]))) {
      n <- sapply(k, function(g) sum(e$days >= t & e$group == g)); x <- sapply(k, function(g) sum(e$days == t & e$event == 1 & e$group == g))
      w <- S^rho * (1 - S)^gamma; N <- sum(n); D <- sum(x)
      z <- z + w * (x - D * n / N)
      if (N > 1) v <- v + w^2 * D * (N - D) / (N - 1) * (diag(n / N) - outer(n / N, n / N))
      S <- S * (1 - D / N) } }
  list(chi2 = drop(z[-1] %*% solve(v[-1, -1], z[-1])), score = z) }
log_rank <- list(
  plain = ranks(Surv(days, event) ~ group, sample), rho1 = ranks(Surv(days, event) ~ group, sample, 1),
  strata = ranks(Surv(days, event) ~ group + strata(stratum), sample), strata_rho = ranks(Surv(days, event) ~ group + strata(stratum), sample, 0.5),
  one_event = ranks(Surv(days, event) ~ group, rare), only_early_in_c = ranks(Surv(days, event) ~ group, early),
  colon = ranks(Surv(time, event) ~ rx, colon), colon_strata = ranks(Surv(time, event) ~ rx + strata(extent), colon),
  fh01 = weighted(sample, 0, 1), fh11 = weighted(sample, 1, 1), fh01_strata = weighted(sample, 0, 1, sample$stratum))

# Kaplan-Meier: log-log limits, median, landmarks, reverse, restricted mean
km <- function(data, at) { f <- survfit(Surv(days, event) ~ 1, data, conf.type = "log-log"); s <- summary(f, times = at, extend = TRUE)
  q <- quantile(f, 0.5); r <- survfit(Surv(days, 1 - event) ~ 1, data, conf.type = "log-log")
  list(at = at, surv = s$surv, se = s$std.err, lower = s$lower, upper = s$upper, at_risk = s$n.risk,
       median = unname(c(q$quantile, q$lower, q$upper)), follow_up = unname(unlist(quantile(r, 0.5)))) }
rmst <- function(formula, data, tau) { m <- survival:::survmean(survfit(formula, data), rmean = tau)$matrix
  list(tau = tau, mean = unname(m[, "rmean"]), se = unname(m[, "se(rmean)"])) }
curves <- list(a = km(subset(sample, group == "a"), c(6, 12, 24)), b = km(subset(sample, group == "b"), c(6, 12, 24)), all = km(sample, c(6, 12, 24)))
means <- list(sample24 = rmst(Surv(days, event) ~ group, sample, 24), sample25 = rmst(Surv(days, event) ~ group, sample, 25.5),
  colon = rmst(Surv(time, event) ~ rx, colon, 1826))

# Cox
cx <- function(f) { z <- tryCatch(cox.zph(f, global = TRUE), error = function(e) NULL)
  list(coef = unname(coef(f)), se = unname(sqrt(diag(if (is.null(f$naive.var)) f$var else f$naive.var))), robust = if (is.null(f$naive.var)) NULL else unname(sqrt(diag(f$var))),
       loglik = f$loglik, score = f$score, wald = f$wald.test, zph = if (is.null(z)) NULL else unname(z$table)) }
ctl <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50)
cox <- list(
  plain = cx(coxph(Surv(days, event) ~ b + c + age + sex, sample, control = ctl)),
  strata = cx(coxph(Surv(days, event) ~ b + c + age + sex + strata(stratum), sample, control = ctl)),
  robust = cx(coxph(Surv(days, event) ~ b + c + age + sex, sample, robust = TRUE, control = ctl)),
  cluster = cx(coxph(Surv(days, event) ~ b + c + age + sex + strata(stratum), sample, cluster = site, control = ctl)),
  weights = cx(coxph(Surv(days, event) ~ b + c + age + sex, sample, weights = weight, robust = TRUE, control = ctl)),
  entry = cx(coxph(Surv(entry, days, event) ~ b + c + age + sex, sample, control = ctl)),
  entry_robust = cx(coxph(Surv(entry, days, event) ~ b + c + age + sex + strata(stratum), sample, cluster = id, control = ctl)),
  one_event = cx(coxph(Surv(days, event) ~ age, rare, control = ctl)),
  only_early_in_c = cx(coxph(Surv(days, event) ~ b + c + age + sex, early, control = ctl)),
  competing = cx(coxph(Surv(days, status == 2) ~ b + c + age + sex, sample, control = ctl)),
  colon = cx(coxph(Surv(time, event) ~ I(rx == "Lev") + I(rx == "Lev+5FU") + age + node4, colon, control = ctl)))
base <- function(f, new) { s <- survfit(f, newdata = new); list(time = s$time, surv = s$surv) }
baseline <- base(coxph(Surv(days, event) ~ b + c + age + sex, sample, control = ctl), data.frame(b = 1, c = 0, age = 60, sex = 1))
# a covariate that changes with time: from `entry` on for those whose entry is after 0
long <- rbind(with(subset(sample, entry > 0), data.frame(id, start = 0, stop = entry, event = 0, late = 0, age, group)),
  with(sample, data.frame(id, start = entry, stop = days, event, late = as.numeric(entry > 0), age, group)))
timed <- cx(coxph(Surv(start, stop, event) ~ late + age, long, control = ctl))
timed_robust <- cx(coxph(Surv(start, stop, event) ~ late + age, long, cluster = id, control = ctl))

# regrowth between two visits
visits <- read.csv("visits.csv"); visits$upper[is.na(visits$upper)] <- Inf
turnbull <- function(d) { f <- survfit(Surv(lower, ifelse(is.finite(upper), upper, NA), type = "interval2") ~ 1, d, timefix = FALSE); list(time = f$time, surv = f$surv) }
wb <- function(f, d) { m <- survreg(f, d, dist = "weibull", control = survreg.control(rel.tolerance = 1e-13, maxiter = 100)); list(coef = unname(coef(m)), scale = m$scale, se = unname(sqrt(diag(m$var))), loglik = m$loglik[2]) }
v <- transform(visits, lower = ifelse(lower == 0, NA, lower), upper = ifelse(is.finite(upper), upper, NA))
interval <- list(turnbull = turnbull(visits), arm1 = turnbull(subset(visits, arm == 1)),
  weibull = wb(Surv(lower, upper, type = "interval2") ~ arm + age, v), alone = wb(Surv(lower, upper, type = "interval2") ~ 1, v))

write_json(list(R = R.version.string, survival = as.character(packageVersion("survival")), log_rank = log_rank, curves = curves, rmst = means, cox = cox,
  baseline = baseline, timed = timed, timed_robust = timed_robust, interval = interval), "survival.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
