package latent

import (
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov/attrition"
)

// Holdout is how well the model did after its last day.
type Holdout struct {
	Units            float64 // length, in units of time
	Expected         []attrition.Estimate
	Total, Bought    float64            // purchase days expected, and those there were
	Sum              attrition.Estimate // Total with the interval of the mean
	MAE, RMSE        float64            // of customers
	Correlation      float64
	NaiveTotal       float64 // what x/T would go on to
	NaiveMAE         float64
	NaiveRMSE        float64
	NaiveCorrelation float64
	ByCount          []Row // by purchases before, the last row being 7 and more
}

// Row is the customers with as many repeat purchases before the holdout.
type Row struct {
	Count     int
	Customers int
	Expected  float64 // mean
	Bought    float64 // mean
}

const lastCount = 7

// hold compares what is expected in the holdout with what was bought.
func (s *Study) hold(threads int) error {
	d := &s.Customers.Data
	h := &Holdout{Units: s.holdout}
	if s.Fit.Model == attrition.BGBB {
		if h.Units = math.Floor(h.Units); h.Units < 1 {
			return &ingest.ConfigError{Msg: fmt.Sprintf("the holdout from %s to %s is shorter than a %s, the period of bg/bb", s.Until, s.AsOf, s.Config.Unit)}
		}
	}
	scores, sums, err := s.scores(attrition.Questions{Horizon: h.Units, Level: s.Config.Level, Threads: threads}, nil)
	if err != nil {
		return err
	}
	naive, expected := make([]float64, len(scores)), make([]float64, len(scores))
	h.ByCount = make([]Row, lastCount+1)
	for i := range scores {
		h.Expected = append(h.Expected, scores[i].Expected)
		expected[i] = scores[i].Expected.Value
		if d.T[i] > 0 {
			naive[i] = d.X[i] / d.T[i] * h.Units
		}
		row := &h.ByCount[int(math.Min(lastCount, d.X[i]))]
		w := s.Customers.weight(i)
		row.Customers += int(w)
		row.Expected += w * expected[i]
		row.Bought += w * s.Customers.Later[i]
	}
	for k := range h.ByCount {
		row := &h.ByCount[k]
		row.Count = k
		row.Expected /= float64(row.Customers)
		row.Bought /= float64(row.Customers)
	}
	h.ByCount = slices.DeleteFunc(h.ByCount, func(r Row) bool { return r.Customers == 0 })
	h.Total, h.Bought, h.MAE, h.RMSE, h.Correlation = agreement(expected, s.Customers.Later, s.Customers.weight)
	h.NaiveTotal, _, h.NaiveMAE, h.NaiveRMSE, h.NaiveCorrelation = agreement(naive, s.Customers.Later, s.Customers.weight)
	h.Sum = total(h.Total, sums.Expected.SE, num.ZLevel(s.Config.Level))
	s.Holdout = h
	return nil
}

// agreement are sums, mean absolute and root mean square difference, and Pearson's correlation, of customers with weights.
func agreement(a, b []float64, weight func(i int) float64) (sumA, sumB, mae, rmse, correlation float64) {
	n := 0.0
	for i := range a {
		w := weight(i)
		n += w
		sumA, sumB = sumA+w*a[i], sumB+w*b[i]
		mae += w * math.Abs(a[i]-b[i])
		rmse += w * (a[i] - b[i]) * (a[i] - b[i])
	}
	var aa, bb, ab float64
	for i := range a {
		w, u, v := weight(i), a[i]-sumA/n, b[i]-sumB/n
		aa, bb, ab = aa+w*u*u, bb+w*v*v, ab+w*u*v
	}
	return sumA, sumB, mae / n, math.Sqrt(rmse / n), ab / math.Sqrt(aa*bb)
}

// longestCurve is how many points a curve has, at most.
const longestCurve = 104

// curve is expected and bought, by as many units as make at most that many points, from the first purchase to the as-of date and a horizon on.
func (s *Study) curve(threads int) error {
	first := slices.Min(s.Customers.First)
	end := float64(s.AsOf) + s.Config.Horizon
	step := s.UnitDays * math.Ceil((end-float64(first))/s.UnitDays/longestCurve)
	var times []float64
	for day := float64(s.Until) - step*math.Floor(float64(s.Until-first)/step); day <= end; day += step {
		if day > float64(first) {
			time := (day - float64(s.Until)) / s.UnitDays
			if s.Fit.Model == attrition.BGBB {
				time = math.Round(time)
			}
			times = append(times, time)
			s.Curve = append(s.Curve, CurvePoint{Day: ingest.Day(math.Floor(day)), Bought: math.NaN(), BoughtCumulative: math.NaN()})
		}
	}
	points, err := s.Fit.Curve(&s.Customers.Data, times, s.Config.Level, threads)
	for i, p := range points {
		s.Curve[i].Increment, s.Curve[i].Cumulative = p.Increment, p.Cumulative
	}
	s.bought()
	return err
}

// bought sets what there was beside what was expected, as far as it is known.
func (s *Study) bought() {
	start := s.first
	day, sum := 0, 0.0
	for i := range s.Curve {
		p := &s.Curve[i]
		if p.Day > s.AsOf {
			return
		}
		before := sum
		for ; day < len(s.Customers.repeats) && ingest.Day(day)+start <= p.Day; day++ {
			sum += s.Customers.repeats[day]
		}
		p.Bought, p.BoughtCumulative = sum-before, sum
	}
}
