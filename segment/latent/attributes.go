package latent

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest"
	"mainstay/markov/attrition"
	"mainstay/regress/formula"
)

// Attributes gives attributes of customers at places of the Ledger: see segment.Book.CustomerColumns.
type Attributes func(names []string, shard, row []int32) ([]formula.Column, error)

const unknownLevel = "(unknown)"

// Most segments of a pooling, and numbers that are segments as they are.
const (
	mostSegments = 1000
	mostNumbers  = 20
)

// Segments are those of Config.By, by name.
type Segments struct {
	Names  []string
	Of     []int32 // by customer
	Pooled *attrition.Pooled
}

// Influence is what buying and leaving owe to the covariates of Config.On.
type Influence struct {
	Names           []string       // of the columns of the design
	Plain           *attrition.Fit // without
	All             attrition.Ratio
	Buying, Leaving *attrition.Ratio // of the covariates of one beside those of the other; nil where a fit was refused
}

// mostCovariates are as many as a pass over the customers bears, which takes the square of them, and a reader.
const mostCovariates = 50

// Covariates are the columns that a formula's right-hand side names. Errors are *ingest.ConfigError.
func Covariates(on string) (*formula.Formula, error) {
	f, err := formula.Parse("purchases ~ "+on, []string{"purchases"})
	if err != nil {
		return nil, &ingest.ConfigError{Msg: "--on: " + err.Error()}
	}
	if f.IsSurvival() || !f.Intercept || len(f.Predictors()) == 0 {
		return nil, &ingest.ConfigError{Msg: "--on: covariates are terms, as in industry + log(employees); the constant stays in"}
	}
	return f, nil
}

// design sets the covariates of the customers.
func (s *Study) design(attributes Attributes) ([]string, error) {
	f, err := Covariates(s.Config.On)
	if err != nil {
		return nil, err
	}
	c := s.Customers
	data := &formula.Data{Rows: len(c.Data.X)}
	if data.Columns, err = attributes(f.Predictors(), c.Shard, c.Row); err != nil {
		return nil, err
	}
	for _, col := range data.Columns {
		lacking := 0
		for i := range data.Rows {
			if col.Missing(i) {
				if lacking++; col.Number == nil {
					col.Text[i] = unknownLevel
				}
			}
		}
		if lacking > 0 && col.Number != nil {
			return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%s is not known of %d of %d customers: fill it, or leave it out of --on", col.Name, lacking, data.Rows)}
		}
	}
	data.Columns = append(data.Columns, formula.Column{Name: "purchases", Number: c.Data.X})
	frame, err := formula.NewFrame(f, data, nil)
	if err != nil {
		return nil, &ingest.ConfigError{Msg: "--on: " + err.Error()}
	}
	coding, err := frame.Learn(nil)
	if err == nil {
		err = coding.Usable()
	}
	if err != nil {
		return nil, &ingest.ConfigError{Msg: "--on: " + err.Error()}
	}
	k := len(coding.Names)
	if k-1 > mostCovariates {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("--on: %d columns, expected at most %d: leave out what tells single customers apart, or join levels", k-1, mostCovariates)}
	}
	d, _ := coding.Design(nil)
	if len(frame.Rows) != data.Rows || k < 2 {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("--on: the terms are known of %d of %d customers, in %d columns; expected all of them, and a column at least", len(frame.Rows), data.Rows, k-1)}
	}
	columns := make([][]float64, k-1)
	for j := range columns {
		for i := range data.Rows {
			columns[j] = append(columns[j], d.X[i*k+1+j])
		}
	}
	c.Data.Purchase, c.Data.Dropout = columns, columns
	c.Data.Names = [3][]string{d.Names[1:], d.Names[1:]}
	return d.Names[1:], nil
}

// influence fits the chosen model with covariates, and tests them.
func (s *Study) influence(attributes Attributes, o attrition.Options) error {
	names, err := s.design(attributes)
	if err != nil {
		return err
	}
	in := &Influence{Names: names, Plain: s.Fit}
	if s.Fit, err = attrition.FitModel(s.Fit.Model, &s.Customers.Data, o); err != nil {
		return err
	}
	s.Fits = append(s.Fits, s.Fit)
	s.Influence = in
	if in.All, err = attrition.LikelihoodRatio(in.Plain, s.Fit); err != nil {
		return nil //nolint:nilerr // refused: the certificate says it
	}
	less := func(drop func(d *attrition.Data)) *attrition.Ratio {
		d := s.Customers.Data
		drop(&d)
		f, err := attrition.FitModel(s.Fit.Model, &d, o)
		if err != nil {
			return nil
		}
		r, err := attrition.LikelihoodRatio(f, s.Fit)
		if err != nil {
			return nil
		}
		return &r
	}
	in.Buying = less(func(d *attrition.Data) { d.Purchase, d.Names[0] = nil, nil })
	in.Leaving = less(func(d *attrition.Data) { d.Dropout, d.Names[1] = nil, nil })
	return nil
}

