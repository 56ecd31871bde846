package evaluate

import (
	"math"

	"mainstay/internal/num"
)

// Options of an evaluation.
type Options struct {
	Level  float64 // of intervals, for example 0.95
	Bins   int     // of calibration and lift, for example 10
	Policy *Policy // what contacting costs and saves, nil = unknown
}

// Probabilities is what there is to say about predicted probabilities. Undefined is NaN.
type Probabilities struct {
	Rows, Events int     // that count for something
	Weightless   int     // rows of weight 0, left out
	Rate         float64 // of events, by weight
	Predicted    float64 // mean prediction
	Clusters     int     // 0 = rows on their own
	Tied         int     // rows that share their score with another

	AUC              Figure  // area under the ROC curve
	AveragePrecision Figure  // area under the precision-recall curve by steps; interval on the logit scale
	InterpolatedPR   float64 // the same, interpolated as Davis & Goadrich do
	LogLoss, Brier   Figure
	BaseLogLoss      float64 // that of predicting everybody the rate
	Parts            BrierParts

	Intercept, Slope Figure // calibration on the logit scale: 0 and 1 when right
	Ratio            Figure // observed ÷ predicted: 1 when the total is right
	CalibrationError float64
	ChanceError      float64 // what CalibrationError comes to if every p is right
	Calibration      []CalibrationBin
	Lift             []Bin
	Profit           *Profit // nil without a policy

	// How far the figures may be off because an Accumulator put scores together; 0 = exact.
	AUCBound, AveragePrecisionBound float64
}

// CalibrationBin is a bin with the interval of its observed rate.
type CalibrationBin struct {
	Bin
	Low, High float64
}

// OfProbabilities evaluates predicted probabilities of outcomes 0 and 1.
//
//	AUC: DeLong's interval (roc.go), clipped to [0, 1]
//	AveragePrecision: influence function (pr.go), interval on the logit scale (Boyd, Eng & Page 2013, ECML PKDD
//	   8190:451–466, who find it to hold its level where symmetric ones do not)
//	LogLoss (Good 1952), Brier (Brier 1950): means by weight
//	CalibrationError: Σ w_k |o_k − p_k| over bins of equal weight (Naeini, Cooper & Hauskrecht 2015, AAAI 29:2901–2907),
//	   which is above 0 by chance alone: ChanceError is Σ w_k √(2/π · p_k(1−p_k)/n_k)
//	Ratio: Σwy/Σwp, interval on the logarithmic scale by the delta method
//
// Standard errors are by clusters where those are given. Errors: *RowError; lengths that differ; no rows.
func OfProbabilities(r *Rows, o Options) (*Probabilities, error) {
	if err := r.check(true); err != nil {
		return nil, err
	}
	s := newSet(r)
	if len(s.y) == 0 {
		return nil, ErrNoRows
	}
	levels, at := s.levels()
	k := s.factor(o.Level)
	out := rankings(levels, func(c *curve) Estimate { return c.estimate(s, levels, at) }, k)
	out.Weightless, out.Clusters = len(r.Y)-len(s.y), s.clusters
	inf := math.Inf(1)
	out.LogLoss = s.mean(func(i int) float64 { return logLoss(s.y[i], s.p[i]) }).wald(k, 0, inf)
	out.Brier = s.mean(func(i int) float64 { return (s.y[i] - s.p[i]) * (s.y[i] - s.p[i]) }).wald(k, 0, 1)
	out.Ratio = s.ratio().log(k)
	intercept, slope := s.cox(r.Weight != nil)
	out.Intercept, out.Slope = intercept.wald(k, -inf, inf), slope.wald(k, -inf, inf)
	out.binned(levels, o)
	if s.cluster != nil {
		s.widen(out.Calibration, binned(levels, o.Bins, false), at, o.Level)
	}
	if o.Policy != nil {
		out.Profit = s.profit(levels, at, *o.Policy, k)
	}
	return out, nil
}

// rankings are the figures that levels alone give.
func rankings(levels []Level, se func(*curve) Estimate, k float64) *Probabilities {
	n, w := totals(levels)
	out := &Probabilities{Rows: int(n[0] + n[1]), Events: int(n[1]), Rate: w[1] / (w[0] + w[1])}
	out.AUC = se(roc(levels)).wald(k, 0, 1)
	out.AveragePrecision = se(averagePrecision(levels)).logit(k)
	out.InterpolatedPR = interpolatedPR(levels)
	out.BaseLogLoss = entropy(out.Rate)
	var predicted num.Adder
	for i := range levels {
		predicted.AddProduct(levels[i].weight(), levels[i].P)
		if rows := levels[i].N[0] + levels[i].N[1]; rows > 1 {
			out.Tied += int(rows)
		}
	}
	out.Predicted = predicted.Sum() / (w[0] + w[1])
	return out
}

// entropy is the log loss of predicting the rate.
func entropy(rate float64) float64 {
	if rate == 0 || rate == 1 {
		return 0
	}
	return -rate*math.Log(rate) - (1-rate)*math.Log1p(-rate)
}

// binned fills in what is told by bins, with Wilson's intervals on the effective number of rows.
func (p *Probabilities) binned(levels []Level, o Options) {
	table := binned(levels, o.Bins, false)
	_, w := totals(levels)
	for i := range table {
		b := &table[i]
		share := b.weight / (w[0] + w[1])
		c := CalibrationBin{Bin: b.Bin}
		c.Low, c.High = num.Wilson(b.Observed*b.effective, b.effective, o.Level)
		p.Calibration = append(p.Calibration, c)
		p.CalibrationError += share * math.Abs(b.Observed-b.Predicted)
		p.ChanceError += share * math.Sqrt(2/math.Pi*b.Predicted*(1-b.Predicted)/b.effective)
	}
	for _, b := range binned(levels, o.Bins, true) {
		p.Lift = append(p.Lift, b.Bin)
	}
	p.Parts = murphy(p.Brier.Value, levels, o.Bins)
}

// widen takes clusters into account in the intervals of bins: the rows that count are o(1−o)/SE² where that is
// fewer, SE by clusters (Korn & Graubard 1998, Survey Methodology 24:193–201).
func (s *set) widen(out []CalibrationBin, table []bin, at []int32, level float64) {
	for b := range out {
		rate, rows := table[b].Observed, table[b].effective
		se := s.se(func(i int) float64 {
			if k := int(at[i]); k < table[b].from || k >= table[b].to {
				return 0
			}
			return s.w[i] / table[b].weight * (s.y[i] - rate)
		})
		if se > 0 {
			rows = min(rows, rate*(1-rate)/(se*se))
		}
		out[b].Low, out[b].High = num.Wilson(rate*rows, rows, level)
	}
}

// ratio is Σwy / Σwp.
func (s *set) ratio() Estimate {
	var y, p num.Adder
	for i, w := range s.w {
		y.AddProduct(w, s.y[i])
		p.AddProduct(w, s.p[i])
	}
	if p.Sum() == 0 {
		return Estimate{math.NaN(), math.NaN()}
	}
	r := y.Sum() / p.Sum()
	return Estimate{r, s.se(func(i int) float64 { return s.w[i] * (s.y[i] - r*s.p[i]) / p.Sum() })}
}
