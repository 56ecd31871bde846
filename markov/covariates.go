package markov

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress"
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
	level    float64 // of profiles
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
	Fit   *regress.MultinomialFit // by maximum likelihood or, Penalised, by Firth's; nil where there is nothing to fit, or the fit was refused
	Why   string                  // there is no fit, in words
	Apart []num.Warning           // why there is no maximum of the likelihood, of a penalised fit, and
	By    []string                // the terms that separate where moves go; nil where none was found

	clustered bool
}

// Clustered says whether the row's standard errors are clustered by customer; else they are the model's, for there were too
// few customers.
func (row *DependentRow) Clustered() bool { return row.Fit != nil && row.clustered }

// FitDependent fits the moves of which the covariates are known. Standard errors are clustered by customer (CR1), where there are
// enough, for what is left out of the model makes a customer's moves alike; else they are the model's. Weights are those of a sample: they
// maximise Σ w log p, and errors are sandwiches, HC1 where customers are too few (Pfeffermann 1993, International Statistical
// Review 61:317–337).
// Where the likelihood out of a state has no maximum, for covariates separate where moves go (Albert & Anderson 1984: an industry whose customers never
// leave, or always, a number that settles it), that state is fitted by Firth's penalised likelihood (regress.FirthMultinomial), whose predictions do not hang on
// which level others are compared with; intervals at level are those of its profile, moves independent, weights scaled to the moves that they are worth.
// In absorbing states, in those of fewer than two destinations, in those of no more moves than coefficients and in those whose fit is refused, or too large to be penalised,
// probabilities do not depend on covariates, and Why says so.
func FitDependent(states []string, moves []Move, cov Covariates, absorbing []int, level float64, threads int) (*Dependent, error) {
	k := len(states)
	d := &Dependent{States: states, Terms: append([]string{"(Intercept)"}, cov.Terms...), Rows: make([]*DependentRow, k), weighted: cov.Weight != nil, level: level}
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
	rank, err := regress.Rank(design, regress.Options{Threads: threads})
	if err != nil {
		return err
	}
	if n := rank * (len(names) - 1); len(moves) <= n {
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
	if err == nil && !fit.Certificate.Certified() {
		row.Apart, row.By, row.clustered = reasons(fit), fit.Separating, false
		o.Cluster, o.HC = nil, regress.NoHC
		if fit, err = regress.FirthMultinomial(design, y, names, o, d.level); err != nil { // too large: the other states are fitted all the same
			row.Why = "covariates separate where they go, and " + strings.TrimPrefix(err.Error(), "regress: ")
			return nil
		}
	}
	if err != nil {
		return err
	}
	if !fit.Certificate.Certified() {
		row.Why = "the fit was refused"
		for _, w := range reasons(fit) {
			row.Why += ": " + w.Message
		}
		return nil
	}
	row.Fit = fit
	return nil
}

// reasons are why a fit was refused; dropped columns are none.
func reasons(f *regress.MultinomialFit) []num.Warning {
	return slices.DeleteFunc(slices.Clone(f.Certificate.Warnings), func(w num.Warning) bool { return w.Code == num.WarnCollinear })
}
