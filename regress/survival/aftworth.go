package survival

import (
	"cmp"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
)

// Worth is the worth of a life with columns x (see Worth), whose curve is S(t) = S_W((log t − x·β)/σ). With C(u) = S(a+u)/S(a) and w the standardised log time, its slopes are
//
//	∂V/∂β = −x/σ · ∫ m δ(u) C(u) [ℓ′(w_{a+u}) − ℓ′(w_a)] du,   ∂V/∂log σ = −∫ m δ(u) C(u) [w ℓ′(w)]_a^{a+u} du,   ℓ = log S_W,
//
// from which SE follows by the delta method with the joint covariance (robust where the fit is). The interval is on the scale of the logit of V as a share of what a life
// without end is worth, which it cannot leave. What lies beyond the longest life seen is the law's word. NaN for a refused fit, x of another length or not finite, a setting out of
// its domain, or an age that nobody reaches.
func (f *AFTFit) Worth(x []float64, offset float64, w Worth) Time {
	nan := Time{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	if !f.Certificate.Certified() || len(x) != len(f.Coef) || !allFinite(x) {
		return nan
	}
	v := f.worth(floats.Dot(x, f.Coef)+offset, w)
	g := make([]float64, len(x)+1)
	for j := range x {
		g[j] = -x[j] / f.Scale * v[1]
	}
	if f.Law != Exponential {
		g[len(x)] = -v[2]
	}
	t := Time{Value: v[0], SE: f.jointSE(g)}
	t.Low, t.High = t.Value, t.Value
	sure := w.Margin * w.length(0, w.Horizon)
	if share := v[0] / sure; share > 0 && share < 1 {
		half := num.ZLevel(cmp.Or(w.Level, 0.95)) * t.SE / math.Abs(sure) / (share * (1 - share))
		low, high := sure*num.Expit(num.Logit(share)-half), sure*num.Expit(num.Logit(share)+half)
		t.Low, t.High = min(low, high, t.Value), max(low, high, t.Value) // which the way there and back can leave outside by rounding
	}
	if !allFinite([]float64{t.Value, t.SE, t.Low, t.High}) {
		return nan
	}
	return t
}

// WorthAt is the Value of Worth for a linear predictor η = x·β + offset: to be asked of many.
func (f *AFTFit) WorthAt(eta float64, w Worth) float64 { return f.worth(eta, w)[0] }

// WorthAt is that of a law with a scale, by whatever fit. NaN where either is none.
func WorthAt(law Law, eta, scale float64, w Worth) float64 {
	if laws[law].survival == nil || !(scale > 0) {
		return math.NaN()
	}
	return worthOf(law, scale, eta, w)[0]
}

// Numerical integration of a worth.
const (
	worthPoints = 16    // Gauss-Legendre points of a panel
	worthPanels = 1024  // at most
	worthError  = 1e-11 // relative change on halving the panels at which it ends
	worthPower  = 4     // u = h·s⁴: powers of u below 1, as a Weibull life begins with, are smooth in s
	endless     = 40    // e^−40 of the margin is left to come: the end of a horizon without end
)

var worthAt, worthWeight = func() (at, weight []float64) {
	at, weight = make([]float64, worthPoints), make([]float64, worthPoints)
	quad.Legendre{}.FixedLocations(at, weight, 0, 1)
	return at, weight
}()

// worth is m∫δC and, for its slopes, m∫δC[ℓ′] and m∫δC[wℓ′], each bracket a difference to the age.
func (f *AFTFit) worth(eta float64, w Worth) (v [3]float64) {
	if !f.Certificate.Certified() {
		return [3]float64{math.NaN(), math.NaN(), math.NaN()}
	}
	return worthOf(f.Law, f.Scale, eta, w)
}

func worthOf(law Law, scale, eta float64, w Worth) (v [3]float64) {
	nan := [3]float64{math.NaN(), math.NaN(), math.NaN()}
	if !w.valid() || math.IsNaN(eta) {
		return nan
	}
	h, delta := w.Horizon, w.delta()
	if math.IsInf(h, 1) {
		h = endless / delta
	}
	survival := laws[law].survival
	var base, slope, turn float64 // ℓ, ℓ′ and wℓ′ at the age: 0 where a life begins
	if w.Age > 0 {
		at := (math.Log(w.Age) - eta) / scale
		base, slope, _ = survival(at)
		if turn = at * slope; !allFinite([]float64{base, slope, turn}) {
			return nan
		}
	}
	for panels := 1; panels <= worthPanels; panels *= 2 {
		before := v
		v = [3]float64{}
		for k := range panels {
			for i, s := range worthAt {
				s = (float64(k) + s) / float64(panels)
				u := h * s * s * s * s
				at := (math.Log(w.Age+u) - eta) / scale
				l, d, _ := survival(at)
				c := math.Exp(l-base-delta*u) * worthWeight[i] / float64(panels) * worthPower * h * s * s * s
				if c > 0 { // beyond all lives ℓ′ may be infinite
					v[0] += c
					v[1] += c * (d - slope)
					v[2] += c * (at*d - turn)
				}
			}
		}
		if math.Abs(v[0]-before[0]) <= worthError*v[0] {
			break
		}
	}
	for i := range v {
		v[i] *= w.Margin
	}
	return v
}
