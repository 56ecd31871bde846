// Package attrition models customers who leave without saying so: they buy at a rate of their own while they are alive, drop out
// unseen, and only the purchases tell ("buy till you die"). It says how likely each is still a customer and how often each will buy.
//
// Reading order: attrition.go (models, data), fit.go (FitModel), stages.go (ascents), onerate.go (the edge of Pareto/NBD), profile.go (intervals on ridges), ratio.go (tests), part.go (what a likelihood is made of), the laws (law_nbd.go, law_bg.go,
// law_pareto.go, law_bgbb.go), likelihood.go (passes over the customers); customer.go, score.go, curve.go (what is said of each, and of many at once),
// counts.go (distribution of purchases), population.go (of all), residual_bg.go, residual_each.go, tails.go (discounted, of BG/NBD and its kin), regularity.go, regular.go (k of regular timing), pool.go (segments), sbg.go (contracts).
package attrition

import (
	"fmt"
	"math"
	"slices"
)

// Model is a law of buying and leaving.
type Model string

// The models. Rates, and where they leave by chance the chances, differ between customers by a Gamma or Beta distribution. Time is
// counted from the first purchase, in any unit; parameters α and β have that unit.
const (
	// NBD: Poisson purchases with rate λ ~ Gamma(r, α); nobody leaves, P(alive) is 1. What the others are where leaving is not seen. Ehrenberg 1959.
	NBD Model = "nbd"
	// BGNBD: Poisson purchases with rate λ ~ Gamma(r, α); after every repeat purchase a customer leaves with probability p ~ Beta(a, b).
	// Without a repeat nobody has had an occasion to leave: P(alive) is 1 by construction. Fader, Hardie & Lee 2005, Marketing Science 24:275–284.
	BGNBD Model = "bg/nbd"
	// MBGNBD: as BG/NBD, but the first purchase is an occasion to leave too. Batislam, Denizel & Filiztekin 2007, IJRM 24:201–209.
	MBGNBD Model = "mbg/nbd"
	// MBGCNBD: as MBG/NBD, but the times between purchases are Erlang-k with rate λ: regular, because business customers buy on
	// schedule. Platzer & Reutterer 2016; Reutterer, Platzer & Schröder 2021, IJRM 38:194–215.
	MBGCNBD Model = "mbg/cnbd-k"
	// ParetoNBD: Poisson purchases with rate λ ~ Gamma(r, α); the life is exponential with rate μ ~ Gamma(s, β), whatever is bought.
	// Schmittlein, Morrison & Colombo 1987, Management Science 33:1–24.
	ParetoNBD Model = "pareto/nbd"
	// BGBB: in each of n periods a customer who is alive buys with probability p ~ Beta(alpha, beta), and leaves before it with
	// probability q ~ Beta(gamma, delta). X counts periods with a purchase, Last is the last of them, T is n.
	// Fader, Hardie & Shang 2010, Marketing Science 29:1086–1108.
	BGBB Model = "bg/bb"
)

// Models are all of them, simple ones first.
var Models = []Model{NBD, BGNBD, MBGNBD, MBGCNBD, ParetoNBD, BGBB}

// Data are customers, a value each.
type Data struct {
	X       []float64 // purchases after the first: 0, 1, 2 …
	Last    []float64 // time of the last of them; 0 where there is none
	T       []float64 // time observed, at least Last
	Weight  []float64 // how many such customers there are; nil = 1
	LogGaps []float64 // regular timing only: Σ log of the times between purchases, 0 without one; nil leaves a constant out of log L

	// Covariates that do not change, a column each. Those of Purchase multiply the mean purchase rate of a customer by exp(γz). Those of
	// Dropout multiply the mean rate of leaving (Pareto/NBD), or the odds of the mean chance of leaving (BG/NBD, MBG/NBD: a·exp(γz));
	// Stay multiplies those odds by exp(−γz) through b, which only the two have. Fader & Hardie 2007, note 019.
	Purchase, Dropout, Stay [][]float64
	Names                   [3][]string // of those columns, for messages; without, they are numbers
}

// Customer is one row of Data.
type Customer struct {
	X, Last, T float64
	// Values of the covariates that the model was fitted with, in their order.
	Purchase, Dropout, Stay []float64
}

