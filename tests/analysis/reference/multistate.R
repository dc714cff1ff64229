# Courses through five states: the values of multistate.json, by etm (covariance of the Greenwood type) and survival.
# Run in this folder: Rscript multistate.R
suppressPackageStartupMessages({library(etm); library(survival); library(jsonlite)})
d <- read.csv("courses.csv")
tra <- matrix(FALSE, 5, 5)
tra[1, c(2, 4, 5)] <- TRUE; tra[2, 3:5] <- TRUE; tra[3, 4:5] <- TRUE; tra[4, 5] <- TRUE
e <- data.frame(id = d$id, from = d$left, to = ifelse(is.na(d$entered), "cens", d$entered), entry = d$start, exit = d$stop)
row1 <- function(s) { f <- etm(e, as.character(1:5), tra, "cens", s = s); keys <- paste("1", 1:5)
  list(times = f$time, p = t(f$est["1", , ]), var = t(sapply(seq_along(f$time), function(i) diag(f$cov[keys, keys, i])))) }
d$to <- factor(ifelse(is.na(d$entered), 0, d$entered), 0:5, c("censored", 1:5))
s <- survfit(Surv(start, stop, to) ~ 1, d, id = id, istate = factor(left, 1:5))
write_json(list(R = R.version.string, etm = as.character(packageVersion("etm")), survival = as.character(packageVersion("survival")),
  from0 = row1(0), from12 = row1(12), survfit = list(times = s$time, states = s$states, p = s$pstate)), "multistate.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
