package num

import "math"

// Where Stirling's series is used, and up to where a rise is a plain sum.
const (
	stirlingFrom = 20.0
	riseSum      = 24
)

// LogRising is log Γ(a+n) − log Γ(a), the logarithm of a(a+1)…(a+n−1), for a > 0 and a count n ≥ 0. It keeps its digits where both
// logarithms are huge and their difference is not: Stirling's series is subtracted term by term from a = 20 (Abramowitz & Stegun 1964,
// 6.1.40).
func LogRising(a, n float64) float64 {
	switch {
	case n <= riseSum && n == math.Trunc(n):
		sum, product := 0.0, 1.0
		for i := 0.0; i < n; i++ {
			if product *= a + i; product > 1e250 || product < 1e-250 {
				sum, product = sum+math.Log(product), 1
			}
		}
		return sum + math.Log(product)
	case a < stirlingFrom:
		high, _ := math.Lgamma(a + n)
		low, _ := math.Lgamma(a)
		return high - low
	}
	b := a + n
	return (a-0.5)*math.Log1p(n/a) + n*math.Log(b) - n + (stirling(b) - stirling(a))
}

// stirling is log Γ(z) − (z−½) log z + z − ½ log 2π, for z ≥ 20 to 1e-16.
func stirling(z float64) float64 {
	s := 1 / (z * z)
	return (1.0/12 - s*(1.0/360-s*(1.0/1260-s/1680))) / z
}

// DigammaRise is ψ(a+n) − ψ(a) = Σ 1/(a+i), i < n, for a > 0 and a count n ≥ 0 (Abramowitz & Stegun 1964, 6.3.6 and 6.3.18).
func DigammaRise(a, n float64) float64 {
	switch {
	case n <= riseSum && n == math.Trunc(n):
		sum := 0.0
		for i := 0.0; i < n; i++ {
			sum += 1 / (a + i)
		}
		return sum
	case a < stirlingFrom:
		return Digamma(a+n) - Digamma(a)
	}
	b := a + n
	return math.Log1p(n/a) + n/(2*a*b) - (digammaTail(b) - digammaTail(a))
}

// digammaTail is log z − 1/(2z) − ψ(z), for z ≥ 20 to 1e-17.
func digammaTail(z float64) float64 {
	s := 1 / (z * z)
	return s * (1.0/12 - s*(1.0/120-s*(1.0/252-s/240)))
}

// Digamma is ψ(x), x > 0, to rounding: the recurrence up to 20, then its asymptotic series (Abramowitz & Stegun 1964, 6.3.5 and 6.3.18).
// (gonum's keeps eleven digits, which a gradient of 1e-9 does not have to spare.) NaN for x ≤ 0.
func Digamma(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	sum := 0.0
	for x < stirlingFrom {
		sum += 1 / x
		x++
	}
	return math.Log(x) - 1/(2*x) - digammaTail(x) - sum
}

// TrigammaRise is ψ′(a+n) − ψ′(a) = −Σ 1/(a+i)², i < n, for a > 0 and a count n ≥ 0 (Abramowitz & Stegun 1964, 6.4.6 and 6.4.12).
func TrigammaRise(a, n float64) float64 {
	switch {
	case n <= riseSum && n == math.Trunc(n):
		sum := 0.0
		for i := 0.0; i < n; i++ {
			sum -= 1 / ((a + i) * (a + i))
		}
		return sum
	case a < stirlingFrom:
		return Trigamma(a+n) - Trigamma(a)
	}
	b := a + n
	tail := func(z float64) float64 {
		s := 1 / (z * z)
		return s / z * (1.0/6 - s*(1.0/30-s*(1.0/42-s/30)))
	}
	return -n/(a*b) - n*(a+b)/(2*a*a*b*b) + (tail(b) - tail(a))
}

// Trigamma is ψ′(x), x > 0: the recurrence up to 20, then its asymptotic series (Abramowitz & Stegun 1964, 6.4.6 and 6.4.12). NaN
// for x ≤ 0.
func Trigamma(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	sum := 0.0
	for x < stirlingFrom {
		sum += 1 / (x * x)
		x++
	}
	s := 1 / (x * x)
	return sum + 1/x + s/2 + s/x*(1.0/6-s*(1.0/30-s*(1.0/42-s/30)))
}
