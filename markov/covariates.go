package markov

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// Dependent is a chain whose probabilities depend on covariates: out of every state a multinomial logit,
//
//	p_ij(x) = exp(x·β_ij) / Σ_l exp(x·β_il),   β_i,base = 0
//
// with staying as the base, where it was seen (Muenz & Rubinstein 1985, Biometrics 41:91–101, for two states; Agresti 2013,
// §8.1). Given state and covariates moves are independent, so that the likelihood is the product of the states'.
type Dependent struct {
	States []string
	Terms  []string        // columns of the design, the constant first
	Rows   []*DependentRow // by state
	Used   int             // moves of which the covariates are known
}

// DependentRow is what is known of the moves out of one state.
type DependentRow struct {
	To    []int                   // states that were entered, the base first
	N     int64                   // moves
	Plain []float64               // by state: probabilities without covariates
	Fit   *regress.MultinomialFit // nil where there is nothing to fit, or the fit was refused
	Why   string                  // there is no fit, in words
}

// Clustered says whether the row's standard errors are clustered by customer; else they are the model's, for there were too
// few customers.
func (row *DependentRow) Clustered() bool { return row.Fit != nil && row.Fit.Robust != nil }

// FitDependent fits the moves of which x knows the covariates: the values of terms, the constant left out. Standard errors
// are clustered by customer (CR1), where there are enough, for what is left out of the model makes a customer's moves alike.
// In absorbing states, in those of fewer than two destinations and in those whose fit is refused (separation: a covariate
// that settles where moves go) probabilities do not depend on covariates, and Why says so.
func FitDependent(states []string, moves []Move, terms []string, x func(m Move) ([]float64, bool), absorbing []int, threads int) (*Dependent, error) {
	k := len(states)
	d := &Dependent{States: states, Terms: append([]string{"(Intercept)"}, terms...), Rows: make([]*DependentRow, k)}
	byState := make([][]Move, k)
	for _, m := range moves {
		if _, known := x(m); known {
			byState[m.From] = append(byState[m.From], m)
			d.Used++
		}
	}
	end := make([]bool, k)
	for _, i := range absorbing {
		end[i] = true
	}
	for i := range k {
		row := newDependentRow(k, i, byState[i])
		d.Rows[i] = row
		switch {
		case end[i]:
			row.Plain = make([]float64, k)
			row.Plain[i] = 1
			row.Why = "absorbing by request"
		case row.N == 0:
			row.Why = "nobody was seen to leave it"
		case len(row.To) < 2:
			row.Why = "all moves lead to one state"
		default:
			if err := row.fit(d, byState[i], x, threads); err != nil {
				return nil, fmt.Errorf("moves out of state %q: %w", states[i], err)
			}
		}
	}
	return d, nil
}

func newDependentRow(k, from int, moves []Move) *DependentRow {
	row := &DependentRow{N: int64(len(moves)), Plain: make([]float64, k)}
	n := make([]int64, k)
	for _, m := range moves {
		n[m.To]++
	}
	base := from
	if n[from] == 0 {
		for j := range n {
			if n[j] > n[base] {
				base = j
			}
		}
	}
	for j, v := range n {
		if row.N > 0 {
			row.Plain[j] = float64(v) / float64(row.N)
		}
		switch {
		case v > 0 && j == base:
			row.To = append([]int{j}, row.To...)
		case v > 0:
			row.To = append(row.To, j)
		}
	}
	if row.N == 0 {
		row.Plain[from] = 1
	}
	return row
}

// clustersPerCoefficient is how many customers each coefficient takes before errors are clustered by them.
const clustersPerCoefficient = 3

func (row *DependentRow) fit(d *Dependent, moves []Move, x func(m Move) ([]float64, bool), threads int) error {
	design := &regress.Design{Names: d.Terms, X: make([]float64, 0, len(moves)*len(d.Terms))}
	category := make([]int, len(d.States))
	names := make([]string, len(row.To))
	for c, j := range row.To {
		category[j], names[c] = c, d.States[j]
	}
	y, who, customers := make([]int, len(moves)), make([]int32, len(moves)), map[int32]bool{}
	for i, m := range moves {
		values, _ := x(m)
		design.X = append(append(design.X, 1), values...)
		y[i], who[i] = category[m.To], m.Who
		customers[m.Who] = true
	}
	o := regress.Options{Threads: threads}
	if len(customers) >= clustersPerCoefficient*len(d.Terms)*(len(names)-1) {
		o.Cluster = who
	}
	fit, err := regress.Multinomial(design, y, names, o)
	if err != nil {
		return err
	}
	if !fit.Certificate.Certified() {
		row.Why = "the fit was refused"
		for _, w := range fit.Certificate.Warnings {
			row.Why += ": " + w.Message
		}
		return nil
	}
	row.Fit = fit
	return nil
}

