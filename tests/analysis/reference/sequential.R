# Group sequential bounds, final analysis, conditional power: the values of sequential.json. Run in this folder: Rscript sequential.R
suppressPackageStartupMessages({library(rpact); library(jsonlite)})
looks <- list(thirds = c(1, 2, 3) / 3, planned = c(0.5, 0.75, 1), unequal = c(0.2, 0.65, 1), early = c(0.1, 0.3, 0.45, 1),
  tenths = (1:10) / 10, one = 1, two = c(0.5, 1))
kinds <- list("obrien-fleming" = list(typeOfDesign = "asOF"), pocock = list(typeOfDesign = "asP"),
  "hsd:-4" = list(typeOfDesign = "asHSD", gammaA = -4), "hsd:-2" = list(typeOfDesign = "asHSD", gammaA = -2),
  "hsd:0" = list(typeOfDesign = "asHSD", gammaA = 0), "hsd:1" = list(typeOfDesign = "asHSD", gammaA = 1))
made <- function(rates, kind, alpha = 0.025)
  do.call(getDesignGroupSequential, c(list(informationRates = rates, alpha = alpha, beta = 0.2, sided = 1, tolerance = 1e-10), kind))
bounds <- lapply(kinds, function(kind) lapply(looks, function(rates) {
  d <- made(rates, kind)
  list(fractions = rates, z = d$criticalValues, spent = d$alphaSpent, nominal = d$stageLevels)
}))
five_percent <- made(looks$planned, kinds[[1]], alpha = 0.05)$criticalValues
planned <- made(looks$planned, kinds[[1]])
shape <- getDesignCharacteristics(planned)

# A trial that stopped at its second and at its third look: known variance 1, so that z = mean sqrt(n); stage-wise ordering.
stopped <- function(n, z) {
  data <- getDataset(cumulativeSampleSizes = n, cumulativeMeans = z / sqrt(n), cumulativeStDevs = rep(1, length(n)))
  stage <- getStageResults(planned, data, stage = length(n), normalApproximation = TRUE)
  ci <- getFinalConfidenceInterval(planned, data, stage = length(n), normalApproximation = TRUE)
  list(z = z, p = getFinalPValue(stage)$pFinal, ci = ci$finalConfidenceInterval, mue = ci$medianUnbiased)
}
final <- list(second = stopped(c(50, 75), c(2.1, 2.6)), third = stopped(c(50, 75, 100), c(1.4, 1.9, 2.3)))
conditional <- function(z, theta) {
  data <- getDataset(cumulativeSampleSizes = c(50, 75), cumulativeMeans = z / sqrt(c(50, 75)), cumulativeStDevs = c(1, 1))
  stage <- getStageResults(planned, data, stage = 2, normalApproximation = TRUE)
  getConditionalPower(stage, nPlanned = 25, thetaH1 = theta, assumedStDev = 1)$conditionalPower[3]
}
power <- list(z = 1.1, trend = conditional(c(0.8, 1.1), 1.1 / sqrt(75)), null = conditional(c(0.8, 1.1), 0), design = conditional(c(0.8, 1.1), 0.28))
write_json(list(R = R.version.string, rpact = as.character(packageVersion("rpact")), bounds = bounds, five_percent = five_percent,
  inflation = shape$inflationFactor, shift = shape$shift, power = shape$power,
  final = final, conditional = power), "sequential.json", auto_unbox = TRUE, digits = NA)
