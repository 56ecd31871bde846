package evaluate

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
)

// MappingSchema is the version of a stored mapping.
const MappingSchema = "mainstay.mapping/1"

// Methods of a Mapping.
const (
	Unchanged = "none"     // probabilities stay as they are
	Isotonic  = "isotonic" // straight lines between points that never fall
	Platt     = "platt"    // expit(Intercept + Slope·logit p)
)

// Mapping corrects probabilities. Its JSON is all there is to it.
type Mapping struct {
	Schema    string    `json:"schema"`
	Method    string    `json:"method"`
	X         []float64 `json:"x,omitempty"`
	Y         []float64 `json:"y,omitempty"`
	Intercept float64   `json:"intercept,omitempty"`
	Slope     float64   `json:"slope,omitempty"`

	Learnt      int              `json:"learnt_rows"`
	Held        int              `json:"held_rows"`
	Certificate *num.Certificate `json:"certificate,omitempty"` // of Platt's fit
	Tried       []Trial          `json:"tried"`
}

// Trial is what a method did to the log loss of rows held out: after less before, so below 0 is better.
type Trial struct {
	Method string   `json:"method"`
	Gain   *float64 `json:"log_loss_change"` // null where the method could not be fitted
	SE     *float64 `json:"se"`
	Note   string   `json:"note,omitempty"`
}

// Apply is the corrected probability.
func (m *Mapping) Apply(p float64) float64 {
	switch m.Method {
	case Platt:
		return num.Expit(m.Intercept + m.Slope*num.Logit(clip(p)))
	case Isotonic:
		k, exact := slices.BinarySearch(m.X, p)
		switch {
		case exact:
			return m.Y[k]
		case k == 0:
			return m.Y[0]
		case k == len(m.X):
			return m.Y[k-1]
		}
		return m.Y[k-1] + (m.Y[k]-m.Y[k-1])*(p-m.X[k-1])/(m.X[k]-m.X[k-1])
	}
	return p
}

// LearnMapping learns the methods named (none = both) on some rows and judges them by others, none of whose clusters may be among the first: the
// method with the lower mean log loss is kept if the loss falls by more than noise, which is the one-sided interval of
// the paired difference at a level above 0.5 such as 0.95; else Unchanged. Isotonic shares are kept within [1/(n+2), (n+1)/(n+2)] (Laplace),
// n the effective rows learnt from: no finite number of rows makes a certainty, and one would cost an endless loss. A
// method that turns the order round (slope at most 0) is not used. Errors as of OfProbabilities; a cluster on both sides.
func LearnMapping(learn, held *Rows, level float64, methods ...string) (*Mapping, error) {
	for _, r := range []*Rows{learn, held} {
		if err := r.check(true); err != nil {
			return nil, err
		}
	}
	learnt := map[int32]bool{}
	for _, c := range learn.Cluster {
		learnt[c] = true
	}
	for i, c := range held.Cluster {
		if learnt[c] {
			return nil, fmt.Errorf("row %d held out is of cluster %d, from which is learnt too: hold whole clusters out", i+1, c)
		}
	}
	a, b := newSet(learn), newSet(held)
	if len(a.y) == 0 || len(b.y) == 0 {
		return nil, ErrNoRows
	}
	levels, _ := a.levels()
	none := Mapping{Schema: MappingSchema, Method: Unchanged, Learnt: len(a.y), Held: len(b.y)}
	best, least := none, 0.0
	tried := []Trial{}
	for _, method := range []func([]Level, Mapping) (Mapping, string){plattMapping, isotonicMapping} {
		m, why := method(levels, none)
		if len(methods) > 0 && !slices.Contains(methods, m.Method) {
			continue
		}
		t := Trial{Method: m.Method, Note: why}
		if why == "" {
			gain := b.mean(func(i int) float64 { return logLoss(b.y[i], m.Apply(b.p[i])) - logLoss(b.y[i], b.p[i]) })
			t.Gain = &gain.Value
			if !math.IsNaN(gain.SE) {
				t.SE = &gain.SE
			}
			if t.SE != nil && gain.Value+b.factor(2*level-1)*gain.SE < 0 && gain.Value < least {
				best, least = m, gain.Value
			}
		}
		tried = append(tried, t)
	}
	best.Tried = tried
	return &best, nil
}

func plattMapping(levels []Level, m Mapping) (Mapping, string) {
	m.Method = Platt
	a, b, certificate, err := platt(levels)
	switch {
	case err != nil:
		return m, err.Error()
	case !(b > 0):
		return m, fmt.Sprintf("the slope is %.3g: the order would be turned round", b)
	}
	m.Intercept, m.Slope, m.Certificate = a, b, &certificate
	return m, ""
}

func isotonicMapping(levels []Level, m Mapping) (Mapping, string) {
	m.Method = Isotonic
	var w, squares float64
	for k := range levels {
		w += levels[k].weight()
		squares += levels[k].W2[0] + levels[k].W2[1]
	}
	least := 1 / (w*w/squares + 2)
	m.X, m.Y = isotonic(levels)
	for k, y := range m.Y {
		m.Y[k] = min(max(y, least), 1-least)
	}
	return m, ""
}

// ParseMapping reads a stored mapping; errors say what it cannot be.
func ParseMapping(b []byte) (*Mapping, error) {
	var m Mapping
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("not a mapping of %s: %w", MappingSchema, err)
	}
	if m.Schema != MappingSchema {
		return nil, fmt.Errorf("not a mapping of %s but of %q", MappingSchema, m.Schema)
	}
	switch m.Method {
	case Unchanged:
		return &m, nil
	case Platt:
		if !(m.Slope > 0) {
			return nil, fmt.Errorf("the mapping's slope is %g; expected a number above 0", m.Slope)
		}
		return &m, nil
	case Isotonic:
		if len(m.X) == 0 || len(m.X) != len(m.Y) {
			return nil, fmt.Errorf("the mapping has %d points and %d shares", len(m.X), len(m.Y))
		}
		for k := range m.X {
			if !(m.Y[k] >= 0 && m.Y[k] <= 1) || k > 0 && !(m.X[k] > m.X[k-1] && m.Y[k] >= m.Y[k-1]) {
				return nil, fmt.Errorf("point %d of the mapping does not ascend", k+1)
			}
		}
		return &m, nil
	}
	return nil, fmt.Errorf("the mapping's method is %q; expected none, isotonic or platt", m.Method)
}
