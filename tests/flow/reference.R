# Values that tests of this folder hold; R 4.2.2. Run: Rscript reference.R
options(digits = 15)

# test_baseline.py: standardised differences by hand, quartiles of type 7
a <- c(61, 70, 55, 48, 66, 73, 59); b <- c(64, 52, 71, 77, 68)
print((mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2))
print(c(mean(a), sd(a), quantile(a, c(.25, .5, .75))))
yd <- function(n1, n2) {  # Yang and Dalton 2012
  p1 <- (n1 / sum(n1))[-1]; p2 <- (n2 / sum(n2))[-1]
  S <- ((diag(p1, length(p1)) - p1 %o% p1) + (diag(p2, length(p2)) - p2 %o% p2)) / 2
  d <- p1 - p2
  sqrt(drop(t(d) %*% solve(S) %*% d))
}
print(yd(c(12, 7, 21), c(5, 15, 10)))
print(yd(c(30, 10), c(18, 22)))
print(yd(c(8, 3, 0, 5), c(2, 2, 4, 6)))

# test_forecast.py: time to 120 more after 80 in 700 days; number within a year
print(120 * 700 / 80.5 * qf(c(.5, .025, .975), 240, 161))
print(qnbinom(c(.5, .025, .975), size = 80.5, prob = 700 / (700 + 365)))
# gamma rates of sites by maximum likelihood, and the sum of the posterior rates with its mean and variance kept
k <- c(30, 4, 12, 1, 25, 8); t <- c(700, 650, 600, 300, 500, 420)
minus <- function(p) -sum(dnbinom(k, size = exp(p[1]), prob = exp(p[2]) / (exp(p[2]) + t), log = TRUE))
o <- optim(c(0, log(sum(t) / sum(k))), minus, control = list(reltol = 1e-15, maxit = 10000))
o <- optim(o$par, minus, method = "BFGS", control = list(reltol = 1e-16))
alpha <- exp(o$par[1]); beta <- exp(o$par[2])
m <- sum((alpha + k) / (beta + t)); v <- sum((alpha + k) / (beta + t)^2)
print(c(alpha, beta, m^2 / v, m / v))
# 60 more events after 25 in 90,000 days, 300 at risk, 0.4 a day coming for a year
expected <- function(t, h) 300 * (1 - exp(-h * t)) +
  0.4 * integrate(function(u) 1 - exp(-h * (t - u)), 0, min(t, 365), rel.tol = 1e-12)$value
for (h in qgamma(c(.5, .975, .025), 25.5, rate = 90000))
  print(uniroot(function(t) expected(t, h) - 60, c(1, 18000), tol = 1e-10)$root)

# test_preference.py: choosers.csv; gaps of age at the mean with a column that says so
suppressPackageStartupMessages(library(survival))
d <- read.csv("choosers.csv", na.strings = "", stringsAsFactors = FALSE)
d$ww <- as.numeric(d$arm == "WW"); d$chose <- as.numeric(d$cohort == "PREFERENCE")
fit <- function(data, robust = FALSE) { data$w <- if (robust) data$w else 1
  s <- summary(coxph(Surv(days, event) ~ ww, data, weights = w, robust = robust)); print(unname(s$conf.int[1, c(1, 3, 4)])) }
