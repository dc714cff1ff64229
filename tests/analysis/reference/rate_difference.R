# Score limits of a difference of Poisson rates without the closed form: the restricted maximum by golden section, the limits by
# root finding. The values of rate_difference.json. Run in this folder: Rscript rate_difference.R
suppressPackageStartupMessages(library(jsonlite))
z <- function(x1, t1, x2, t2, d) {
  ll <- function(r) { l <- function(x, t, r) (if (x > 0) x * log(r) else 0) - t * r; l(x1, t1, r + d) + l(x2, t2, r) }
  low <- max(0, -d); high <- low + 5 * (x1 + x2 + 1) * (1 / t1 + 1 / t2)
  r <- optimize(ll, c(low, high), maximum = TRUE, tol = 1e-15)$maximum
  if (ll(low + 1e-300) > ll(r)) r <- low
  (x1 / t1 - x2 / t2 - d) / sqrt((r + d) / t1 + r / t2) }
mn <- function(x1, t1, x2, t2) { seen <- x1 / t1 - x2 / t2; k <- qnorm(0.975); w <- 50 * (x1 + x2 + 1) * (1 / t1 + 1 / t2)
  root <- function(k, a, b) uniroot(function(d) z(x1, t1, x2, t2, d) - k, c(a, b), tol = 1e-14, maxiter = 10000)$root
  list(first = c(x1, t1), second = c(x2, t2), difference = seen, lower = root(k, seen - w, seen - 1e-9), upper = root(-k, seen + 1e-9, seen + w)) }
write_json(list(R = R.version.string, difference = list(mn(15, 99, 7, 120.5), mn(4, 45, 0, 50), mn(0, 50, 4, 45), mn(31, 10, 30, 10), mn(250, 88, 10, 4))),
  "rate_difference.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