// pool fits the chosen model by segment.
func (s *Study) pool(attributes Attributes, o attrition.Options) error {
	c := s.Customers
	columns, err := attributes([]string{s.Config.By}, c.Shard, c.Row)
	if err != nil {
		return err
	}
	col := &columns[0]
	label := func(i int) string {
		switch {
		case col.Missing(i):
			return unknownLevel
		case col.Number != nil:
			return strconv.FormatFloat(col.Number[i], 'g', -1, 64)
		}
		return strings.TrimSpace(col.Text[i])
	}
	out := &Segments{Of: make([]int32, len(c.Data.X))}
	number := map[string]int32{}
	for i := range c.Data.X {
		number[label(i)] = 0
	}
	for name := range number {
		out.Names = append(out.Names, name)
	}
	slices.Sort(out.Names)
	switch n := len(out.Names); {
	case n < 2:
		return &ingest.ConfigError{Msg: fmt.Sprintf("--by %s: all customers are %s; segments are two at least", s.Config.By, strings.Join(out.Names, ""))}
	case n > mostSegments || col.Number != nil && n > mostNumbers:
		return &ingest.ConfigError{Msg: fmt.Sprintf("--by %s: %d segments; expected at most %d, of numbers %d", s.Config.By, n, mostSegments, mostNumbers)}
	}
	for k, name := range out.Names {
		number[name] = int32(k)
	}
	for i := range out.Of {
		out.Of[i] = number[label(i)]
	}
	data, _ := out.split(&c.Data)
	if out.Pooled, err = attrition.Pool(s.Fit.Model, data, o); err != nil {
		return err
	}
	s.Segments = out
	return nil
}

// split is the customers of each segment, and where they are among all.
func (g *Segments) split(all *attrition.Data) (data []*attrition.Data, who [][]int) {
	data, who = make([]*attrition.Data, len(g.Names)), make([][]int, len(g.Names))
	for k := range data {
		data[k] = &attrition.Data{}
	}
	for i, k := range g.Of {
		d := data[k]
		who[k] = append(who[k], i)
		d.X, d.Last, d.T = append(d.X, all.X[i]), append(d.Last, all.Last[i]), append(d.T, all.T[i])
		if all.LogGaps != nil {
			d.LogGaps = append(d.LogGaps, all.LogGaps[i])
		}
		if all.Weight != nil {
			d.Weight = append(d.Weight, all.Weight[i])
		}
	}
	return data, who
}

// scores asks the fit of every customer, that of the segment where there are any, and sums.
func (s *Study) scores(q attrition.Questions, money []float64) ([]attrition.Score, *attrition.Sums, error) {
	g := s.Segments
	if g == nil || !g.Pooled.Certificate.Certified() {
		return s.Fit.Summed(&s.Customers.Data, q, money)
	}
	data, who := g.split(&s.Customers.Data)
	var parts [][]float64
	if money != nil {
		parts = make([][]float64, len(who))
		for k := range who {
			for _, i := range who[k] {
				parts[k] = append(parts[k], money[i])
			}
		}
	}
	scores, sums, err := g.Pooled.Summed(data, q, parts)
	if err != nil {
		return nil, nil, err
	}
	out := make([]attrition.Score, len(g.Of))
	for k := range who {
		for j, i := range who[k] {
			out[i] = scores[k][j]
		}
	}
	return out, sums, nil
}

// Effect is the ratio e^γ of a covariate with its interval, of rates of buying, and of rates or odds of leaving.
func (s *Study) Effect(k int) attrition.Estimate {
	v, se, b := s.Fit.Coefficients[k], s.Fit.CoefSE[k], s.Bounds[len(s.Fit.Names)+k]
	return attrition.Estimate{Value: math.Exp(v), SE: math.Exp(v) * se, Low: math.Exp(b.Low), High: math.Exp(b.High)}
}