fit(subset(d, chose == 0)); p <- subset(d, chose == 1); fit(p)
p$gap <- as.numeric(is.na(p$age)); p$age[is.na(p$age)] <- mean(p$age, na.rm = TRUE)
e <- fitted(glm(ww ~ age + gap + near, binomial, p, epsilon = 1e-14))
p$overlap <- ifelse(p$ww == 1, 1 - e, e); p$iptw <- ifelse(p$ww == 1, mean(p$ww) / e, (1 - mean(p$ww)) / (1 - e))
for (w in c("overlap", "iptw")) {
  p$w <- p[[w]]; fit(p, robust = TRUE)
  print(c(tapply(p$w, p$ww, function(v) sum(v)^2 / sum(v^2))[c("1", "0")]))
  smd <- function(x) (weighted.mean(x[p$ww == 1], p$w[p$ww == 1]) - weighted.mean(x[p$ww == 0], p$w[p$ww == 0])) /
    sqrt((var(x[p$ww == 1]) + var(x[p$ww == 0])) / 2)
  print(c(smd(p$age), smd(p$near)))
}
p$w <- 1; print(c(smd(p$age), smd(p$near)))
both <- coxph(Surv(days, event) ~ ww * chose, d); print(summary(both)$conf.int[, c(1, 3, 4)]); print(summary(both)$coefficients[3, 5])
v <- vcov(both); b <- sum(coef(both)[c(1, 3)]); se <- sqrt(sum(v[c(1, 3), c(1, 3)])); print(exp(b + c(0, -1, 1) * qnorm(.975) * se))
# adjusted: age with its gap, near; gaps filled with the mean of everybody
a <- d; a$gap <- as.numeric(is.na(a$age)); a$age[is.na(a$age)] <- mean(a$age, na.rm = TRUE)
both <- coxph(Surv(days, event) ~ ww * chose + age + gap + near, a, control = coxph.control(eps = 1e-12))
i <- match(c("ww", "ww:chose"), names(coef(both))); print(summary(both)$conf.int[i, c(1, 3, 4)]); print(summary(both)$coefficients[i[2], 5])
v <- vcov(both); b <- sum(coef(both)[i]); se <- sqrt(sum(v[i, i])); print(exp(b + c(0, -1, 1) * qnorm(.975) * se))
# two strata of the draw: even and odd numbers
d$odd <- as.numeric(substring(d$participant, 7)) %% 2
print(summary(coxph(Surv(days, event) ~ ww + strata(odd), subset(d, chose == 0)))$conf.int[, c(1, 3, 4)])
at <- function(data) { s <- summary(survfit(Surv(days, event) ~ 1, data), times = 600); c(s$surv, s$std.err) }
for (liked in c("WW", "TME")) for (arm in c("WW", "TME")) print(at(d[d$chose == 0 & d$arm == arm & d$prefers %in% liked, ]))
for (c0 in 0:1) for (arm in c("WW", "TME")) print(at(d[d$chose == c0 & d$arm == arm, ]))
print(table(p$arm))

# test_timing.py: operated.csv; restricted cubic spline of rms, knots at quantiles of type 7
suppressPackageStartupMessages(library(rms))
o <- read.csv("operated.csv"); o$weeks <- o$waited / 7
ratios <- function(fit, x, at) {  # against the median, by Wald
  knots <- quantile(x, c(.05, .35, .65, .95)); m <- rcspline.eval(c(at, median(x)), knots = knots, inclx = TRUE)
  d <- m[seq_along(at), , drop = FALSE] - m[rep(length(at) + 1, length(at)), , drop = FALSE]
  i <- grep("rcs", names(coef(fit))); b <- coef(fit)[i]; v <- vcov(fit)[i, i]
  se <- sqrt(diag(d %*% v %*% t(d))); print(unname(exp(drop(d %*% b) + outer(se, c(0, -1, 1) * qnorm(.975)))))
  j <- i[-1]; w <- drop(coef(fit)[j] %*% solve(vcov(fit)[j, j]) %*% coef(fit)[j]); print(c(w, pchisq(w, 2, lower.tail = FALSE)))
}
rcs3 <- function(x) rcspline.eval(x, knots = quantile(x, c(.05, .35, .65, .95)), inclx = TRUE)
for (y in c("pcr", "severe")) {
  d <- o[!is.na(o[[y]]), ]; d$y <- d[[y]]; d$rcs <- rcs3(d$weeks)
  print(c(nrow(d), sum(d$y), median(d$weeks)))
  ratios(glm(y ~ rcs + age, binomial, d, epsilon = 1e-14), d$weeks, c(8, 16))
}
o$rcs <- rcs3(o$weeks)
ratios(coxph(Surv(days, event) ~ rcs + age, o, control = coxph.control(eps = 1e-12)), o$weeks, c(8, 16))
