package evaluate

import (
	"encoding/json"
	"fmt"
	"math"
)

// ReferenceSchema is the version of a stored reference.
const ReferenceSchema = "mainstay.reference/1"

// Reference is what a later run is compared with: how features and scores were spread when a model scored, and how well
// its probabilities had come true.
type Reference struct {
	Schema      string             `json:"schema"`
	AsOf        string             `json:"as_of"`
	Model       string             `json:"model"`
	HorizonDays int                `json:"horizon_days"` // of the probabilities
	Features    []Distribution     `json:"features"`
	Score       Distribution       `json:"score"`
	Calibration *CalibrationRecord `json:"calibration"` // null where nothing has come yet to compare with
}

// CalibrationRecord is how probabilities came true: Ratio is observed ÷ predicted, Slope Cox's. Errors are 0 where unknown.
type CalibrationRecord struct {
	Rows    int     `json:"rows"`
	Events  int     `json:"events"`
	Ratio   float64 `json:"observed_to_predicted"`
	RatioSE float64 `json:"observed_to_predicted_se"`
	Slope   float64 `json:"slope"` // 0 where it cannot be told
	SlopeSE float64 `json:"slope_se"`
}

// NewCalibrationRecord is that of probabilities and what came, by clusters where given; nil where the ratio cannot be told.
func NewCalibrationRecord(y, p []float64, cluster []int32) *CalibrationRecord {
	r := &Rows{Y: y, P: p, Cluster: cluster}
	if len(y) == 0 || r.check(true) != nil {
		return nil
	}
	s := newSet(r)
	ratio := s.ratio()
	_, slope := s.cox(false)
	c := &CalibrationRecord{Rows: len(y), Ratio: ratio.Value, RatioSE: known(ratio.SE), Slope: known(slope.Value), SlopeSE: known(slope.SE)}
	for _, v := range y {
		c.Events += int(v)
	}
	if math.IsNaN(ratio.Value) || math.IsInf(ratio.Value, 0) {
		return nil
	}
	return c
}

// known is v, or 0 where it is not.
func known(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// Drift is what moved between a reference and now.
type Drift struct {
	Since       string  // as-of date of the reference
	Features    []Shift // in the reference's order
	Score       Shift
	Scored      bool     // both runs have scores
	Added, Gone []string // features that only one of the two has
	Model       [2]string
	Calibration *CalibrationShift
}

// CalibrationShift is how observed ÷ predicted moved: Factor is now ÷ then, with its 95 % interval; its band is that of
// |ln Factor| as far as it is beyond chance: the end of the interval nearer to 1.
type CalibrationShift struct {
	Then, Now, Factor, Low, High float64
	Slope                        [2]float64 // then, now; 0 where unknown
	Band                         Band
}

// Compare tells what moved from r to now. Where horizons differ scores and calibration do not compare; scores of different
// models neither, for they would differ if nothing had moved.
func (r *Reference) Compare(now *Reference) *Drift {
	d := &Drift{Since: r.AsOf, Model: [2]string{r.Model, now.Model}}
	have := map[string]*Distribution{}
	for i := range now.Features {
		have[now.Features[i].Name] = &now.Features[i]
	}
	had := map[string]bool{}
	for i := range r.Features {
		f := &r.Features[i]
		had[f.Name] = true
		if n := have[f.Name]; n == nil {
			d.Gone = append(d.Gone, f.Name)
		} else if s, ok := f.Compare(n); ok {
			d.Features = append(d.Features, s)
		}
	}
	for i := range now.Features {
		if name := now.Features[i].Name; !had[name] {
			d.Added = append(d.Added, name)
		}
	}
	if r.HorizonDays == now.HorizonDays {
		if r.Model == now.Model {
			d.Score, d.Scored = r.Score.Compare(&now.Score)
		}
		d.Calibration = r.Calibration.compare(now.Calibration)
	}
	return d
}

func (c *CalibrationRecord) compare(now *CalibrationRecord) *CalibrationShift {
	if c == nil || now == nil || !(c.Ratio > 0 && now.Ratio > 0) {
		return nil
	}
	const z = 1.959963984540054 // of 95 %
	s := &CalibrationShift{Then: c.Ratio, Now: now.Ratio, Factor: now.Ratio / c.Ratio, Slope: [2]float64{c.Slope, now.Slope}}
	half := z * math.Hypot(c.RatioSE/c.Ratio, now.RatioSE/now.Ratio)
	s.Low, s.High = s.Factor*math.Exp(-half), s.Factor*math.Exp(half)
	s.Band = bandOf(max(0, math.Abs(math.Log(s.Factor))-half))
	return s
}

// Notable are the features whose shift is not Stable.
func (d *Drift) Notable() (out []Shift) {
	for _, s := range d.Features {
		if s.Band != Stable {
			out = append(out, s)
		}
	}
	return out
}

// ParseReference reads a stored reference. Errors say what it cannot be.
func ParseReference(b []byte) (*Reference, error) {
	var r Reference
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoReference, err)
	}
	if r.Schema != ReferenceSchema {
		return nil, fmt.Errorf("%w but of %q", errNoReference, r.Schema)
	}
	for i := range r.Features {
		if err := r.Features[i].check(); err != nil {
			return nil, err
		}
	}
	if c := r.Calibration; c != nil && !(c.Rows >= 0 && c.Ratio >= 0 && c.RatioSE >= 0) {
		return nil, fmt.Errorf("calibration: %d rows, observed ÷ predicted %g (error %g)", c.Rows, c.Ratio, c.RatioSE)
	}
	return &r, r.Score.check()
}
