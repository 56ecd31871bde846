package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"mainstay/internal/num"
	"mainstay/regress/formula"
	"mainstay/regress/survival"
)

// predictTimes are those at which survival is predicted: as asked for, else when a quarter, half and three quarters of the events had come. Nil of other families.
func (s *study) predictTimes() []float64 {
	if s.lives == nil || s.o.Times != nil {
		return s.o.Times
	}
	var events []float64
	for i, e := range s.lives.Event {
		if e {
			events = append(events, s.lives.Stop[i])
		}
	}
	if len(events) == 0 {
		return nil
	}
	slices.Sort(events)
	var out []float64
	for _, share := range []float64{.25, .5, .75} {
		out = append(out, events[int(share*float64(len(events)-1))])
	}
	return slices.Compact(out)
}

// checkTimes is what is wrong with the times asked for.
func (o *Options) checkTimes() error {
	for i, t := range o.Times {
		if !(t > 0 && t <= 1e100) || i > 0 && t <= o.Times[i-1] {
			return fmt.Errorf("--times takes numbers above 0, ascending, as in 30,90,365")
		}
	}
	return nil
}

// livesColumns are the median with its interval, and survival with its interval at every time.
func livesColumns(times []float64) []Values {
	out := []Values{{Name: "median", About: "by which half of such rows are expected to have had the event"},
		{Name: "median_low", About: "lower end of its interval"}, {Name: "median_high", About: "upper end of its interval"}}
	for _, t := range times {
		at := strconv.FormatFloat(t, 'g', -1, 64)
		out = append(out, Values{Name: "survival_" + at, Kind: Share, About: "probability that the event comes after " + at},
			Values{Name: "low_" + at, Kind: Share, About: "lower end of its interval"}, Values{Name: "high_" + at, Kind: Share, About: "upper end of its interval"})
	}
	return out
}

// setLife sets out as livesColumns names it. Beyond last, the longest time that anybody was watched, a curve without a law says nothing.
func setLife(out []float64, steps []survival.Step, median survival.Time, last float64) {
	out[0], out[1], out[2] = median.Value, median.Low, median.High
	for k, s := range steps {
		at := out[3*k+3:]
		if at[0], at[1], at[2] = s.Survival, s.Low, s.High; s.Time > last {
			fillNaN(at[:3])
		}
	}
}

// watched is the longest time in the rows of the fit, by group (nil = one).
func (s *study) watched(groups []int32) (last []float64) {
	for i, stop := range s.lives.Stop {
		g := 0
		if groups != nil {
			g = int(groups[i])
		}
		for len(last) <= g {
			last = append(last, math.Inf(-1))
		}
		if s.weights == nil || s.weights[i] > 0 {
			last[g] = max(last[g], stop)
		}
	}
	return last
}

const beyondWatched = "null beyond the longest time that a row of the fit was watched, and where a curve does not fall to one half"

// foretell: the hazard against that of a row at the mean of the columns, with its interval, then the curve of the row's stratum.
func (f *hazards) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	p := r.Predictions
	p.say("hazard ratios are against a row at the mean of the columns")
	p.say(beyondWatched)
	curves, last, z := f.curves(), s.watched(s.lives.strata), num.ZLevel(r.Level)
	columns := append([]Values{{Name: "hazard_ratio", Kind: Ratio, About: "hazard against that of a row at the mean of the columns"},
		{Name: "ratio_low", Kind: Ratio, About: "lower end of its interval"}, {Name: "ratio_high", Kind: Ratio, About: "upper end of its interval"}}, livesColumns(p.Times)...)
	centre := mean0(s.fr.Offset())
	return s.eachRow(len(n.Rows), columns, func(i int, out []float64) {
		var x []float64
		eta, se := offsetAt(n, i)-centre, 0.0
		if len(f.names) > 0 {
			x = n.Design.Row(i)
			away := make([]float64, len(x))
			for j, v := range x {
				away[j] = v - f.Means[j]
			}
			linear, error := f.Linear(away)
			eta, se = eta+linear, error
		}
		out[0], out[1], out[2] = math.Exp(eta), math.Exp(eta-z*se), math.Exp(eta+z*se)
		stratum := int32(0)
		if n.Strata != nil {
			stratum = n.Strata[i]
		}
		steps, median, err := curves.At(x, offsetAt(n, i), stratum, p.Times)
		if err != nil { // a stratum of weight 0
			fillNaN(out)
			return
		}
		setLife(out[3:], steps, median, last[stratum])
	}), nil
}

func fillNaN(out []float64) {
	for k := range out {
		out[k] = math.NaN()
	}
}

// foretell: the law goes on beyond what was watched, which is said.
func (f *lifetimes) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	p := r.Predictions
	if last := s.watched(nil)[0]; len(p.Times) > 0 && p.Times[len(p.Times)-1] > last {
		p.say(fmt.Sprintf("nobody was watched beyond %s: there the law alone speaks", short(last)))
	}
	return s.eachRow(len(n.Rows), livesColumns(p.Times), func(i int, out []float64) {
		x := n.Design.Row(i)
		steps := f.Curve(x, offsetAt(n, i), p.Times)
		if steps == nil {
			fillNaN(out)
			return
		}
		setLife(out, steps[1:], f.Quantile(x, offsetAt(n, i), 0.5), math.Inf(1))
	}), nil
}

func (f *periods) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	p := r.Predictions
	p.say(beyondWatched)
	last := s.watched(nil)[0]
	return s.eachRow(len(n.Rows), livesColumns(p.Times), func(i int, out []float64) {
		var x []float64
		if n.Design != nil && len(n.Design.Names) > 0 {
			x = n.Design.Row(i)
		}
		steps := f.Curve(x, offsetAt(n, i))
		if steps == nil {
			fillNaN(out)
			return
		}
		setCurve(out, steps, p.Times, last)
	}), nil
}

// setCurve sets out from a whole curve.
func setCurve(out []float64, steps []survival.Step, times []float64, last float64) {
	var at []survival.Step
	for _, t := range times {
		step, _ := survival.At(steps, t)
		step.Time = t
		at = append(at, step)
	}
	low, high := survival.QuantileInterval(steps, 0.5)
	setLife(out, at, survival.Time{Value: survival.Median(steps), SE: math.NaN(), Low: low, High: high}, last)
}

// foretell is the curve of the row's group.
func (c *curves) foretell(s *study, r *Result, n *formula.NewRows) ([]Values, error) {
	p := r.Predictions
	p.say(beyondWatched)
	return s.eachRow(len(n.Rows), livesColumns(p.Times), func(i int, out []float64) {
		g := n.Groups[i]
		if len(c.steps[g]) == 0 {
			fillNaN(out)
			return
		}
		setCurve(out, c.steps[g], p.Times, c.last[g])
	}), nil
}
