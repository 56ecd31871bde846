package model

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/formula"
	"mainstay/regress/spend"
)

// gammaGamma is the model of spend per purchase: mean spend ~ number of purchases, a row a customer.
var gammaGamma = &family{
	name: GammaGamma, about: "mean spend ~ number of purchases", flags: []string{"weights"}, weights: "frequency", bare: true,
	respond: (*study).numbers,
	fit: func(s *study, d *regress.Design, _ []int) (estimated, error) {
		if len(d.Names) != 1 || s.fr.Offset() != nil {
			return nil, fmt.Errorf("--family gamma-gamma takes one column, the number of purchases that the mean is of, as in spend ~ purchases; here it has %d", len(d.Names))
		}
		for i, x := range d.X {
			if !(x >= 0 && x <= 1e9) || x != math.Trunc(x) {
				return nil, &formula.RowError{Row: s.fr.Rows[i], Column: d.Names[0], Err: fmt.Errorf("%g is no number of purchases: 0, 1, 2 … are needed", x)}
			}
		}
		f, err := spend.GammaGamma(d.X, s.y, spend.Options{Weights: s.weights, Level: s.o.Level, Threads: s.o.Threads})
		return &spendFit{f, d.X}, err
	},
}

// mostCustomers is up to how many customers are listed with what they are expected to spend.
const mostCustomers = 10_000

type spendFit struct {
	*spend.Fit
	purchases []float64
}

func (f *spendFit) certificate() *num.Certificate { return &f.Certificate }

// predict is never called: without folds nobody is held out.
func (f *spendFit) predict(*regress.Design, []float64) []float64 { return nil }

func (f *spendFit) describe(s *study, r *Result) {
	r.Method, r.Covariance = "Gamma-Gamma spend per purchase", "model"
	r.Facts = append(r.Facts, fmt.Sprintf("%d customers fitted; left out: %d without purchases, %d with mean spend of 0 or less", f.Customers, f.NoPurchases, f.NotPositive))
	z, nan := num.ZLevel(r.Level), math.NaN()
	for i, name := range []string{"p", "q", "gamma"} {
		estimate := []float64{f.P, f.Q, f.Gamma}[i]
		half := math.Exp(z * math.Sqrt(f.LogCov.At(i, i)))
		r.Coefficients = append(r.Coefficients, Coefficient{Name: name, Estimate: estimate, SE: f.SE[i], Statistic: nan, P: nan, Low: estimate / half, High: estimate * half})
	}
	r.Parameters = append(r.Parameters, Parameter{Name: "mean_spend_of_customers", Value: f.Mean, SE: f.MeanSE})
	m := noMeasures()
	m.Rank, m.DF, m.NullDF = 3, f.Customers-3, f.Customers
	m.LogLik = f.Certificate.LogLik
	m.criteria(3, f.Certificate.Observations)
	r.Measures = m
	r.Sections = append(r.Sections, f.independence(), f.ownShare())
	if len(s.y) > mostCustomers {
		r.Facts = append(r.Facts, fmt.Sprintf("more than %d rows: expected spend is not listed by customer; --predict lists it, of the same table too", mostCustomers))
		return
	}
	r.Sections = append(r.Sections, f.customers(s, r.Level))
}

// independence is the assumption of the model, tested.
func (f *spendFit) independence() Section {
	s := Section{Name: "independence", Title: "spend against number of purchases, which the model takes as independent",
		Columns: []Values{{Name: "correlation", Text: []string{"Pearson", "Spearman"}}, {Name: "value", Kind: Share}, {Name: "low", Kind: Share}, {Name: "high", Kind: Share}, {Name: "p", Kind: Probability}}}
	for _, c := range []spend.Correlation{f.Independence.Pearson, f.Independence.Spearman} {
		for k, v := range []float64{c.Value, c.Low, c.High, c.P} {
			s.Columns[k+1].Number = append(s.Columns[k+1].Number, v)
		}
	}
	return s
}

// ownShare is how much of the expectation a customer's own mean makes, px/(px + q − 1), by number of purchases.
func (f *spendFit) ownShare() Section {
	purchases, share := []float64{1, 2, 3, 5, 10, 20, 50}, []float64(nil)
	for _, x := range purchases {
		v := f.P * x / (f.P*x + f.Q - 1)
		if f.P*x+f.Q <= 1 {
			v = math.NaN()
		}
		share = append(share, v)
	}
	return Section{Name: "own_share", Title: "share of the customer's own mean in what is expected",
		Columns: []Values{{Name: "purchases", Number: purchases, Kind: Whole}, {Name: "share", Number: share, Kind: Share}}}
}

// customers is what purchases of each customer are expected to be worth, in the order of the table.
func (f *spendFit) customers(s *study, level float64) Section {
	out := Section{Name: "customers", Title: "expected spend per purchase, by row of the table", Most: 10, Columns: []Values{{Name: "row", Kind: Whole},
		{Name: "purchases", Kind: Whole}, {Name: "seen"}, {Name: "expected"}, {Name: "low"}, {Name: "high"}, {Name: "own_low"}, {Name: "own_high"}}}
	order := make([]int, len(s.y))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return s.fr.Rows[a] - s.fr.Rows[b] })
	for _, i := range order {
		c := f.Conditional(f.purchases[i], s.y[i], level)
		for k, v := range []float64{float64(s.fr.Rows[i] + 1), f.purchases[i], s.y[i], c.Mean, c.Low, c.High, c.OwnLow, c.OwnHigh} {
			out.Columns[k].Number = append(out.Columns[k].Number, v)
		}
	}
	return out
}

// foretell is what purchases of other customers are expected to be worth: their own mean spend and number of purchases are needed.
func (f *spendFit) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	seen, err := s.fr.Responses(s.o.New, n.Rows)
	if err != nil {
		return nil, err
	}
	columns := append(interval("expected", "spend per purchase", Significant),
		Values{Name: "own_low", About: "the customer's own mean lies above, by the share of the level"}, Values{Name: "own_high", About: "and below"})
	return s.eachRow(len(n.Rows), columns, func(i int, out []float64) {
		c := f.Conditional(n.Design.X[i], seen[i], r.Level)
		out[0], out[1], out[2], out[3], out[4], out[5] = c.Mean, c.SE, c.Low, c.High, c.OwnLow, c.OwnHigh
	}), nil
}
