# Imputed scores shifted by delta, analysis of covariance, Rubin's rules with the degrees of freedom of Barnard and Rubin (1999), by base R:
# the completed sets of tipping.csv and the values of tipping.json. Run in this folder: Rscript tipping.R
suppressPackageStartupMessages(library(jsonlite))
set.seed(36); n <- 60; m <- 5; group <- rep(c("TME", "WW"), n / 2)
base <- rnorm(n, 60, 15); gone <- runif(n) < .35; late <- runif(n) < .1
seen <- 50 + .4 * (base - 60) + 9 * (group == "WW") + rnorm(n, 0, 12)
d <- do.call(rbind, lapply(1:m, function(k) data.frame(set = k, participant = 1:n, group = group, gone = as.integer(gone),
  baseline = round(base + late * rnorm(n, 0, 6), 2), value = round(seen + gone * rnorm(n, 0, 9), 2))))
write.csv(d, "tipping.csv", row.names = FALSE, quote = FALSE)
told <- function(arm, delta) {
  one <- function(s) coef(summary(lm(I(value + delta * (gone == 1 & group == arm)) ~ baseline + group, data = s)))["groupWW", 1:2]
  fits <- sapply(split(d, d$set), one); q <- fits[1, ]; within <- mean(fits[2, ]^2); between <- var(q)
  total <- within + (1 + 1 / m) * between; lambda <- (1 + 1 / m) * between / total; free <- n - 3
  old <- (m - 1) / lambda^2; observed <- (free + 1) / (free + 3) * free * (1 - lambda); df <- old * observed / (old + observed)
  half <- qt(.975, df) * sqrt(total)
  list(arm = arm, delta = delta, estimate = mean(q), se = sqrt(total), df = df, lower = mean(q) - half, upper = mean(q) + half,
       p = 2 * pt(-abs(mean(q)) / sqrt(total), df)) }
says <- function(arm, delta) { f <- told(arm, delta); if (f$lower > 0) 1 else if (f$upper < 0) -1 else 0 }
tip <- function(arm, way) { here <- says(arm, 0); for (k in 1:50) if (says(arm, way * k) != here) return(way * k); NULL }
arms <- c("WW", "TME")
write_json(list(R = R.version.string, shifts = unlist(lapply(arms, function(a) lapply(c(-50, -20, -7.5, 0, 10, 33), function(k) told(a, k))), FALSE),
  tips = lapply(setNames(arms, arms), function(a) list(down = tip(a, -1), up = tip(a, 1)))), "tipping.json", digits = NA, auto_unbox = TRUE, null = "null", pretty = TRUE)
