package quantile

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// Errors is how standard errors are found.
type Errors uint8

// The kinds, as in R's quantreg (summary.rq).
const (
	NoErrors  Errors = iota
	IID              // errors alike in all rows: one sparsity (Koenker & Bassett 1978; Koenker 2005, §3.4.1, §4.10.1)
	NID              // errors that differ: Hendricks & Koenker 1992, JASA 87:58–68 (Koenker 2005, §3.4.2)
	Kernel           // errors that differ: Powell 1991, by a Gaussian kernel (Koenker 2005, §3.4.2)
	Bootstrap        // rows drawn with replacement, or clusters (Koenker 2005, §3.9; Parente & Santos Silva 2016, J. Econometric Methods 5:1–15)
)

// String is the name of the kind.
func (e Errors) String() string {
	return [...]string{"none", "iid", "nid", "kernel", "bootstrap"}[e]
}

// bandwidth is Hall & Sheather's 1988 (J. Royal Statistical Society B 50:381–391), with α = .05, halved until τ ± h is
// inside (0, 1) when inside is asked for:
//
//	h = n^(−1/3) z_α^(2/3) [1.5 φ²(Φ⁻¹(τ)) / (2Φ⁻¹(τ)² + 1)]^(1/3)
func bandwidth(tau float64, n int, inside bool) float64 {
	x := num.NormalQuantile(tau)
	h := math.Pow(float64(n), -1.0/3) * math.Pow(num.ZLevel(0.95), 2.0/3) * math.Cbrt(1.5*normal(x)*normal(x)/(2*x*x+1))
	for inside && (tau-h < 0 || tau+h > 1) {
		h /= 2
	}
	return h
}

func normal(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }

// covariance sets Cov and SE.
func (f *Fit) covariance(d *regress.Design, y []float64, p *problem, end *descent, o Options) error {
	if o.Errors == NoErrors {
		return nil
	}
	resid := make([]float64, p.n) // weighted, 0 on the fit
	for i := range resid {
		r := p.y[i]
		for a, u := range p.x[i*p.k : (i+1)*p.k] {
			r -= u * end.beta[a]
		}
		if !contains(end.basis, i) {
			resid[i] = r
		}
	}
	var cov *mat.SymDense
	var err error
	switch o.Errors {
	case IID:
		cov, err = p.iid(resid)
	case NID:
		cov, err = f.nid(p, resid)
	case Kernel:
		cov, err = p.kernel(resid)
	case Bootstrap:
		cov, err = f.bootstrap(p, end, o)
	}
	if err != nil {
		return err
	}
	f.settle(p, cov)
	return nil
}

// settle maps a covariance in the coordinates of p to the design.
func (f *Fit) settle(p *problem, cov *mat.SymDense) {
	k, names := p.k, len(f.Names)
	b := mat.NewDense(names, k, nil) // β = b·γ
	for a, j := range p.cols {
		b.Set(j, a, 1/p.scale[a])
		if c := p.constant; c >= 0 && a != c {
			b.Set(p.cols[c], a, -p.mean[a]/p.scale[a]/p.scale[c])
		}
	}
	var half, full mat.Dense
	half.Mul(b, cov)
	full.Mul(&half, b.T())
	for i := range names {
		for j := i; j < names; j++ {
			f.Cov.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
		f.SE[i] = math.Sqrt(max(0, f.Cov.At(i, i)))
	}
}

// gram is Σ fᵢ xᵢxᵢ', fᵢ = 1 where f is nil.
func (p *problem) gram(f []float64) *mat.SymDense {
	k := p.k
	sums := num.BlockSums(p.n, rowBlock, p.threads, k*k, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			x := p.x[i*k : (i+1)*k]
			share := 1.0
			if f != nil {
				share = f[i]
			}
			for a, u := range x {
				for b, v := range x[:a+1] {
					sum[b*k+a] += share * u * v
				}
			}
		}
	})
	return mat.NewSymDense(k, sums)
}

func inverse(g *mat.SymDense, kind Errors) (*mat.SymDense, error) {
	var chol mat.Cholesky
	out := mat.NewSymDense(g.SymmetricDim(), nil)
	if !chol.Factorize(g) {
		return nil, fmt.Errorf("quantile: no %v standard errors: too few rows lie near the fit to tell how dense they are; take bootstrapped ones", kind)
	}
	if err := chol.InverseTo(out); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil, err
		}
	}
	return out, nil
}

