# Exact rates and proportions, and score limits of a difference: the values of counts.json. Run in this folder: Rscript counts.R
suppressPackageStartupMessages(library(jsonlite))
one <- function(x, t) { f <- poisson.test(x, t); list(x = x, t = t, lower = f$conf.int[1], upper = f$conf.int[2]) }
two <- function(x1, t1, x2, t2) { f <- poisson.test(c(x2, x1), c(t2, t1)); list(first = c(x1, t1), second = c(x2, t2), value = unname(f$estimate), lower = f$conf.int[1], upper = f$conf.int[2], p = f$p.value) }
part <- function(x, n) { f <- binom.test(x, n); list(x = x, n = n, lower = f$conf.int[1], upper = f$conf.int[2]) }
# Miettinen & Nurminen without their cubic: the restricted maximum by golden section, the limits by bisection
z <- function(x1, n1, x2, n2, d) {
  ll <- function(p) { l <- function(x, n, p) (if (x > 0) x * log(p) else 0) + (if (x < n) (n - x) * log1p(-p) else 0); l(x1, n1, p + d) + l(x2, n2, p) }
  p <- optimize(ll, c(max(0, -d), min(1, 1 - d)), maximum = TRUE, tol = 1e-13)$maximum
  (x1 / n1 - x2 / n2 - d) / sqrt(((p + d) * (1 - p - d) / n1 + p * (1 - p) / n2) * (n1 + n2) / (n1 + n2 - 1)) }
mn <- function(x1, n1, x2, n2) { seen <- x1 / n1 - x2 / n2; k <- qnorm(0.975); e <- 1e-9
  root <- function(k, a, b) uniroot(function(d) z(x1, n1, x2, n2, d) - k, c(a, b), tol = 1e-12)$root
  list(first = c(x1, n1), second = c(x2, n2), difference = seen, lower = root(k, -1 + e, seen - e), upper = root(-k, seen + e, 1 - e), z = z(x1, n1, x2, n2, -0.1)) }
write_json(list(R = R.version.string,
  rate = list(one(0, 12.5), one(1, 40), one(17, 203.7), one(250, 88)),
  ratio = list(two(7, 120.5, 15, 99), two(0, 50, 4, 45), two(4, 50, 0, 45), two(30, 10, 31, 10)),
  proportion = list(part(0, 20), part(20, 20), part(45, 113), part(1, 3)),
  difference = list(mn(56, 70, 48, 80), mn(9, 10, 3, 10), mn(45, 113, 18, 118), mn(35, 62, 32, 59), mn(5, 56, 1, 29), mn(100, 300, 120, 250))),
  "counts.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
