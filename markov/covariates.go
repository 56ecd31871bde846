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
	Used   int             // moves of which the covariates are known, and that have a weight

	weighted bool
}

// Covariates are what is known of moves beside their states.
type Covariates struct {
	Terms  []string                                    // columns of the design, the constant left out
	X      func(m Move) (values []float64, known bool) // their values
	Weight func(m Move) float64                        // how much a move stands for, 0 or more and finite; nil: 1
}

func (c *Covariates) weight(m Move) float64 {
	if c.Weight == nil {
		return 1
	}
	return c.Weight(m)
}

// DependentRow is what is known of the moves out of one state.
type DependentRow struct {
	To    []int                   // states that were entered, the base first
	N     int64                   // moves
	Plain []float64               // by state: probabilities without covariates
	Size  float64                 // moves that Plain rests on: N, of weights (Σw)² ÷ Σw²
	Fit   *regress.MultinomialFit // nil where there is nothing to fit, or the fit was refused
	Why   string                  // there is no fit, in words

	clustered bool
}

// Clustered says whether the row's standard errors are clustered by customer; else they are the model's, for there were too
// few customers.
func (row *DependentRow) Clustered() bool { return row.Fit != nil && row.clustered }

// FitDependent fits the moves of which the covariates are known. Standard errors are clustered by customer (CR1), where there are
// enough, for what is left out of the model makes a customer's moves alike; else they are the model's. Weights are those of a sample: they
// maximise Σ w log p, and errors are sandwiches, HC1 where customers are too few (Pfeffermann 1993, International Statistical
// Review 61:317–337).
// In absorbing states, in those of fewer than two destinations, in those of no more moves than coefficients and in those whose fit is refused (separation: a covariate
// that settles where moves go) probabilities do not depend on covariates, and Why says so.
func FitDependent(states []string, moves []Move, cov Covariates, absorbing []int, threads int) (*Dependent, error) {
	k := len(states)
	d := &Dependent{States: states, Terms: append([]string{"(Intercept)"}, cov.Terms...), Rows: make([]*DependentRow, k), weighted: cov.Weight != nil}
	byState := make([][]Move, k)
	for _, m := range moves {
		if _, known := cov.X(m); known && cov.weight(m) > 0 {
			byState[m.From] = append(byState[m.From], m)
			d.Used++
		}
	}
	end := make([]bool, k)
	for _, i := range absorbing {
		end[i] = true
	}
	for i := range k {
		row := newDependentRow(k, i, byState[i], &cov)
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
			if err := row.fit(d, byState[i], &cov, threads); err != nil {
				return nil, fmt.Errorf("moves out of state %q: %w", states[i], err)
			}
		}
	}
	return d, nil
}

