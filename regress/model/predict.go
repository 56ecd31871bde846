package model

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/formula"
)

// Predictions are of rows of a table that need not be that of the fit, in its order. Undefined is NaN.
type Predictions struct {
	Rows    int       // of the table
	Columns []Values  // by row; NaN where Why says so
	Why     []string  // by row, why there is no prediction; "" where there is one
	Outside []bool    // by row: it lies beyond the rows of the fit, so that the prediction is an extrapolation
	Beyond  int       // how many do
	Reasons []Reason  // the different reasons, the commonest first
	Facts   []string  // what people should know about the predictions
	Times   []float64 // survival: those asked for, or chosen
}

// Reason is why rows are not predicted.
type Reason struct {
	Text string
	Rows int
}

// Predicted is how many rows have a prediction.
func (p *Predictions) Predicted() int {
	n := p.Rows
	for _, r := range p.Reasons {
		n -= r.Rows
	}
	return n
}

// foreteller is a fit that predicts other rows with intervals: columns of values by row of n.
type foreteller interface {
	foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error)
}

// predictBlock is how many rows are coded at a time.
const predictBlock = 1 << 14

// predictNew predicts the rows of o.New.
func (s *study) predictNew(ctx context.Context, coding *formula.Coding, design *regress.Design, fit estimated, r *Result) error {
	f, ok := fit.(foreteller)
	if s.o.New == nil || !ok {
		return nil
	}
	var reach *regress.Reach
	if !s.family.groups {
		var err error
		if reach, err = regress.NewReach(design, regress.Options{Weights: s.weights, Threads: s.o.Threads}, s.family.bare); err != nil {
			return err
		}
	}
	p := &Predictions{Rows: s.o.New.Rows, Why: make([]string, s.o.New.Rows), Outside: make([]bool, s.o.New.Rows), Times: s.predictTimes()}
	r.Predictions = p
	dropped := r.dropped()
	for lo := 0; lo < p.Rows; lo += predictBlock {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := make([]int, min(predictBlock, p.Rows-lo))
		for i := range rows {
			rows[i] = lo + i
		}
		code := coding.Code
		if s.family.groups {
			code = coding.CodeGroups
		}
		n, why, err := code(s.o.New, rows)
		if err != nil {
			return err
		}
		copy(p.Why[lo:], why)
		if s.family.bare && s.f.Intercept && n.Design != nil {
			n.Design = withoutFirst(n.Design)
		}
		columns, err := f.foretell(s, r, n)
		if err != nil {
			return err
		}
		p.add(n.Rows, columns)
		if reach != nil && n.Design != nil {
			p.judge(n, reach, dropped, s.o.Threads)
		}
	}
	p.count()
	return nil
}

// add fills in the values of rows.
func (p *Predictions) add(rows []int, columns []Values) {
	if p.Columns == nil {
		for _, c := range columns {
			v := Values{Name: c.Name, Kind: c.Kind, About: c.About, Number: make([]float64, p.Rows)}
			for i := range v.Number {
				v.Number[i] = math.NaN()
			}
			p.Columns = append(p.Columns, v)
		}
	}
	for k, c := range columns {
		for i, row := range rows {
			if v := c.Number[i]; !math.IsInf(v, 0) {
				p.Columns[k].Number[row] = v
			}
		}
	}
	for _, row := range rows {
		if !slices.ContainsFunc(p.Columns, func(c Values) bool { return !math.IsNaN(c.Number[row]) }) {
			p.refuse(row, "the fit has no finite prediction there")
		}
	}
}

func (p *Predictions) refuse(row int, why string) {
	p.Why[row], p.Outside[row] = why, false
	for k := range p.Columns {
		p.Columns[k].Number[row] = math.NaN()
	}
}

// judge finds rows that lie beyond those of the fit, and takes predictions away where a column that was dropped, because others determined it, is not determined.
func (p *Predictions) judge(n *formula.NewRows, reach *regress.Reach, dropped []string, threads int) {
	why := make([]string, len(n.Rows))
	num.Blocks(len(n.Rows), 256, threads, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			if p.Why[n.Rows[i]] != "" {
				continue
			}
			leverage, loose := reach.Of(n.Design.Row(i))
			p.Outside[n.Rows[i]] = reach.Beyond(leverage) || len(loose) > 0
			for _, name := range loose {
				if slices.Contains(dropped, name) {
					why[i] = fmt.Sprintf("other columns determine %s in the rows of the fit, and not here", name)
				}
			}
		}
	})
	for i, row := range n.Rows {
		if why[i] != "" {
			p.refuse(row, why[i])
		}
	}
}

// count sets Beyond and Reasons.
func (p *Predictions) count() {
	at := map[string]int{}
	for i, why := range p.Why {
		if p.Outside[i] {
			p.Beyond++
		}
		if why == "" {
			continue
		}
		k, ok := at[why]
		if !ok {
			k = len(p.Reasons)
			at[why], p.Reasons = k, append(p.Reasons, Reason{Text: why})
		}
		p.Reasons[k].Rows++
	}
	slices.SortStableFunc(p.Reasons, func(a, b Reason) int { return b.Rows - a.Rows })
}

// dropped are the columns that have no coefficient.
func (r *Result) dropped() (names []string) {
	all := r.Coefficients
	if len(r.Equations) > 0 {
		all = r.Equations[0].Coefficients
	}
	for i := range all {
		if all[i].Dropped {
			names = append(names, all[i].Name)
		}
	}
	return names
}

