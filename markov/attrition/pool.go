package attrition

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Pooled is a model of several segments that borrow from each other.
type Pooled struct {
	Segments []*Fit // shrunk: what a segment's own customers say, and what they leave open as in the others. They answer whatever a Fit does
	Own      []*Fit // fitted alone; refused where a segment is too small
	Book     *Fit   // all as one
	Share    []float64
	Spread   []Spread
	Test     Ratio // of all segments alike, over those whose own fit is certified; NaN where fewer than two are
	Tested   int

	Certificate num.Certificate

	shared []*mat.Dense // L of each segment: errors of segments s and t go together by L_s L_t′, in logarithms of the parameters
}

// Spread is how much segments differ in a quantity.
type Spread struct {
	Name   string
	Centre float64 // of the segments, a geometric mean
	SD     float64 // of its logarithm between segments; 0 where they do not differ by more than chance
}

// Pool fits a model whose parameters differ between segments by a normal law on the log scale,
//
//	θ_s = B u_s,   u_s ~ N(μ, diag τ²),
//
// u being the logarithms of the mean purchase rate, of the mean rate or odds of leaving, and of how much customers differ in each (turns). A segment's estimate is the mode of its log-likelihood less the penalty
// ½ Σ (u − μ)²/τ², which exists where its own likelihood has no maximum, for a handful of customers too. μ and τ are those of the largest restricted marginal likelihood, each segment's log-likelihood being
// a parabola at its mode (penalised quasi-likelihood: Breslow & Clayton 1993, JASA 88:9–25, §2; shrinkage: Efron & Morris 1975, JASA 70:311–319; Morris 1983, JASA 78:47–55), in turns until nothing moves. LogCov of a
// segment is the posterior covariance, with what is not known of μ and τ (widening): K + A C A′, A = (I + TH)⁻¹, K = AT, C = (Σ HA)⁻¹, T = diag τ², H the information of the segment. What is not known of μ and τ is not known of all segments alike: errors of
// two go together by A_s C A_t′ and widening's (Summed).
//
// Share is how much of a segment's estimate is its own, 1 − tr(A)/p. Test is 2(Σ log L of own fits − log L of one fit).
//
// Errors: fewer than two segments, a segment without customers, values that no model knows, covariates. A refused book refuses everything.
func Pool(m Model, segments []*Data, o Options) (*Pooled, error) {
	if len(segments) < 2 {
		return nil, fmt.Errorf("attrition: %d segments, at least 2 are pooled", len(segments))
	}
	for s, d := range segments {
		switch {
		case len(d.X) == 0:
			return nil, fmt.Errorf("attrition: segment %d (the first is 0) has no customers", s)
		case len(d.Purchase)+len(d.Dropout)+len(d.Stay) > 0:
			return nil, fmt.Errorf("attrition: segments are pooled without covariates")
		}
		if err := d.check(m); err != nil {
			return nil, fmt.Errorf("segment %d (the first is 0): %w", s, err)
		}
	}
	book, err := FitModel(m, joined(segments, nil), o)
	if err != nil {
		return nil, err
	}
	out := &Pooled{Book: book, Certificate: book.Certificate, Test: Ratio{Statistic: math.NaN(), P: math.NaN()}}
	out.Certificate.Model = "pooled " + string(m)
	if !book.Certificate.Certified() {
		return out, nil
	}
	for _, d := range segments {
		own, err := FitModel(m, d, o)
		if err != nil {
			return nil, err
		}
		out.Own = append(out.Own, own)
	}
	p := newPooling(book, segments, o.Threads)
	out.Certificate.Converged = p.settle()
	out.Certificate.Criteria = []string{"every segment's mode as a fit's", "centre and spread move by ≤ 1e-6"}
	if !out.Certificate.Converged {
		out.Certificate.Refuse(num.WarnNotConverged, "how much segments differ did not settle: join small segments, or take one model for all")
		return out, nil
	}
	p.tell(out)
	return out, out.homogeneity(m, segments, o)
}

// joined is the customers of those segments for which which says so, nil for all.
func joined(segments []*Data, which []bool) *Data {
	all := &Data{}
	weighted, timed := false, true
	for _, d := range segments {
		weighted, timed = weighted || d.Weight != nil, timed && d.LogGaps != nil
	}
	for s, d := range segments {
		if which != nil && !which[s] {
			continue
		}
		all.X, all.Last, all.T = append(all.X, d.X...), append(all.Last, d.Last...), append(all.T, d.T...)
		for i := range d.X {
			if weighted {
				all.Weight = append(all.Weight, d.weight(i))
			}
			if timed {
				all.LogGaps = append(all.LogGaps, d.LogGaps[i])
			}
		}
	}
	return all
}

// homogeneity tests whether segments are alike.
func (p *Pooled) homogeneity(m Model, segments []*Data, o Options) error {
	which := make([]bool, len(segments))
	sum := 0.0
	for s, f := range p.Own {
		if which[s] = f.Certificate.Certified(); which[s] {
			p.Tested++
			sum += f.Certificate.LogLik
		}
	}
	if p.Tested < 2 {
		return nil
	}
	one := p.Book
	if p.Tested < len(segments) {
		var err error
		if one, err = FitModel(m, joined(segments, which), o); err != nil || !one.Certificate.Certified() {
			return err
		}
	}
	p.Test = Ratio{Statistic: max(0, 2*(sum-one.Certificate.LogLik)), DF: (p.Tested - 1) * len(one.Names)}
	p.Test.P = num.ChiSquareUpper(p.Test.Statistic, float64(p.Test.DF))
	return nil
}
