# Curves of incidence and survival, and differences between two groups: the values of differences.json, by etm (variance of the Greenwood
# type), survival and prop.test. Run in this folder: Rscript differences.R COLON.CSV
suppressPackageStartupMessages({library(etm); library(survival); library(jsonlite)})
sample <- read.csv("sample.csv")
colon <- read.csv(commandArgs(TRUE)[1])
colon$days <- ifelse(colon$rec_event == 1, colon$rec_time, colon$time)
colon$status <- ifelse(colon$rec_event == 1, 1, ifelse(colon$event == 1, 2, 0))
colon$group <- colon$rx
first <- sample$id[sample$status == 1][3]
cases <- list(sample = sample, colon = colon,
  competing_missing_in_b = subset(sample, !(group == "b" & status == 2)),
  only_early_in_c = subset(sample, !(group == "c" & days > 12)),
  one_event = transform(sample, status = ifelse(id == first, 1, ifelse(status == 1, 0, status))),
  all_censored = transform(sample, status = 0))
z <- qnorm(0.975)

# Incidence of a cause: etm over the kinds of event that are there; nobody had one: 0 with variance 0
incidence <- function(d, cause) {
  kinds <- sort(setdiff(unique(d$status), 0)); times <- sort(unique(d$days))
  if (!(cause %in% kinds)) return(data.frame(time = times, value = 0, variance = 0))
  states <- as.character(c(0, kinds)); tra <- matrix(FALSE, length(states), length(states)); tra[1, -1] <- TRUE
  e <- data.frame(id = seq_len(nrow(d)), from = "0", to = ifelse(d$status == 0, "cens", as.character(d$status)), entry = 0, exit = d$days)
  f <- etm(e, states, tra, "cens", s = 0); own <- as.character(cause); key <- paste("0", own); at <- findInterval(times, f$time)
  data.frame(time = times, value = c(0, f$est["0", own, ])[at + 1], variance = c(0, f$cov[key, key, ])[at + 1])
}
alive <- function(d) { f <- survfit(Surv(days, status == 1) ~ 1, d, conf.type = "log-log"); s <- summary(f, times = f$time)
  data.frame(time = s$time, value = s$surv, variance = s$std.err^2, lower = s$lower, upper = s$upper, at_risk = s$n.risk) }
limits <- function(c) { g <- exp(z * sqrt(c$variance) / (c$value * log(c$value))); inside <- c$value > 0 & c$value < 1
  transform(c, lower = ifelse(inside, value^(1 / g), NA), upper = ifelse(inside, value^g, NA)) }
by <- function(make) lapply(cases[names(cases) != "colon"], function(d) { g <- sort(unique(d$group)); setNames(lapply(g, function(k) make(subset(d, group == k))), g) })

# Second less first at a day. A day that nobody of one group was at risk on, and a rate of 0 or 1, give NA
reach <- function(d, g, t) sum(d$group == g & d$days >= t) > 0
at <- function(c, t) { i <- findInterval(t, c$time); if (i == 0) NULL else c[i, ] }
between <- function(name, make, times) {
  d <- cases[[name]]; g <- sort(unique(d$group)); out <- list()
  for (pair in combn(g, 2, simplify = FALSE)) for (t in times) {
    found <- list(first = pair[1], second = pair[2], at = t, difference = NA, se = NA, lower = NA, upper = NA, chi2 = NA)
    if (reach(d, pair[1], t) && reach(d, pair[2], t)) {
      a <- at(make(subset(d, group == pair[1])), t); b <- at(make(subset(d, group == pair[2])), t)
      found$difference <- b$value - a$value
      if (min(a$value, b$value) > 0 && max(a$value, b$value) < 1) {
        found$se <- sqrt(a$variance + b$variance); found$lower <- found$difference - z * found$se; found$upper <- found$difference + z * found$se
        l <- function(p) log(-log(p)); v <- function(c) c$variance / (c$value * log(c$value))^2
        found$chi2 <- (l(a$value) - l(b$value))^2 / (v(a) + v(b)) } }
    out <- c(out, list(found)) }
  out }
early <- c(6, 12, 24); years <- 365.25 * c(1, 3, 5)
differences <- function(make) list(sample = between("sample", make, early), colon = between("colon", make, years),
  competing_missing_in_b = between("competing_missing_in_b", make, early), only_early_in_c = between("only_early_in_c", make, early),
  one_event = between("one_event", make, early), all_censored = between("all_censored", make, early))

# Restricted means: difference with limits and p, ratio with limits on the log scale
means <- function(d, tau, one, two) {
  m <- survival:::survmean(survfit(Surv(days, status == 1) ~ group, subset(d, group %in% c(one, two))), rmean = tau)$matrix
  k <- function(g) m[paste0("group=", g), c("rmean", "se(rmean)")]; a <- k(one); b <- k(two)
  s <- sqrt(a[2]^2 + b[2]^2); r <- sqrt((a[2] / a[1])^2 + (b[2] / b[1])^2)
  list(first = one, second = two, tau = tau, difference = unname(b[1] - a[1] + c(0, -z, z) * s), p = unname(2 * pnorm(-abs((b[1] - a[1]) / s))),
       ratio = unname(b[1] / a[1] * exp(c(0, -z, z) * r))) }

# Newcombe's method 10 from Wilson's limits as prop.test gives them
newcombe <- function(x, n, y, m) { w <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int; p <- x / n; q <- y / m; a <- w(x, n); b <- w(y, m)
  list(first = c(x, n), second = c(y, m), wilson = c(a, b), difference = p - q,
       lower = p - q - sqrt((p - a[1])^2 + (b[2] - q)^2), upper = p - q + sqrt((a[2] - p)^2 + (q - b[1])^2)) }

# A landmark analysis: who is still free and seen after day 6, by whether `entry` had come by then
left <- subset(transform(sample, early = as.numeric(entry > 0 & entry <= 6)), days > 6)
landmark <- coxph(Surv(days - 6, status == 1) ~ early + age, left, control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50))

write_json(list(R = R.version.string, etm = as.character(packageVersion("etm")), survival = as.character(packageVersion("survival")),
  incidence = list(cause1 = by(function(d) limits(incidence(d, 1))), cause2 = by(function(d) limits(incidence(d, 2)))), survival_curves = by(alive),
  of_incidence = list(cause1 = differences(function(d) incidence(d, 1)), cause2 = differences(function(d) incidence(d, 2))),
  of_survival = differences(alive),
  of_means = list(sample = list(means(sample, 24, "a", "b"), means(sample, 25.5, "a", "c")), colon = list(means(colon, 1826, "Obs", "Lev+5FU"), means(colon, 1095.75, "Obs", "Lev"))),
  of_proportions = list(newcombe(56, 70, 48, 80), newcombe(9, 10, 3, 10), newcombe(5, 56, 0, 29), newcombe(0, 20, 0, 10), newcombe(20, 20, 0, 10), newcombe(45, 113, 18, 118)),
  landmark = list(n = nrow(left), coef = unname(coef(landmark)), se = unname(sqrt(diag(vcov(landmark)))), loglik = landmark$loglik)),
  "differences.json", digits = NA, auto_unbox = TRUE, dataframe = "columns", na = "null")
