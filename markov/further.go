package markov

import (
	"math"
)

// Remaining is the quasi-stationary distribution as estimates; see Quasi.
type Remaining struct {
	States []int
	Share  []Estimate
	Keep   Estimate // share of those who remain that remains for a period more
}

// Decision is a Policy as estimates.
type Decision struct {
	Serve []bool
	Value []Estimate // 0 where nobody is served
}

// further answers what is asked beside: times in and between states, how those who remain are spread, where the start leads
// in the end, whom to let go.
func (a *Analysis) further(q Questions, z float64) error {
	c := a.Chain
	if q.Times {
		if err := a.times(z); err != nil {
			return err
		}
	}
	if len(c.Absorbing) > 0 {
		if quasi, err := c.QuasiStationary(); err == nil {
			a.Remaining = &Remaining{quasi.States, onLogit(z, quasi.Share, a.errors(len(quasi.Share), func() []float64 { return quasi.SE })),
				onLogit(z, []float64{quasi.Keep}, a.errors(1, func() []float64 { return []float64{quasi.KeepSE} }))[0]}
		}
	}
	if a.Stationary == nil && len(c.Absorbing) == 0 && q.Start != nil {
		if shares := sharesOf(q.Start); shares != nil {
			if share, se, err := c.LongRun(shares); err == nil {
				a.LongRun = onLogit(z, share, a.errors(len(share), func() []float64 { return se }))
			}
		}
	}
	if !q.Stop || q.Reward == nil {
		return nil
	}
	p, err := c.Stop(q.Reward, q.RewardCov, q.Rate)
	if err != nil {
		return err
	}
	a.Decision = &Decision{p.Serve, plain(z, p.Value, a.errors(len(p.Value), func() []float64 { return p.SE }))}
	return nil
}

// times are those in and between states.
func (a *Analysis) times(z float64) error {
	c := a.Chain
	p, err := c.Passages()
	if err != nil {
		return err
	}
	k := len(c.States)
	mean, se := make([]float64, k), make([]float64, k)
	a.StaySD = make([]float64, k)
	for i := range k {
		mean[i], se[i], a.StaySD[i] = c.Stay(i)
	}
	a.Stay = onLog(z, mean, a.errors(k, func() []float64 { return se }))
	for i := range k {
		a.Passages = append(a.Passages, onLog(z, p.Mean.RawRowView(i), a.errors(k, func() []float64 { return p.SE.RawRowView(i) })))
	}
	return nil
}

// sharesOf divides amounts by their sum; nil where there are none.
func sharesOf(start []float64) []float64 {
	var total float64
	for _, v := range start {
		total += v
	}
	if !(total > 0) || math.IsInf(total, 1) {
		return nil
	}
	shares := make([]float64, len(start))
	for i, v := range start {
		shares[i] = v / total
	}
	return shares
}
