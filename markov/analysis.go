package markov

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Questions are what Analyse answers beside the chain itself.
type Questions struct {
	Assumptions               // its Absorbing states: without any there is no absorbing analysis
	Level       float64       // of every interval, such as 0.95
	Start       []float64     // amounts by state from which the forecast starts
	Forecast    int           // periods; 0: no forecast
	Reward      []float64     // by state and period; nil: no value
	Rate        float64       // discount rate per period
	Horizon     int           // periods of the finite value; 0: endless only
	RewardCov   *mat.SymDense // of the rewards, where they are estimates; nil: they are known
	Times       bool          // in and between states
	Stop        bool          // whom to let go: with rewards
	Bootstrap   *Bootstrap    // nil: standard errors by the delta method
}

// Estimate is a figure with its delta-method standard error and interval. Low and High are NaN where SE is
// 0: the figure is known, or it lies on the edge of its domain, where the delta method says nothing.
type Estimate = num.Estimate

// Analysis is what a chain says. Slices over states follow Chain.States; what was not asked for, or does not
// exist, is nil.
type Analysis struct {
	Chain      *Chain
	Low, High  *mat.Dense // k×k, Wilson
	Classes    []Class
	Unleft     []int      // ordinary states that were only ever seen to stay
	Stationary []Estimate // nil where it is not unique, or trivial: the chain is absorbing by request

	Absorption *Absorption
	Steps      []Estimate   // by Absorption.Transient: periods to absorption
	Ends       [][]Estimate // by Absorption.Transient and Absorption.Absorbing: probability of ending there

	Forecast  [][]Estimate // by period 0 … Questions.Forecast, and state: expected shares
	Heads     [][]Estimate // likewise how many there will be; nil unless every amount of the start is whole
	Value     []Estimate   // endless
	ValueTo   []Estimate   // to the horizon
	Stay      []Estimate   // with Questions.Times: periods that a state is kept, +Inf where nobody leaves
	StaySD    []float64    // standard deviation of single stays
	Passages  [][]Estimate // from, to: periods until it is entered, +Inf where it may never be
	Remaining *Remaining   // with absorbing states that others reach from each other, else nil
	LongRun   []Estimate   // from Questions.Start, where there is no single long run and nothing is absorbing by request
	Decision  *Decision    // with Questions.Stop
	NoEndless error        // why Value is nil although rewards were given
	Drawn     int          // samples of customers behind the standard errors; 0: the delta method

	bare bool
}

// errors are standard errors, computed where they are wanted.
func (a *Analysis) errors(n int, compute func() []float64) []float64 {
	if a.bare {
		return make([]float64, n)
	}
	return compute()
}

// Spread is the standard deviation of the periods to absorption from transient state i.
func (a *Analysis) Spread(i int) float64 { return math.Sqrt(a.Absorption.StepsVariance[i]) }

// RefusedError is a chain that must not be used for what was asked.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Analyse fits the chain and answers the questions, with standard errors by the delta method or, where the questions have a
// Bootstrap, by drawing customers; see analyse.
func Analyse(c *Counts, q Questions) (*Analysis, error) {
	a, err := analyse(c, q, false)
	if err != nil || q.Bootstrap == nil {
		return a, err
	}
	return a, a.resample(q)
}

// analyse fits the chain and answers the questions. A chain without its certificate, absorbing states that
// some state never reaches, and an endless value that does not exist (with no finite one asked) are a
// *RefusedError; the analysis then holds the chain and its intervals only. Without standard errors, which are 0, where it
// is bare.
func analyse(c *Counts, q Questions, bare bool) (*Analysis, error) {
	chain, err := q.Assumptions.Fit(c)
	if err != nil {
		return nil, err
	}
	return answer(chain, q, bare)
}

// Answer answers the questions for a chain that is fitted, such as that of a pooled segment, as Analyse does; what the questions assume of
// a fit has no say, their absorbing states are those of the chain.
func Answer(chain *Chain, q Questions) (*Analysis, error) { return answer(chain, q, false) }

func answer(chain *Chain, q Questions, bare bool) (a *Analysis, err error) {
	c := chain.N
	a = &Analysis{Chain: chain, bare: bare}
	if !bare {
		a.Low, a.High = chain.Interval(q.Level)
	}
	if !chain.Certificate.Certified() {
		return a, &RefusedError{refusal(&chain.Certificate)}
	}
	a.Classes = Classes(chain.P)
	fixed := chain.fixed()
	for i := range c.States {
		if n := c.Leaving(i); !fixed[i] && n == c.At(i, i) && (chain.cov == nil && chain.tails == nil || chain.P.At(i, i) == 1) {
			a.Unleft = append(a.Unleft, i)
		}
	}
	z := num.ZLevel(q.Level)
	if len(chain.Absorbing) > 0 {
		err = a.absorb(z)
	} else if pi, noPi := Stationary(chain.P); noPi == nil {
		a.Stationary = onLogit(z, pi, a.errors(len(pi), func() []float64 { return chain.StationaryError(pi) }))
	}
	if err != nil {
		return a, err
	}
	if err := a.further(q, z); err != nil {
		return a, &RefusedError{err.Error()}
	}
	if q.Forecast > 0 {
		a.forecast(q, z)
	}
	if q.Reward != nil {
		return a, a.value(q, z)
	}
	return a, nil
}