func newDependentRow(k, from int, moves []Move, cov *Covariates) *DependentRow {
	row := &DependentRow{N: int64(len(moves)), Plain: make([]float64, k)}
	n := make([]int64, k)
	var total, squares float64
	for _, m := range moves {
		n[m.To]++
		w := cov.weight(m)
		row.Plain[m.To] += w
		total += w
		squares += w * w
	}
	if row.N > 0 {
		row.Size = total * total / squares
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
			row.Plain[j] /= total
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

func (row *DependentRow) fit(d *Dependent, moves []Move, cov *Covariates, threads int) error {
	design := &regress.Design{Names: d.Terms, X: make([]float64, 0, len(moves)*len(d.Terms))}
	category := make([]int, len(d.States))
	names := make([]string, len(row.To))
	for c, j := range row.To {
		category[j], names[c] = c, d.States[j]
	}
	y, who, customers := make([]int, len(moves)), make([]int32, len(moves)), map[int32]bool{}
	for i, m := range moves {
		values, _ := cov.X(m)
		design.X = append(append(design.X, 1), values...)
		y[i], who[i] = category[m.To], m.Who
		customers[m.Who] = true
	}
	if n := varying(design) * (len(names) - 1); len(moves) <= n {
		row.Why = fmt.Sprintf("%d moves are too few for %d coefficients: leave covariates out, or merge levels", len(moves), n)
		return nil
	}
	o := regress.Options{Threads: threads}
	if len(customers) >= clustersPerCoefficient*len(d.Terms)*(len(names)-1) {
		o.Cluster, row.clustered = who, true
	} else if d.weighted {
		o.HC = regress.HC1
	}
	if d.weighted {
		o.Weights = make([]float64, len(moves)) // with the sum of as many moves as they are worth
		for i, m := range moves {
			o.Weights[i] = cov.weight(m)
		}
		scale := row.Size / num.Sum(o.Weights)
		for i := range o.Weights {
			o.Weights[i] *= scale
		}
	}
	fit, err := regress.Multinomial(design, y, names, o)
	if err != nil {
		return err
	}
	if !fit.Certificate.Certified() {
		row.Why = "the fit was refused"
		for _, w := range fit.Certificate.Warnings {
			if w.Code != num.WarnCollinear { // dropped columns are no reason
				row.Why += ": " + w.Message
			}
		}
		return nil
	}
	row.Fit = fit
	return nil
}

// varying is how many columns vary, and the constant.
func varying(d *regress.Design) int {
	k, n := len(d.Names), 1
	for c := 1; c < k; c++ {
		for at := c + k; at < len(d.X); at += k {
			if d.X[at] != d.X[c] {
				n++
				break
			}
		}
	}
	return n
}

// Test tests that no covariate matters: by LikelihoodRatio or, of moves with weights, which have no likelihood, by Wald's test with the
// covariance of the odds, summed over the states that were fitted. P is NaN where there are none.
func (d *Dependent) Test() (chi2 float64, df int, p float64) {
	if !d.weighted {
		return d.LikelihoodRatio()
	}
	for _, row := range d.Rows {
		if row.Fit != nil {
			if c, n, _ := row.Fit.Wald(); n > 0 { // else all its covariates were dropped
				chi2 += c
				df += n
			}
		}
	}
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// Weighted reports whether moves have weights.
func (d *Dependent) Weighted() bool { return d.weighted }

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

// Sample are the covariates of moves, the constant left out, and how much each counts.
type Sample struct {
	X      [][]float64
	Weight []float64 // nil: alike
}

// Matrix is the transition matrix averaged over the covariates of moves out of each state (one sample by state, or one for all), with its
// standard errors by the delta method,
//
//	p̄_ij = mean p_ij(x),   ∂p̄_c/∂β_a = mean p_c(x)(1{c=a} − p_a(x)) x
//
// so that segments are compared by what their covariates say. A state without a sample has all of them. Of a state without a fit it is
// the row without covariates, with multinomial errors.
func (d *Dependent) Matrix(samples ...Sample) (p, se *mat.Dense, err error) {
	k := len(d.States)
	var all Sample
	for _, s := range samples {
		all.X = append(all.X, s.X...)
		all.Weight = append(all.Weight, s.Weight...)
	}
	if len(all.X) == 0 || len(samples) != 1 && len(samples) != k {
		return nil, nil, errors.New("a matrix at covariates needs a move out of some state")
	}
	p, se = mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	for i, row := range d.Rows {
		if row.Fit == nil {
			for j, v := range row.Plain {
				p.Set(i, j, v)
				se.Set(i, j, math.Sqrt(v*(1-v)/max(row.Size, 1)))
			}
			continue
		}
		s := samples[min(i, len(samples)-1)]
		if len(s.X) == 0 {
			s = all
		}
		row.average(i, s, p, se)
	}
	return p, se, nil
}

// average sets row i.
func (row *DependentRow) average(i int, s Sample, p, se *mat.Dense) {
	f := row.Fit
	terms, categories := len(f.Names), len(row.To)
	size := (categories - 1) * terms
	gradient := make([][]float64, categories)
	mean := make([]float64, categories)
	for c := range gradient {
		gradient[c] = make([]float64, size)
	}
	share, total := 1/float64(len(s.X)), num.Sum(s.Weight)
	for r, values := range s.X {
		if s.Weight != nil {
			share = s.Weight[r] / total
		}
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
