# Reference values of tests/performance/reference.json.
# R 4.2.2, pROC 1.18.0, rms 6.5-0, survival 3.5-3, riskRegression 2022.11.28 (Debian 12).
# Rscript tests/performance/reference.R > tests/performance/reference.json
suppressMessages({library(pROC); library(rms); library(survival); library(riskRegression)})
i <- 1:60
p <- floor(((i * 37) %% 61 + 1) / 63 * 50 + 0.5) / 50
y <- as.integer(((i * 53) %% 67) / 67 < 0.15 + 0.7 * p)
q <- floor(10 * (0.5 * p + 0.5 * ((i * 29) %% 21) / 20) + 0.5) / 10
out <- list()
put <- function(name, value) out[[name]] <<- as.numeric(value)

r <- roc(y, p, direction = "<", levels = c(0, 1), quiet = TRUE)
s <- roc(y, q, direction = "<", levels = c(0, 1), quiet = TRUE)
put("auc", auc(r)); put("auc_limits", ci.auc(r, method = "delong")[c(1, 3)]); put("auc_var", var(r, method = "delong"))
put("auc_clinician", auc(s)); put("auc_cov", cov(r, s, method = "delong"))
t2 <- roc.test(r, s, paired = TRUE, method = "delong")
put("paired_z", t2$statistic); put("paired_p", t2$p.value); put("paired_limits", t2$conf.int)
ends <- coords(r, x = 0.49, input = "threshold", ret = c("sensitivity", "specificity"))
put("at_threshold", c(ends$sensitivity, ends$specificity))

lp <- qlogis(pmin(pmax(p, 5e-7), 1 - 5e-7))
tight <- glm.control(epsilon = 1e-14, maxit = 100)
a <- glm(y ~ 1 + offset(lp), family = binomial, control = tight)
b <- glm(y ~ lp, family = binomial, control = tight)
put("in_the_large", c(coef(a), sqrt(vcov(a)[1, 1]))); put("slope", c(coef(b)[2], sqrt(vcov(b)[2, 2]), coef(b)[1]))
v <- val.prob(p, y, pl = FALSE)
put("val_prob", c(v["C (ROC)"], v["Brier"], v["Intercept"], v["Slope"], v["S:z"]))
put("brier_scaled", 1 - mean((p - y)^2) / (mean(y) * (1 - mean(y))))
put("o_to_e", c(sum(y) / sum(p), binom.test(sum(y), 60)$conf.int * 60 / sum(p)))

hit <- p >= 0.5
tp <- sum(hit & y == 1); fp <- sum(hit & y == 0); fn <- sum(!hit & y == 1); tn <- sum(!hit & y == 0)
put("fourfold", c(tp, fp, fn, tn))
for (each in list(c("sensitivity", tp, tp + fn), c("specificity", tn, tn + fp), c("ppv", tp, tp + fp), c("npv", tn, tn + fn)))
  put(each[1], { h <- as.integer(each[2]); n <- as.integer(each[3]); c(h / n, binom.test(h, n)$conf.int) })
lr <- function(a, na, b, nb) { l <- log((a / na) / (b / nb)); s <- sqrt(1 / a - 1 / na + 1 / b - 1 / nb); exp(l + c(0, -1, 1) * qnorm(0.975) * s) }
put("lr_positive", lr(tp, tp + fn, fp, fp + tn)); put("lr_negative", lr(fn, tp + fn, tn, fp + tn))
g <- function(t, hit) ifelse(hit, ifelse(y == 1, 1, -t / (1 - t)), 0)
nb <- function(t) { x <- g(t, p >= t - 1e-12); all <- g(t, rep(TRUE, 60)); c(mean(x), t.z(x), mean(all), mean(x - all), t.z(x - all)) }
t.z <- function(x) mean(x) + c(-1, 1) * qnorm(0.975) * sd(x) / sqrt(length(x))
for (t in c(0.2, 0.5, 0.8)) put(paste0("net_benefit_", t), nb(t))
hq <- q >= 0.5; ev <- y == 1
disc <- function(a, b) c(sum(a & !b), sum(!a & b), binom.test(sum(a & !b), sum(xor(a, b)))$p.value)
put("mcnemar_events", disc(hit[ev], hq[ev])); put("mcnemar_others", disc(!hit[!ev], !hq[!ev]))

# The curve: 400 people.
j <- 1:400
P <- floor(((j * 37) %% 401 + 1) / 403 * 1000 + 0.5) / 1000
Y <- as.integer((j * 181) %% 397 / 397 < P^1.4)
L <- qlogis(P); k <- quantile(L, c(0.05, 0.35, 0.65, 0.95)); X <- cbind(L, Hmisc::rcspline.eval(L, knots = k))
f <- glm(Y ~ X, family = binomial, control = tight)
fl <- lrm(Y ~ rcs(L, k), eps = 1e-12, maxit = 100)
pr <- fitted(f); d <- abs(pr - P)
put("curve", c(mean(d), median(d), quantile(d, 0.9))); put("curve_lrm_gap", max(abs(predict(fl, type = "fitted") - pr)))
u <- predict(f, se.fit = TRUE); w <- order(P)[c(1, 100, 200, 300, 400)]
put("curve_at", P[w]); put("curve_value", pr[w])
put("curve_lower", plogis(u$fit[w] - qnorm(0.975) * u$se.fit[w])); put("curve_upper", plogis(u$fit[w] + qnorm(0.975) * u$se.fit[w]))

# Competing risks: the risk of the event is 1 - p.
days <- 30 * (1 + (i * 41) %% 33)
status <- ifelse((i * 7) %% 10 < 4, 0, ifelse((i * 11) %% 9 < 6, 1, 2))
data <- data.frame(days, status, risk = 1 - p); at <- 700
x <- Score(list(model = data$risk), formula = Hist(days, status) ~ 1, data = data, times = at, cause = 1,
           metrics = c("auc", "brier"), summary = "ipa", conf.int = FALSE, cens.model = "km", cens.method = "ipcw", null.model = TRUE)
put("score_auc", x$AUC$score$AUC); put("score_brier", x$Brier$score$Brier); put("score_ipa", tail(x$Brier$score$IPA, 1))
# Definition 1 and 2 from their formulas (Blanche 2013), by a double loop. Days are months of thirty days: many ties. prodlim's
# reverse estimate takes whoever has an event on a day out of the risk set of being lost on it, as Score does.
G <- prodlim::prodlim(prodlim::Hist(days, status > 0) ~ 1, reverse = TRUE)
left <- function(t) { s <- c(1, G$surv); s[findInterval(t, G$time, left.open = TRUE) + 1] }
w <- ifelse(days <= at, ifelse(status == 0, 0, 1 / left(days)), 1 / predict(G, times = at))
case <- days <= at & status == 1; free <- days > at; other <- days <= at & status == 2
area <- function(control) { n <- 0; d <- 0
  for (a in which(case)) for (b in which(control)) { n <- n + w[a] * w[b] * ((1 - p[a] > 1 - p[b]) + 0.5 * (p[a] == p[b])); d <- d + w[a] * w[b] }
  n / d }
put("auc_definition_1", area(free)); put("auc_definition_2", area(free | other))
put("brier_by_time", mean(w * ((case) - (1 - p))^2))
cat("{\n", paste(sprintf(' "%s": [%s]', names(out), sapply(out, function(v) paste(sprintf("%.12g", v), collapse = ", "))), collapse = ",\n"), "\n}\n", sep = "")