// refusal is why a certificate is refused.
func refusal(cert *num.Certificate) string {
	var reasons []string
	for _, w := range cert.Warnings {
		if w.Code == num.WarnEmptyState {
			reasons = append(reasons, w.Message)
		}
	}
	return strings.Join(reasons, "; ")
}

func (a *Analysis) absorb(z float64) error {
	c := a.Chain
	for _, class := range a.Classes {
		if class.Closed && !slices.Contains(c.Absorbing, class.States[0]) {
			var names []string
			for _, s := range class.States {
				names = append(names, fmt.Sprintf("%q", c.States[s]))
			}
			return &RefusedError{fmt.Sprintf("no absorbing state is ever reached from %s; declare one of these absorbing too", strings.Join(names, ", "))}
		}
	}
	absorption, err := Absorb(c.P, c.Absorbing)
	if err != nil {
		return &RefusedError{err.Error()}
	}
	n := len(absorption.Transient)
	ends := mat.NewDense(n, len(absorption.Absorbing), nil)
	steps := a.errors(n, func() (se []float64) { se, ends = c.AbsorptionErrors(absorption); return se })
	a.Absorption = absorption
	a.Steps = onLog(z, absorption.Steps, steps)
	for i := range absorption.Transient {
		a.Ends = append(a.Ends, onLogit(z, absorption.Probability.RawRowView(i), ends.RawRowView(i)))
	}
	return nil
}

func (a *Analysis) forecast(q Questions, z float64) {
	var total float64
	for _, v := range q.Start {
		total += v
	}
	shares := sharesOf(q.Start)
	whole := !slices.ContainsFunc(q.Start, func(v float64) bool { return v != math.Trunc(v) })
	for n := range q.Forecast + 1 {
		at := Forecast(a.Chain.P, shares, n)
		for i := range at {
			at[i] = min(at[i], 1) // rounding can leave a certain share at 1 + 1e-16
		}
		se := a.errors(len(at), func() []float64 { return a.Chain.ForecastErrors(shares, n) })
		a.Forecast = append(a.Forecast, onLogit(z, at, se))
		if !whole || a.bare {
			continue
		}
		for i, v := range a.Chain.Scatter(q.Start, n) {
			se[i] = math.Hypot(se[i], math.Sqrt(v)/total)
		}
		heads := onLogit(z, at, se)
		for i, e := range heads {
			heads[i] = Estimate{Value: total * e.Value, SE: total * e.SE, Low: total * e.Low, High: total * e.High}
		}
		a.Heads = append(a.Heads, heads)
	}
}

func (a *Analysis) value(q Questions, z float64) error {
	c := a.Chain
	if q.Horizon > 0 {
		v, err := ValueFinite(c.P, q.Reward, q.Rate, q.Horizon)
		if err != nil {
			return err
		}
		se := a.errors(len(v), func() (se []float64) {
			se, err = c.ValueFiniteErrors(q.Reward, q.RewardCov, q.Rate, q.Horizon)
			return se
		})
		if err != nil {
			return err
		}
		a.ValueTo = plain(z, v, se)
	}
	v, err := ValueInfinite(c.P, q.Reward, q.Rate)
	if err == nil {
		se := a.errors(len(v), func() (se []float64) {
			se, err = c.ValueInfiniteErrors(q.Reward, q.RewardCov, q.Rate)
			return se
		})
		if err == nil {
			a.Value = plain(z, v, se)
			return nil
		}
	}
	a.NoEndless = err
	if a.ValueTo != nil {
		return nil
	}
	return &RefusedError{err.Error()}
}

// plain is value ± z·SE.
func plain(z float64, value, se []float64) []Estimate {
	return estimates(value, se, func(v, s float64) (float64, float64) { return v - z*s, v + z*s })
}

// onLog is value·exp(±z·SE/value), for what is positive.
func onLog(z float64, value, se []float64) []Estimate {
	return estimates(value, se, func(v, s float64) (float64, float64) {
		return v * math.Exp(-z*s/v), v * math.Exp(z*s/v)
	})
}

// onLogit is expit(logit(value) ± z·SE/(value·(1 − value))), for probabilities.
func onLogit(z float64, value, se []float64) []Estimate {
	return estimates(value, se, func(v, s float64) (float64, float64) {
		half := z * s / (v * (1 - v))
		return num.Expit(num.Logit(v) - half), num.Expit(num.Logit(v) + half)
	})
}

// tinySpread is the relative standard error below which an estimate counts as known: rounding leaves
// this much where the delta method says 0.
const tinySpread = 1e-12

func estimates(value, se []float64, interval func(v, s float64) (float64, float64)) []Estimate {
	out := make([]Estimate, len(value))
	for i, v := range value {
		out[i] = Estimate{Value: v, SE: se[i], Low: math.NaN(), High: math.NaN()}
		if se[i] <= tinySpread*math.Abs(v) {
			out[i].SE = 0
		} else {
			out[i].Low, out[i].High = interval(v, se[i])
		}
	}
	return out
}