// Row is customer i.
func (d *Data) Row(i int) Customer {
	c := Customer{X: d.X[i], Last: d.Last[i], T: d.T[i]}
	take := func(columns [][]float64) (out []float64) {
		for _, col := range columns {
			out = append(out, col[i])
		}
		return out
	}
	c.Purchase, c.Dropout, c.Stay = take(d.Purchase), take(d.Dropout), take(d.Stay)
	return c
}

// mostPurchases and longestTime keep every sum finite.
const (
	mostPurchases = 1e9
	longestTime   = 1e9
)

// check finds the first value that no model knows.
func (d *Data) check(m Model) error {
	n := len(d.X)
	if len(d.Last) != n || len(d.T) != n || d.Weight != nil && len(d.Weight) != n || d.LogGaps != nil && len(d.LogGaps) != n {
		return fmt.Errorf("attrition: columns of different length: %d counts, %d last times, %d times observed, %d weights, %d sums of gaps", n, len(d.Last), len(d.T), len(d.Weight), len(d.LogGaps))
	}
	for i := range n {
		if problem := d.problem(m, i); problem != "" {
			return fmt.Errorf("attrition: row %d (the first is 0): %s", i, problem)
		}
	}
	for _, group := range [][][]float64{d.Purchase, d.Dropout, d.Stay} {
		for j, col := range group {
			if len(col) != n {
				return fmt.Errorf("attrition: covariate %d has %d values for %d customers", j, len(col), n)
			}
			if i := slices.IndexFunc(col, func(v float64) bool { return !(math.Abs(v) <= 1e100) }); i >= 0 {
				return fmt.Errorf("attrition: row %d (the first is 0): covariate %d is %v, expected a finite number", i, j, col[i])
			}
		}
	}
	return d.checkCovariates(m)
}

func (d *Data) checkCovariates(m Model) error {
	switch covariates := len(d.Purchase) + len(d.Dropout) + len(d.Stay); {
	case covariates > 0 && m != NBD && m != BGNBD && m != MBGNBD && m != ParetoNBD:
		return fmt.Errorf("attrition: %s takes no covariates; nbd, bg/nbd, mbg/nbd and pareto/nbd do", m)
	case m == NBD && len(d.Dropout)+len(d.Stay) > 0:
		return fmt.Errorf("attrition: nobody leaves in nbd: use Purchase")
	case len(d.Stay) > 0 && m == ParetoNBD:
		return fmt.Errorf("attrition: pareto/nbd has no b for Stay to act on: use Dropout")
	}
	return nil
}

func (d *Data) problem(m Model, i int) string {
	switch {
	case d.Weight != nil && !(d.Weight[i] >= 0 && d.Weight[i] <= 1e15):
		return fmt.Sprintf("weight %v, expected a finite number of at least 0", d.Weight[i])
	case d.LogGaps != nil && !(math.Abs(d.LogGaps[i]) <= 1e15):
		return fmt.Sprintf("sum of logarithms of gaps %v, expected a finite number", d.LogGaps[i])
	}
	_, why := m.Problem(d.X[i], d.Last[i], d.T[i])
	return why
}

// Problem is what a model does not know of such a customer, in words, "" for nothing, and of which argument: 0 for x, 1 for last, 2 for end.
func (m Model) Problem(x, last, end float64) (of int, why string) {
	switch {
	case !(x >= 0 && x <= mostPurchases) || x != math.Trunc(x):
		return 0, fmt.Sprintf("%v repeat purchases, expected a count: 0, 1, 2 … up to %g", x, float64(mostPurchases))
	case !(end >= 0 && end <= longestTime):
		return 2, fmt.Sprintf("observed for %v, expected a time from 0 to %g", end, float64(longestTime))
	case !(last >= 0 && last <= end):
		return 1, fmt.Sprintf("the last purchase is at %v, expected from 0 to the %v observed", last, end)
	case x == 0 && last != 0:
		return 1, fmt.Sprintf("no repeat purchase, but the last of them at %v: expected 0", last)
	case x > 0 && last == 0:
		return 1, "repeat purchases, all at the time of the first: count purchase days, of which the first is none"
	case m == BGBB && (end != math.Trunc(end) || last != math.Trunc(last) || end > MostPeriods || x > last):
		return 1, fmt.Sprintf("%v purchases, the last at %v of %v: bg/bb counts periods, whole numbers up to %d, at most one purchase in each", x, last, end, MostPeriods)
	}
	return 0, ""
}

// takes says whether there is no problem.
func (m Model) takes(x, last, end float64) bool {
	_, why := m.Problem(x, last, end)
	return why == ""
}
