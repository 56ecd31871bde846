package survival

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Time is a predicted time with its interval. NaN where undefined.
type Time struct{ Value, SE, Low, High float64 }

// Quantile is the time by which a share p of those with columns x will have had the event, exp(x·β + σ·w_p), with its standard error by the delta
// method and an interval on the scale of log time. NaN for a refused fit, x of another length or not finite, p outside (0, 1).
func (f *AFTFit) Quantile(x []float64, offset, p float64) Time {
	nan := Time{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	if !f.Certificate.Certified() || len(x) != len(f.Coef) || !allFinite(x) || !(p > 0 && p < 1) {
		return nan
	}
	w := laws[f.Law].quantile(p)
	logTime := floats.Dot(x, f.Coef) + offset + f.Scale*w
	se := f.jointSE(append(append([]float64(nil), x...), f.Scale*w))
	z := num.ZLevel(f.level)
	t := Time{Value: math.Exp(logTime), Low: math.Exp(logTime - z*se), High: math.Exp(logTime + z*se)}
	t.SE = t.Value * se
	if !allFinite([]float64{t.Value, t.SE, t.Low, t.High}) {
		return nan
	}
	return t
}

// jointSE is √(g'Vg) of (β, log σ).
func (f *AFTFit) jointSE(g []float64) float64 {
	v := mat.NewVecDense(len(g), g)
	return math.Sqrt(max(mat.Inner(v, f.Joint, v), 0))
}

// Curve is the survival curve of a row with columns x at times, which are above 0 and ascend: S = S_W(w), w = (log t − x·β)/σ, with the interval of w, by the
// delta method, carried over, which stays in [0, 1]. Hazard is −log S. AtRisk and Events are 0. No steps where Quantile is NaN.
func (f *AFTFit) Curve(x []float64, offset float64, times []float64) []Step {
	if math.IsNaN(f.Quantile(x, offset, 0.5).Value) {
		return nil
	}
	eta, z := floats.Dot(x, f.Coef)+offset, num.ZLevel(f.level)
	out := []Step{{Survival: 1, Low: 1, High: 1}}
	g := make([]float64, len(x)+1)
	for _, t := range times {
		w := (math.Log(t) - eta) / f.Scale
		for j, v := range x {
			g[j] = -v / f.Scale
		}
		g[len(x)] = -w
		if f.Law == Exponential {
			g[len(x)] = 0
		}
		se := f.jointSE(g)
		s := func(w float64) float64 { l, _, _ := laws[f.Law].survival(w); return math.Exp(l) }
		l, slope, _ := laws[f.Law].survival(w)
		step := Step{Time: t, Survival: math.Exp(l), Hazard: -l, HazardSE: -slope * se, Low: s(w + z*se), High: s(w - z*se)}
		step.SE = step.Survival * step.HazardSE
		out = append(out, step)
	}
	return out
}

// AFTResiduals are what rows say about a parametric fit. Undefined is NaN.
type AFTResiduals struct {
	Standardised []float64 // w = (log t − x·β)/σ
	CoxSnell     []float64 // the hazard that the row went through, Λ(t) less that at a late entry: like a censored draw of a unit exponential (Cox & Snell 1968, JRSS B 30:248–275)
	Martingale   []float64 // δ less that
	Deviance     []float64 // the same, more symmetric (Therneau, Grambsch & Fleming 1990)
}

// Residuals are those of rows of a design of the fit's columns, with their times; offset nil = 0. Nil for a refused fit, or a design of other columns.
func (f *AFTFit) Residuals(d *regress.Design, t *Times, offset []float64) *AFTResiduals {
	n := t.Rows()
	if !f.Certificate.Certified() || len(d.X) != n*len(f.Coef) {
		return nil
	}
	r := &AFTResiduals{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
	hazard := func(w float64) float64 { l, _, _ := laws[f.Law].survival(w); return -l }
	for i := range n {
		eta := floats.Dot(d.Row(i), f.Coef)
		if offset != nil {
			eta += offset[i]
		}
		w := (math.Log(t.Stop[i]) - eta) / f.Scale
		r.Standardised[i], r.CoxSnell[i] = w, hazard(w)
		if t.Start != nil && t.Start[i] > 0 {
			r.CoxSnell[i] -= hazard((math.Log(t.Start[i]) - eta) / f.Scale)
		}
		r.Martingale[i] = -r.CoxSnell[i]
		if t.Event[i] {
			r.Martingale[i]++
		}
		r.Deviance[i] = deviance(r.Martingale[i], t.Event[i])
	}
	return r
}