// LikelihoodRatio tests that no covariate matters, against the chain without them, over all states that were fitted: χ²
// with degrees of freedom (Anderson & Goodman 1957, §3.1; Agresti 2013, §4.5.4). P is NaN where there are none.
func (d *Dependent) LikelihoodRatio() (chi2 float64, df int, p float64) {
	for _, row := range d.Rows {
		if row.Fit != nil {
			c, n, _ := row.Fit.LikelihoodRatio()
			chi2 += c
			df += n
		}
	}
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// Odds is by what one unit more of a term multiplies the odds of moving to To rather than to the base.
type Odds struct {
	From, To, Base, Term int
	Ratio                Estimate // e^β, its interval on the log scale
	P                    float64  // of β = 0, by Wald
	Clustered            bool     // its error is clustered by customer
}

// Odds are those of every coefficient that was estimated, the constants left out.
func (d *Dependent) Odds(level float64) (out []Odds) {
	z := num.ZLevel(level)
	for i, row := range d.Rows {
		if row.Fit == nil {
			continue
		}
		se := row.Fit.StandardErrors()
		k := len(d.Terms)
		for c := 1; c < len(row.To); c++ {
			for t := 1; t < k; t++ {
				at := (c-1)*k + t
				if !(se[at] > 0) { // dropped
					continue
				}
				v := math.Exp(row.Fit.Coef[at])
				out = append(out, Odds{i, row.To[c], row.To[0], t, onLog(z, []float64{v}, []float64{v * se[at]})[0], num.NormalTwoSided(row.Fit.Coef[at] / se[at]), row.Clustered()})
			}
		}
	}
	return out
}

// Matrix is the transition matrix averaged over customers whose covariates are xs, the constant left out, with its
// standard errors by the delta method,
//
//	p̄_ij = mean p_ij(x),   ∂p̄_c/∂β_a = mean p_c(x)(1{c=a} − p_a(x)) x
//
// so that segments are compared by what their covariates say. Of a state without a fit it is the row without covariates,
// with multinomial errors.
func (d *Dependent) Matrix(xs [][]float64) (p, se *mat.Dense, err error) {
	if len(xs) == 0 {
		return nil, nil, errors.New("a matrix at covariates needs a customer")
	}
	k := len(d.States)
	p, se = mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	for i, row := range d.Rows {
		if row.Fit == nil {
			for j, v := range row.Plain {
				p.Set(i, j, v)
				se.Set(i, j, math.Sqrt(v*(1-v)/float64(max(row.N, 1))))
			}
			continue
		}
		row.average(i, xs, p, se)
	}
	return p, se, nil
}

// average sets row i.
func (row *DependentRow) average(i int, xs [][]float64, p, se *mat.Dense) {
	f := row.Fit
	terms, categories := len(f.Names), len(row.To)
	size := (categories - 1) * terms
	gradient := make([][]float64, categories)
	mean := make([]float64, categories)
	for c := range gradient {
		gradient[c] = make([]float64, size)
	}
	share := 1 / float64(len(xs))
	for _, values := range xs {
		x := append([]float64{1}, values...)
		at := logits(f, x, categories)
		for c, pc := range at {
			mean[c] += share * pc
			for a := 1; a < categories; a++ {
				slope := -pc * at[a]
				if a == c {
					slope += pc
				}
				for t, v := range x {
					gradient[c][(a-1)*terms+t] += share * slope * v
				}
			}
		}
	}
	cov := f.Cov
	if f.Robust != nil {
		cov = f.Robust
	}
	for c, j := range row.To {
		g := mat.NewVecDense(size, gradient[c])
		p.Set(i, j, mean[c])
		se.Set(i, j, math.Sqrt(max(0, mat.Inner(g, cov, g))))
	}
}

// logits are the probabilities at x.
func logits(f *regress.MultinomialFit, x []float64, categories int) []float64 {
	p := make([]float64, categories)
	top := 0.0
	for c := 1; c < categories; c++ {
		for t, v := range x {
			p[c] += v * f.Coef[(c-1)*len(x)+t]
		}
		top = max(top, p[c])
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}
