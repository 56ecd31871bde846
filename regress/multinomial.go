package regress

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// MultinomialFit is a multinomial logit of J categories on k columns. A refused fit (its certificate is not Certified) has
// zero Coef, SE and Cov, and predicts NaN.
type MultinomialFit struct {
	Names       []string      // of the columns
	Categories  []string      // the base first
	Coef        []float64     // of category c > 0 and column j at (c−1)k + j; 0 for dropped columns
	SE          []float64     // model-based, likewise
	Cov         *mat.SymDense // model-based, likewise
	Robust      *mat.SymDense // by clusters (CR1) or HC0, HC1, else nil
	Deviance    float64       // −2 log L
	NullDev     float64       // of the intercepts alone; of equal probabilities where no column is constant
	Rank        int           // independent columns
	DF          int           // (J−1)(rows − Rank)
	Constant    string        // the first constant column; "" without one
	Dropped     []string      // collinear columns
	Separating  []string      // columns that predict categories without error; such a fit is refused
	Penalised   bool          // by FirthMultinomial, which has
	Level       float64       // of its
	Profiles    []Profile     // by coefficient, NaN for dropped ones and those not found, and
	NullLik     float64       // log L* of the intercepts alone, penalised like the whole
	Certificate num.Certificate
}

// Limits of the information matrix, 4,000² doubles or 128 MB, and of the sums of a pass, of which there is one for every
// block of rows or of clusters: 2 GB.
const (
	mostCoefficients = 4000
	mostSums         = 1 << 28
)

// Multinomial fits the multinomial (baseline category) logit
//
//	P(yᵢ = c) = exp(xᵢ·β_c) / Σ_a exp(xᵢ·β_a),   β_0 = 0,
//
// by Newton's method with step halving, on centred and scaled columns. y numbers the category of each row, from 0, the
// base; weights are frequencies. Every category needs a row.
//
// A fit is certified by the four criteria of Logistic; the fourth, that a maximum exists, has the factor 2, for a row's
// third derivative along v is bounded by the range of its linear predictors, at most √2 ‖zᵢ‖‖v‖, times its second
// (Bach 2010, §5; multinomial.go has the constant). Separation (Albert & Anderson 1984, §3) is found, verified on every
// row, and refused with the columns that cause it. Collinear columns are dropped and named. With clusters or HC0, HC1 the
// fit has a Robust covariance.
//
// Errors: as with Logistic; categories that are not numbered 0 to J−1; offsets, HC2 and HC3, which it does not know; more
// than 4,000 coefficients, or so many on so many rows that the sums of a pass take 2 GB.
//
// Source: McFadden 1974; Agresti 2013, Categorical Data Analysis, §8.1 (information: eq. 8.8); Bach 2010, Electronic J.
// Statistics 4:384–414.
func Multinomial(d *Design, y []int, categories []string, o Options) (*MultinomialFit, error) {
	f, m, err := beginMultinomial(d, y, categories, o)
	if err != nil || f.Certificate.Fatal {
		return f, err
	}
	a := m.maximise(m.start())
	f.certify(m, a)
	if f.Certificate.Certified() {
		f.settle(m, a)
		rows := m.d.Source.(*memory)
		f.addRobust(rows.d, m, a, rows.o)
	}
	return f.checked()
}

// beginMultinomial checks what is to be fitted, lays it out, and refuses what no likelihood can.
func beginMultinomial(d *Design, y []int, categories []string, o Options) (*MultinomialFit, *multilogit, error) {
	response, err := categoriesOf(y, categories, o)
	if err != nil {
		return nil, nil, err
	}
	d, response, o, err = Prepare(d, response, o)
	if err != nil {
		return nil, nil, err
	}
	if err := checkSize(d, len(categories), o); err != nil {
		return nil, nil, err
	}
	f := newMultinomial(d, categories)
	m, err := newMultilogit(d, response, len(categories), o)
	if err != nil {
		return nil, nil, err
	}
	if empty := m.empty(); empty >= 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no row is of category %q: leave it out", categories[empty]))
		return f, m, nil
	}
	named := Fit{Names: f.Names}
	named.warnDropped(m.fr, m.chooseColumns())
	f.Dropped, f.Certificate.Warnings = named.Dropped, named.Certificate.Warnings
	f.Rank = len(m.cols)
	f.DF = (len(categories) - 1) * (d.Rows() - f.Rank)
	f.NullDev = m.nullDeviance()
	if f.DF <= 0 || f.Rank == 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, independent columns: %d): fit fewer columns or more rows", d.Rows(), f.Rank))
		return f, m, nil
	}
	return f, m, nil
}

