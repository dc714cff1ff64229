# Fine-Gray, Gray's test and Aalen-Johansen: the values of competing.json. Run in this folder: Rscript competing.R COLON.CSV
suppressPackageStartupMessages({library(cmprsk); library(survival); library(jsonlite)})
sample <- read.csv("sample.csv")
colon <- read.csv(commandArgs(TRUE)[1])
colon$days <- ifelse(colon$rec_event == 1, colon$rec_time, colon$time)
colon$status <- ifelse(colon$rec_event == 1, 1, ifelse(colon$event == 1, 2, 0))

fit <- function(data, x, cause = 1, at = NULL) {
  found <- crr(data$days, data$status, x, failcode = cause, gtol = 1e-12, maxiter = 100)
  out <- list(coef = unname(found$coef), se = unname(sqrt(diag(found$var))), loglik = found$loglik, loglik_null = found$loglik.null)
  if (!is.null(at)) { p <- predict(found, cov1 = at); out$times <- p[, 1]; out$incidence <- p[, 2] }
  out
}
test <- function(data, rho = 0, strata = rep(1, nrow(data))) {
  t <- cuminc(data$days, data$status, data$group, strata, rho = rho)$Tests
  list(chi2 = unname(t[, "stat"]), p = unname(t[, "pv"]), df = unname(t[, "df"]))
}
design <- function(d) cbind(b = d$group == "b", c = d$group == "c", age = d$age, sex = d$sex)
lost <- subset(sample, !(group == "b" & status == 2))     # competing event missing in one arm
rare <- transform(sample, status = ifelse(id == id[status == 1][3], 1, ifelse(status == 1, 0, status)))   # one event of the cause
gone <- subset(sample, !(group == "c" & days > 12))       # one arm at risk only early
plain <- transform(sample, status = ifelse(status == 2, 0, status))  # no competing event at all: Cox with Breslow's ties, robust

fine_gray <- list(
  cause1 = fit(sample, design(sample), 1, c(1, 0, 60, 1)), cause2 = fit(sample, design(sample), 2),
  competing_missing_in_b = fit(lost, design(lost)), one_event = fit(rare, cbind(rare$age)),
  only_early_in_c = fit(gone, design(gone)), no_competing = fit(plain, design(plain)),
  colon = fit(colon, cbind(colon$rx == "Lev", colon$rx == "Lev+5FU", colon$age, colon$node4)))

gray <- list(sample = test(sample), rho1 = test(sample, 1), strata = test(sample, 0, sample$stratum), strata_rho = test(sample, 0.5, sample$stratum),
  competing_missing_in_b = test(lost), only_early_in_c = test(gone), one_event = test(rare),
  two_groups = test(subset(sample, group != "c")),
  colon = test(transform(colon, group = rx)), colon_strata = test(transform(colon, group = rx), 0, colon$extent))

curve <- function(data, cause) {
  found <- cuminc(data$days, data$status)[[paste("1", cause)]]
  times <- sort(unique(data$days))
  list(times = times, incidence = timepoints(list(found), times)$est[1, ], aalen = timepoints(list(found), times)$var[1, ])
}
write_json(list(R = R.version.string, cmprsk = as.character(packageVersion("cmprsk")), survival = as.character(packageVersion("survival")),
  fine_gray = fine_gray, gray = gray, incidence = list(cause1 = curve(sample, 1), cause2 = curve(sample, 2))),
  "competing.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
