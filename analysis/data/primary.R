# The primary table, computed again from the files of this folder: Rscript primary.R
#
# Non-regrowth disease-free survival (NR-DFS). With the arms (adtte.csv): survival of each arm at 1, 2 and 3 years with log-log limits,
# Cox model (Efron), log-rank test, and z for non-inferiority, without strata and stratified by the two factors of randomisation.
# Without them (adttep.csv): the pooled survival. Written to primary.csv and to the screen. Needs the package survival.

suppressPackageStartupMessages(library(survival))

MARGIN <- @MARGIN@ # hazard ratio, PROTOCOL section 8
YEAR <- 365.25
YEARS <- 1:3

rows <- list()
add <- function(measure, group, value, lower = NA, upper = NA) {
  rows[[length(rows) + 1]] <<- data.frame(measure = measure, group = group, value = value, lower = lower, upper = upper)
}

survival_at <- function(data, group) {
  add("participants", group, nrow(data))
  add("events", group, sum(data$CNSR == 0))
  fit <- survfit(Surv(AVAL, CNSR == 0) ~ 1, data = data, conf.type = "log-log")
  for (year in YEARS) {
    measure <- paste0("survival_", year)
    # Nobody at risk any more: nothing is said.
    if (max(data$AVAL) < year * YEAR) add(measure, group, NA)
    else {
      at <- summary(fit, times = year * YEAR)
      add(measure, group, at$surv, at$lower, at$upper)
    }
  }
}

compare <- function(data, strata, group) {
  ww <- as.numeric(data$TRT01P == "WW")
  right <- if (strata) "ww + strata(STRATA1, STRATA2)" else "ww"
  fit <- coxph(as.formula(paste("Surv(AVAL, CNSR == 0) ~", right)), data = cbind(data, ww = ww), ties = "efron")
  se <- sqrt(fit$var[1, 1])
  add("hazard_ratio", group, exp(coef(fit)[[1]]), exp(coef(fit)[[1]] - qnorm(0.975) * se), exp(coef(fit)[[1]] + qnorm(0.975) * se))
  add("z_noninferiority", group, (log(MARGIN) - coef(fit)[[1]]) / se)
  test <- survdiff(as.formula(paste("Surv(AVAL, CNSR == 0) ~", right)), data = cbind(data, ww = ww))
  add("log_rank_chi2", group, test$chisq)
}

if (file.exists("adttep.csv")) {
  pooled <- read.csv("adttep.csv")
  if (nrow(pooled) > 0) survival_at(pooled[pooled$PARAMCD == "NRDFS", ], "all")
} else {
  all <- read.csv("adtte.csv", na.strings = "", stringsAsFactors = FALSE)
  nrdfs <- all[all$PARAMCD == "NRDFS", ]
  arms <- split(nrdfs, factor(nrdfs$TRT01P, levels = c("WW", "TME")))
  for (arm in names(arms)) if (nrow(arms[[arm]]) > 0) survival_at(arms[[arm]], arm)
  # Without an event in either arm there is no comparison.
  if (all(sapply(arms, function(each) any(each$CNSR == 0)))) {
    compare(nrdfs, FALSE, "unstratified")
    compare(nrdfs, TRUE, "stratified")
  }
}

made <- if (length(rows) > 0) do.call(rbind, rows) else data.frame(measure = character(), group = character())
write.csv(made, "primary.csv", row.names = FALSE, na = "")
print(made, row.names = FALSE, digits = 6)