// eachRow is a column of values for each of columns: f sets out for row i, one value per column.
func (s *study) eachRow(rows int, columns []Values, f func(i int, out []float64)) []Values {
	for k := range columns {
		columns[k].Number = make([]float64, rows)
	}
	num.Blocks(rows, 256, s.o.Threads, func(_, lo, hi int) {
		out := make([]float64, len(columns))
		for i := lo; i < hi; i++ {
			f(i, out)
			for k, v := range out {
				columns[k].Number[i] = v
			}
		}
	})
	return columns
}

// interval are the columns of a prediction with its standard error and interval.
func interval(name, about string, kind Kind) []Values {
	return []Values{{Name: name, Kind: kind, About: about}, {Name: "se", Kind: kind, About: "its standard error"},
		{Name: "low", Kind: kind, About: "lower end of its interval"}, {Name: "high", Kind: kind, About: "upper end of its interval"}}
}

// width is how many standard errors an interval is wide.
func (r *Result) width() float64 {
	if r.DF > 0 {
		return num.StudentLevel(r.Level, r.DF)
	}
	return num.ZLevel(r.Level)
}

func offsetAt(n *formula.NewRows, i int) float64 {
	if n.Offset == nil {
		return 0
	}
	return n.Offset[i]
}

// means predicts the mean of a response by f.
func (s *study) means(f *regress.Fit, r *Result, n *formula.NewRows, columns []Values) []Values {
	width := r.width()
	return s.eachRow(len(n.Rows), columns, func(i int, out []float64) {
		p := f.Predict(n.Design.Row(i), offsetAt(n, i), width)
		out[0], out[1], out[2], out[3] = p.Value, p.SE, p.Low, p.High
		if len(out) > 4 { // of a response, whose variance is added
			half := width * math.Sqrt(f.Dispersion+p.SE*p.SE)
			out[4], out[5] = p.Value-half, p.Value+half
		}
	})
}

// foretell: with the interval of a new response of weight 1.
func (f *leastSquares) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	if s.weights != nil {
		r.Predictions.say("the interval of a response is of one with weight 1")
	}
	if s.o.Ridge > 0 {
		r.Predictions.say("intervals are about the shrunken coefficients, and do not hold what shrinking moved")
	}
	return s.means(f.Fit, r, n, append(interval("mean", "the mean response", Significant),
		Values{Name: "response_low", About: "lower end of the interval of a single response"}, Values{Name: "response_high", About: "upper end of the interval of a single response"})), nil
}

// say adds a fact, once.
func (p *Predictions) say(fact string) {
	if !slices.Contains(p.Facts, fact) {
		p.Facts = append(p.Facts, fact)
	}
}

func (f *generalised) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	columns := interval("mean", "the mean response", Significant)
	if f.Model.Distribution == regress.Binomial {
		columns = interval("probability", "of the event", Share)
	}
	return s.means(f.Fit, r, n, columns), nil
}

// foretell: the intervals are Wald's; profiles of every prediction would be a fit each.
func (f *penalised) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	r.Predictions.say("intervals of the probabilities are Wald's on the scale of the logit, not of profiles")
	return s.means(&f.Fit, r, n, interval("probability", "of the event", Share)), nil
}

// foretell has no interval: after a choice by the same data the usual ones are wrong.
func (n *net) foretell(s *study, r *Result, rows *formula.NewRows) ([]Values, error) {
	r.Predictions.say("no intervals: after a choice of columns and λ by the same data the usual ones are wrong")
	columns := interval("mean", "the mean response", Significant)
	if n.Family == string(Binomial) {
		columns = interval("probability", "of the event", Share)
	}
	values := n.predict(rows.Design, rows.Offset)
	nan := math.NaN()
	return s.eachRow(len(rows.Rows), columns, func(i int, out []float64) { out[0], out[1], out[2], out[3] = values[i], nan, nan, nan }), nil
}

// foretell: the probability of each category, its interval on the scale of its logit,
//
//	logit(p) ∓ z·SE(p)/(p(1 − p)).
func (f *multinomialFit) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	var columns []Values
	for _, c := range f.Categories {
		columns = append(columns, Values{Name: "probability_" + c, Kind: Share, About: "of " + r.Response + " = " + c},
			Values{Name: "low_" + c, Kind: Share, About: "lower end of its interval"}, Values{Name: "high_" + c, Kind: Share, About: "upper end of its interval"})
	}
	z := num.ZLevel(r.Level)
	return s.eachRow(len(n.Rows), columns, func(i int, out []float64) {
		p, se := f.Probabilities(n.Design.Row(i))
		for c, v := range p {
			rest := 1 - v
			if v > 0.5 { // without cancellation
				rest = num.Sum(p[:c]) + num.Sum(p[c+1:])
			}
			logit, half := math.Log(v)-math.Log(rest), z*se[c]/v/rest
			out[3*c], out[3*c+1], out[3*c+2] = v, min(v, num.Expit(logit-half)), max(v, num.Expit(logit+half)) // min, max: the way there and back rounds
		}
	}), nil
}

// foretell: the quantiles, each with its interval.
func (f *quantileFits) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	var columns []Values
	for _, q := range f.fits {
		tau := strconv.FormatFloat(q.Tau, 'g', -1, 64)
		columns = append(columns, Values{Name: "quantile_" + tau, About: "below which a share of " + tau + " of responses is expected"},
			Values{Name: "low_" + tau, About: "lower end of its interval"}, Values{Name: "high_" + tau, About: "upper end of its interval"})
	}
	width := r.width()
	return s.eachRow(len(n.Rows), columns, func(i int, out []float64) {
		for t, q := range f.fits {
			v, se := q.Predict(n.Design.Row(i))
			v += offsetAt(n, i)
			out[3*t], out[3*t+1], out[3*t+2] = v, v-width*se, v+width*se
		}
	}), nil
}