// iid is s² τ(1−τ) (X'X)⁻¹, s the sparsity 1/f(F⁻¹(τ)): the slope, by median regression, of the residuals nearest to 0
// on their ranks ÷ (n − k).
func (p *problem) iid(resid []float64) (*mat.SymDense, error) {
	near := slices.Clone(resid)
	slices.SortFunc(near, func(a, b float64) int { return cmpAbs(a, b) })
	zeros := 0
	none := nothing(resid)
	for _, r := range near {
		if math.Abs(r) < none {
			zeros++
		}
	}
	h := max(p.k+1, int(math.Ceil(float64(p.n)*bandwidth(p.tau, p.n, false))))
	near = near[zeros:min(p.n, zeros+h+1)]
	if len(near) < 3 {
		return nil, fmt.Errorf("quantile: no iid standard errors: all but %d rows lie on the fit", len(near))
	}
	slices.Sort(near)
	d := &regress.Design{Names: []string{"1", "rank"}}
	for r := range near {
		d.X = append(d.X, 1, float64(zeros+1+r)/float64(p.n-p.k))
	}
	line, err := Regress(d, near, 0.5, Options{})
	if err != nil || !line.Certificate.Certified() {
		return nil, fmt.Errorf("quantile: no iid standard errors: the sparsity was not found (%v)", err)
	}
	s := line.Coef[1]
	inv, err := inverse(p.gram(nil), IID)
	if err == nil {
		inv.ScaleSym(s*s*p.tau*(1-p.tau), inv)
	}
	return inv, err
}

// nothing is up to which size a residual is the rounding of 0: R's 2⁻²⁶, less for responses of small size, more where they are so large that rounding exceeds it.
func nothing(resid []float64) float64 {
	var sum num.Adder
	for _, r := range resid {
		sum.Add(math.Abs(r))
	}
	size := sum.Sum() / float64(len(resid))
	return max(0x1p-26*min(1, 1000*size), 0x1p-40*size)
}

func cmpAbs(a, b float64) int {
	switch a, b := math.Abs(a), math.Abs(b); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// nid is τ(1−τ) H⁻¹ (X'X) H⁻¹, H = Σ fᵢ xᵢxᵢ' with the density of each row from the fits at τ ± h,
//
//	fᵢ = max(0, 2h ÷ (xᵢ·(β(τ+h) − β(τ−h)) − ε)).
func (f *Fit) nid(p *problem, resid []float64) (*mat.SymDense, error) {
	h := bandwidth(p.tau, p.n, true)
	high, low := *p, *p
	high.tau, low.tau = p.tau+h, p.tau-h
	if !(low.tau > 0 && high.tau < 1) {
		return nil, fmt.Errorf("quantile: no nid standard errors: τ = %g is too near the edge for %d rows; take bootstrapped ones", p.tau, p.n)
	}
	above, below := high.minimise(), low.minimise()
	if !above.optimal || !below.optimal {
		return nil, fmt.Errorf("quantile: no nid standard errors: the fits at τ = %.3g and %.3g did not end", low.tau, high.tau)
	}
	density, crossed, none := make([]float64, p.n), 0, nothing(resid)
	for i := range density {
		gap := -none // keeps rows on which the fits meet out
		for a, u := range p.x[i*p.k : (i+1)*p.k] {
			gap += u * (above.beta[a] - below.beta[a])
		}
		if density[i] = max(0, 2*h/gap); gap <= 0 {
			density[i] = 0
			crossed++
		}
	}
	if crossed > 0 {
		f.Certificate.Warn(num.WarnBoundary, fmt.Sprintf("the fits at τ = %.3g and %.3g cross or touch at %d of %d rows, which do not count for the standard errors", low.tau, high.tau, crossed, p.n))
	}
	return p.sandwich(density, NID)
}

// kernel is the same with fᵢ = φ(rᵢ/c)/c, c = (Φ⁻¹(τ+h) − Φ⁻¹(τ−h)) · min(sd, IQR/1.34) of the residuals.
func (p *problem) kernel(resid []float64) (*mat.SymDense, error) {
	h := bandwidth(p.tau, p.n, true)
	sorted := slices.Sorted(slices.Values(resid))
	mean, squares := num.Mean(resid), num.Adder{}
	for _, r := range resid {
		squares.Add((r - mean) * (r - mean))
	}
	spread := math.Sqrt(squares.Sum() / float64(p.n-1))
	if iqr := (num.Quantile(sorted, 0.75) - num.Quantile(sorted, 0.25)) / 1.34; iqr > 0 {
		spread = min(spread, iqr)
	}
	c := (num.NormalQuantile(p.tau+h) - num.NormalQuantile(p.tau-h)) * spread
	if !(c > 0) || math.IsInf(c, 0) {
		return nil, fmt.Errorf("quantile: no kernel standard errors at τ = %g: the residuals have no spread, or τ is too near the edge", p.tau)
	}
	density := make([]float64, p.n)
	for i, r := range resid {
		density[i] = normal(r/c) / c
	}
	return p.sandwich(density, Kernel)
}

func (p *problem) sandwich(density []float64, kind Errors) (*mat.SymDense, error) {
	inv, err := inverse(p.gram(density), kind)
	if err != nil {
		return nil, err
	}
	var half, full mat.Dense
	half.Mul(inv, p.gram(nil))
	full.Mul(&half, inv)
	out := mat.NewSymDense(p.k, nil)
	for a := range p.k {
		for b := a; b < p.k; b++ {
			out.SetSym(a, b, p.tau*(1-p.tau)*(full.At(a, b)+full.At(b, a))/2)
		}
	}
	return out, nil
}