// categoriesOf is y as numbers, after checks.
func categoriesOf(y []int, categories []string, o Options) ([]float64, error) {
	switch {
	case len(categories) < 2:
		return nil, fmt.Errorf("regress: %d categories, at least 2 are needed", len(categories))
	case o.Offset != nil:
		return nil, errors.New("regress: a multinomial logit takes no offset: each category would need its own")
	case o.HC > HC1:
		return nil, fmt.Errorf("regress: %v is not defined for a multinomial logit, whose rows have no single leverage: take HC0, HC1 or clusters", o.HC)
	}
	out := make([]float64, len(y))
	for i, c := range y {
		if c < 0 || c >= len(categories) {
			return nil, fmt.Errorf("regress: row %d (the first is 0): category %d, expected 0 to %d", i, c, len(categories)-1)
		}
		out[i] = float64(c)
	}
	return out, nil
}

// checkSize is an error when the fit would exhaust memory.
func checkSize(d *Design, categories int, o Options) error {
	p := (categories - 1) * len(d.Names)
	sums := (d.Rows()/rowBlock + 1) * p * p / 2
	if o.Cluster != nil || o.HC != NoHC {
		sums = max(sums, (d.Rows()/clusterBlock+1)*p*p)
	}
	switch {
	case p > mostCoefficients:
		return fmt.Errorf("regress: %d categories on %d columns are %d coefficients, at most %d: merge categories or fit fewer columns", categories, len(d.Names), p, mostCoefficients)
	case sums > mostSums:
		return fmt.Errorf("regress: %d coefficients of %d categories on %d rows take too much memory: merge categories, fit fewer columns, or a sample of the rows", p, categories, d.Rows())
	}
	return nil
}

func newMultinomial(d *Design, categories []string) *MultinomialFit {
	p := (len(categories) - 1) * len(d.Names)
	return &MultinomialFit{
		Names: append([]string(nil), d.Names...), Categories: append([]string(nil), categories...),
		Coef: make([]float64, p), SE: make([]float64, p), Cov: mat.NewSymDense(p, nil),
		Certificate: num.Certificate{Model: "multinomial", Observations: int64(d.Rows()), Criteria: logitLaw{}.traits().criteria()},
	}
}

// certify writes down how the ascent ended.
func (f *MultinomialFit) certify(m *multilogit, a *ascent) {
	c := &f.Certificate
	c.Converged, c.Iterations, c.LogLik, c.InfoPosDef = a.converged, a.iterations, a.loglik, a.bread != nil
	for _, s := range a.score {
		c.GradientNorm = max(c.GradientNorm, math.Abs(s)/m.total)
	}
	f.Deviance = -2 * a.loglik
	switch {
	case a.apart != nil:
		f.Separating = m.culprits(a.apart)
		c.Refuse(num.WarnSeparation, m.separationMessage(a.apart, f.Separating))
	case !a.converged:
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d iterations (largest mean score %.2g): look for columns on extreme scales or almost determined by others", a.iterations, c.GradientNorm))
	}
}

// settle fills in coefficients and standard errors.
func (f *MultinomialFit) settle(m *multilogit, a *ascent) {
	k, r := len(f.Names), len(m.cols)
	for c := range m.slopes {
		copy(f.Coef[c*k:], m.fr.coefficients(m.cols, a.gamma[c*r:(c+1)*r]))
	}
	if m.fr.ones >= 0 {
		f.Constant = f.Names[m.fr.ones]
	}
	f.Cov = m.covariance(a.bread)
	for j := range f.SE {
		f.SE[j] = math.Sqrt(max(0, f.Cov.At(j, j)))
	}
}

