package spend

import (
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
)

// rowBlock is the unit of work and of float reduction over customers; fixed, because results depend on it.
const rowBlock = 4096

// likelihood is the data: customers with x purchases of mean m, in their own money.
type likelihood struct {
	x, m, w []float64
	threads int
	unit    float64   // the mean of m: z is in this money
	z       []float64 // x·m/unit, what a customer spent
	total   float64   // Σ w
	counts  []float64 // the distinct x, ascending
	weights []float64 // Σ w of each
	logZ    float64   // Σ w log z
	logM    float64   // Σ w log(m/unit)
}

// prepare sets what does not depend on the parameters; unit 0 is the mean of m.
func (l *likelihood) prepare(unit float64) {
	n := len(l.x)
	if n == 0 {
		return
	}
	var money, total, logZ, logM num.Adder
	for i := range l.x {
		total.Add(l.w[i])
		money.AddProduct(l.w[i], l.m[i])
	}
	l.total = total.Sum()
	if l.unit = unit; unit == 0 {
		l.unit = money.Sum() / l.total
	}
	l.z = make([]float64, n)
	for i := range l.x {
		l.z[i] = l.x[i] * (l.m[i] / l.unit)
		logZ.Add(l.w[i] * math.Log(l.z[i]))
		logM.Add(l.w[i] * math.Log(l.m[i]/l.unit))
	}
	l.logZ, l.logM = logZ.Sum(), logM.Sum()
	l.counts = slices.Compact(slices.Sorted(slices.Values(l.x)))
	l.weights = make([]float64, len(l.counts))
	for i, x := range l.x {
		at, _ := slices.BinarySearch(l.counts, x)
		l.weights[at] += l.w[i]
	}
}

// sums over customers that depend on γ; with z = mx what a customer spent.
const (
	sumXLog = iota // Σ w x log(1 + γ/z)
	sumLog         // Σ w log(1 + γ/z)
	sumC           // Σ w/(γ+z)
	sumXC          // Σ w x/(γ+z)
	sumCC          // Σ w/(γ+z)²
	sumXCC         // Σ w x/(γ+z)²
	sumWidth
)

// surface is the mean log-likelihood at θ = log(p, q, γ), its gradient and its Hessian in θ. Everything with a gamma function depends on x alone, so that it is found once for each
// distinct x; of a customer there is one logarithm:
//
//	ℓ = −log B(px, q) − px log(1 + γ/z) − q log(1 + z/γ) − log m,   log(1 + z/γ) = log(1 + γ/z) + log z − log γ.
func (l *likelihood) surface(theta []float64) (float64, []float64, *mat.SymDense) {
	p, q, g := math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])
	s := num.BlockSums(len(l.x), rowBlock, l.threads, sumWidth, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			w, wx := l.w[i], l.w[i]*l.x[i]
			log, c := math.Log1p(g/l.z[i]), 1/(g+l.z[i])
			sum[sumXLog] += wx * log
			sum[sumLog] += w * log
			sum[sumC] += w * c
			sum[sumXC] += wx * c
			sum[sumCC] += w * c * c
			sum[sumXCC] += wx * c * c
		}
	})
	beyond := s[sumLog] + l.logZ - l.total*theta[2] // Σ w log(1 + z/γ)
	loglik := -p*s[sumXLog] - q*beyond - l.logM
	dp, dq := -s[sumXLog], -beyond
	dg := q*l.total/g - p*s[sumXC] - q*s[sumC]
	var pp, pq, qq float64
	lq, _ := math.Lgamma(q)
	for j, x := range l.counts {
		w, a := l.weights[j], p*x
		la, _ := math.Lgamma(a)
		lb, _ := math.Lgamma(a + q)
		loglik += w * (lb - la - lq)
		dp += w * x * (num.Digamma(a+q) - num.Digamma(a))
		dq += w * (num.Digamma(a+q) - num.Digamma(q))
		pp += w * x * x * (trigamma(a+q) - trigamma(a))
		pq += w * x * trigamma(a+q)
		qq += w * (trigamma(a+q) - trigamma(q))
	}
	pg, qg := -s[sumXC], l.total/g-s[sumC]
	gg := -q*l.total/(g*g) + p*s[sumXCC] + q*s[sumCC]
	score, hessian := make([]float64, 3), mat.NewSymDense(3, nil)
	first, scale := [3]float64{dp, dq, dg}, [3]float64{p, q, g}
	second := [3][3]float64{{pp, pq, pg}, {pq, qq, qg}, {pg, qg, gg}}
	for i := range 3 { // d/d log θ = θ d/dθ
		score[i] = scale[i] * first[i] / l.total
		for j := range i + 1 {
			h := scale[i] * scale[j] * second[i][j] / l.total
			if i == j {
				h += score[i]
			}
			hessian.SetSym(i, j, h)
		}
	}
	return loglik / l.total, score, hessian
}

// trigamma is ψ′(x) = ζ(2, x), x > 0 (Abramowitz & Stegun 1964, 6.4.10).
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }
