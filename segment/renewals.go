package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/markov/attrition"
)

// renewals is what contracts keep: customers, and of them those who buy. For certain until the contract in force ends; whose end is known is lost there with probability q, or has another
// of the same length, and so on: geometric, as sBG is for customers who do not differ (Fader & Hardie 2007). Of contracts that may end, nobody knows when, the hazard is constant.
//
//	S(t) = 1, t ≤ u;   S(t) = (1−q)^⌈(t−u)/length⌉, or (1−q)^((t−u)/H)
type renewals struct {
	Horizon      float64             // H, in days
	Buys         [thirds + 1]float64 // share of those under contract who still buy, by third of the horizon of silence (see recencyRule)
	Ending, Open float64             // q: of contracts to end within a horizon, and of others
}

// newRenewals counts losses within the horizon of the training days: (k + p) ÷ (n + 1), p the rate of both kinds, (K + ½) ÷ (N + 1). Who has a contract may have given up
// buying all the same: of those silent for as long who did buy within the label, Σ bought, ÷ those who would buy at their rate so far, with one more of either.
func newRenewals(train []*panel, horizon int, label *attrition.Reader) *renewals {
	var k, n [kindsOfStanding]float64
	var bought, would [thirds + 1]float64
	for _, p := range train {
		for i := range p.Subjects {
			if s := &p.Subjects[i]; p.Churn && canLeave(s) && s.contract.open {
				k[s.contract.kind()] += num.Indicator(s.ended)
				n[s.contract.kind()]++
			}
			if s := &p.Subjects[i]; p.Value && s.contract.open {
				band := thirdOf(s.recency, horizon)
				bought[band] += num.Indicator(s.bought)
				would[band] += 1 - label.Quiet(s.customer())
			}
		}
	}
	both := (k[1] + k[2] + 0.5) / (n[1] + n[2] + 1)
	r := &renewals{Horizon: float64(horizon), Ending: (k[2] + both) / (n[2] + 1), Open: (k[1] + both) / (n[1] + 1)}
	for band := range r.Buys {
		r.Buys[band] = min((bought[band]+1)/(would[band]+1), 1)
	}
	return r
}

// days is ∫₀ˡ S(t) e^(−δt) dt, of one under contract on a day; length may be without end where δ is above 0.
func (r *renewals) days(day ingest.Day, c *standing, length, delta float64) float64 {
	sure := 0.0
	if c.until != table.NoDay {
		sure = min(max(0, float64(ingest.Day(c.until)-day)), length)
	}
	rest, later := length-sure, math.Exp(-delta*sure)
	if !c.ending || c.length <= 0 {
		return span(sure, delta) + later*span(rest, delta-math.Log1p(-r.Open)/r.Horizon)
	}
	period, stay := float64(c.length), 1-r.Ending
	whole := math.Floor(rest / period)
	each := stay * math.Exp(-delta*period)
	total := stay * span(period, delta) * (1 - math.Pow(each, whole)) / (1 - each)
	if part := rest - whole*period; part > 0 { // NaN where there is no end
		total += math.Pow(each, whole) * stay * span(part, delta)
	}
	return span(sure, delta) + later*total
}

// span is ∫₀ᵗ e^(−δu) du.
func span(t, delta float64) float64 {
	if delta == 0 {
		return t
	}
	return -math.Expm1(-delta*t) / delta
}