// covariance maps a covariance in the frame to the columns of the design: block by block as frame.covariance.
func (m *multilogit) covariance(inner *mat.SymDense) *mat.SymDense {
	k, r := len(m.d.names), len(m.cols)
	b := mat.NewDense(m.slopes*k, m.slopes*r, nil)
	unit := make([]float64, r)
	for a := range r {
		unit[a] = 1
		for j, v := range m.fr.coefficients(m.cols, unit) {
			for c := range m.slopes {
				b.Set(c*k+j, c*r+a, v)
			}
		}
		unit[a] = 0
	}
	var half, full mat.Dense
	half.Mul(b, inner)
	full.Mul(&half, b.T())
	out := mat.NewSymDense(m.slopes*k, nil)
	for i := range m.slopes * k {
		for j := i; j < m.slopes*k; j++ {
			out.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	return out
}

// checked is the fit, without numbers where its robust errors were refused, or an error when any number of it is NaN or
// infinite.
func (f *MultinomialFit) checked() (*MultinomialFit, error) {
	if p := len(f.Coef); !f.Certificate.Certified() {
		f.Coef, f.SE, f.Cov, f.Robust = make([]float64, p), make([]float64, p), mat.NewSymDense(p, nil), nil
		f.Profiles = nil
	}
	all := append([]float64{f.Deviance, f.NullDev, f.Certificate.GradientNorm}, f.Coef...)
	all = append(append(all, f.SE...), f.Cov.RawSymmetric().Data...)
	if f.Robust != nil {
		all = append(all, f.Robust.RawSymmetric().Data...)
	}
	if !allFinite(all) {
		return nil, errors.New("regress: the fit overflowed: rescale the columns to ordinary sizes (thousands instead of units, say)")
	}
	return f, nil
}

// StandardErrors are those of Coef: robust where present, else model-based.
func (f *MultinomialFit) StandardErrors() []float64 {
	return standardErrors(f.SE, f.Robust)
}

// LikelihoodRatio tests that all coefficients but those of the constant column are 0: χ² = NullDev − Deviance, penalised 2(log L* − NullLik), with
// (J−1)(Rank − 1) degrees of freedom (Rank without a constant column). P is NaN with none.
func (f *MultinomialFit) LikelihoodRatio() (chi2 float64, df int, p float64) {
	df = f.Rank
	if f.Constant != "" {
		df--
	}
	df *= len(f.Categories) - 1
	chi2 = max(0, f.NullDev-f.Deviance)
	if f.Penalised {
		chi2 = max(0, 2*(f.Certificate.LogLik-f.NullLik))
	}
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// Wald is the test of the same hypothesis by β'V⁻¹β, V the robust covariance where present.
// NaN where V is singular, as with few clusters.
func (f *MultinomialFit) Wald() (chi2 float64, df int, p float64) {
	var at []int
	for i := range f.Coef {
		if name := f.Names[i%len(f.Names)]; name != f.Constant && !slices.Contains(f.Dropped, name) {
			at = append(at, i)
		}
	}
	cov := f.Cov
	if f.Robust != nil {
		cov = f.Robust
	}
	if len(at) == 0 {
		return math.NaN(), 0, math.NaN()
	}
	v, beta := mat.NewSymDense(len(at), nil), mat.NewVecDense(len(at), nil)
	for a, i := range at { // scaled to a unit diagonal
		si := math.Sqrt(cov.At(i, i))
		beta.SetVec(a, f.Coef[i]/si)
		for b, j := range at[:a+1] {
			v.SetSym(a, b, cov.At(i, j)/(si*math.Sqrt(cov.At(j, j))))
		}
	}
	var chol mat.Cholesky
	x := mat.NewVecDense(len(at), nil)
	const worst = 1e12 // beyond, the covariance is singular but for rounding
	if !chol.Factorize(v) || chol.Cond() > worst || chol.SolveVecTo(x, beta) != nil {
		return math.NaN(), len(at), math.NaN()
	}
	chi2 = mat.Dot(beta, x)
	return chi2, len(at), num.ChiSquareUpper(chi2, float64(len(at)))
}

// Probabilities are those of the categories at x (one value per column of the design), which add up to 1, and their
// standard errors by the delta method,
//
//	∂p_c/∂β_a = p_c(1{c = a} − p_a) x,
//
// with the robust covariance where present. NaN for a refused fit, or x of another length or not finite.
func (f *MultinomialFit) Probabilities(x []float64) (p, se []float64) {
	categories, k := len(f.Categories), len(f.Names)
	p, se = make([]float64, categories), make([]float64, categories)
	if !f.Certificate.Certified() || len(x) != k || !allFinite(x) {
		for c := range p {
			p[c], se[c] = math.NaN(), math.NaN()
		}
		return p, se
	}
	for c := 1; c < categories; c++ {
		var eta num.Adder
		for j, v := range x {
			eta.AddProduct(v, f.Coef[(c-1)*k+j])
		}
		p[c] = eta.Sum()
	}
	softmax(p)
	cov := f.Cov
	if f.Robust != nil {
		cov = f.Robust
	}
	gradient := mat.NewVecDense((categories-1)*k, nil)
	for c := range p {
		for a := 1; a < categories; a++ {
			slope := -p[c] * p[a]
			if a == c {
				slope += p[c]
			}
			for j, v := range x {
				gradient.SetVec((a-1)*k+j, slope*v)
			}
		}
		se[c] = math.Sqrt(max(0, mat.Inner(gradient, cov, gradient)))
	}
	return p, se
}

// softmax turns linear predictors into probabilities, without overflow.
func softmax(eta []float64) {
	top := eta[0]
	for _, e := range eta {
		top = max(top, e)
	}
	sum := 0.0
	for c, e := range eta {
		eta[c] = math.Exp(e - top)
		sum += eta[c]
	}
	for c := range eta {
		eta[c] /= sum
	}
}
