package latent

import (
	"math"

	"mainstay/markov/attrition"
)

// ask fits the group and asks what follows.
func (g *ContractGroup) ask(c *ContractConfig) error {
	known, last := g.known(c.Until)
	var err error
	if g.Fit, err = attrition.SBG(known); err != nil {
		return err
	}
	ahead, rate := c.Ahead, c.PeriodRate()
	if !g.Fit.Certificate.Certified() {
		ahead = 0
	}
	there := 1.0 // share seen after t renewals
	for t := range last + ahead + 1 {
		at := float64(t)
		r := Renewal{T: t, Seen: math.NaN(), Fitted: t <= last && (c.Until == 0 || t <= c.Until)}
		var lost float64
		r.AtRisk, lost = g.due(at)
		if t == 0 || t <= last && r.AtRisk > 0 {
			if t > 0 {
				there *= 1 - lost/r.AtRisk
			}
			r.Seen = there
		}
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

// known is what the fit may know of the lives, the first until renewals (0 = all), and the last renewal that was due. It counts those who ended.
func (g *ContractGroup) known(until int) (known attrition.Lives, last int) {
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
		if until > 0 && due > until { // the fit knows that it was there after so many
			p, ended = float64(until)+1, false
		}
		known.Periods, known.Ended, known.Weight = append(known.Periods, p), append(known.Ended, ended), append(known.Weight, w)
	}
	return known, last
}

// due is how many were to renew for the t-th time, and how many of them did not.
func (g *ContractGroup) due(t float64) (atRisk, lost float64) {
	for i, p := range g.Lives.Periods {
		w, ended := g.Lives.Weight[i], g.Lives.Ended[i]
		if ended && p >= t || !ended && p > t {
			atRisk += w
		}
		if ended && p == t {
			lost += w
		}
	}
	return atRisk, lost
}
