package latent

import (
	"math"

	"mainstay/markov/attrition"
)

// ask fits the group and asks what follows.
func (g *ContractGroup) ask(c *ContractConfig) error {
	last, known := 0, attrition.Lives{}
	for i, p := range g.Lives.Periods {
		w, ended := g.Lives.Weight[i], g.Lives.Ended[i]
		due := int(p) // renewals that were due
		if ended {
			g.Ended += w
		} else {
			due--
		}
		if w > 0 {
			last = max(last, due)
		}
		if until := float64(c.Until); c.Until > 0 && due > c.Until { // the fit knows that it was there after so many
			p, ended = until+1, false
		}
		known.Periods, known.Ended, known.Weight = append(known.Periods, p), append(known.Ended, ended), append(known.Weight, w)
	}
	var err error
	if g.Fit, err = attrition.SBG(known); err != nil {
		return err
	}
	seen, rate := 1.0, c.PeriodRate()
	if !g.Fit.Certificate.Certified() {
		none := *c
		none.Ahead = 0
		c = &none
	}
	for t := range last + c.Ahead + 1 {
		r := Renewal{T: t, Seen: math.NaN(), Fitted: t <= last && (c.Until == 0 || t <= c.Until)}
		lost := 0.0
		for i, p := range g.Lives.Periods {
			w, ended := g.Lives.Weight[i], g.Lives.Ended[i]
			if ended && p >= float64(t) || !ended && p > float64(t) {
				r.AtRisk += w
			}
			if ended && p == float64(t) {
				lost += w
			}
		}
		if t == 0 || t <= last && r.AtRisk > 0 {
			if t > 0 {
				seen *= 1 - lost/r.AtRisk
			}
			r.Seen = seen
		}
		at := float64(t)
		r.Survival, r.Retention = g.Fit.Survival(at, 0, c.Level), unknown
		if t > 0 {
			r.Retention = g.Fit.Retention(at-1, c.Level)
		}
		r.Residual = g.Fit.Residual(at, rate, c.Level)
		g.Rows = append(g.Rows, r)
	}
	// Who is new has paid once, and is then about to renew: 1 + Residual(0)/(1 + rate) (Fader & Hardie 2010, eq. 2).
	if r := g.Fit.Residual(0, rate, c.Level); !math.IsNaN(r.Value) {
		d := 1 + rate
		g.New = attrition.Estimate{Value: 1 + r.Value/d, SE: r.SE / d, Low: 1 + r.Low/d, High: 1 + r.High/d}
	} else {
		g.New = unknown
	}
	return nil
}
