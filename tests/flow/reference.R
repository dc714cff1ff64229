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
