package segment

import (
	"fmt"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// StoredSchema is the version of a stored model: the number rises with any change of its fields.
const StoredSchema = "mainstay.model/1"

// Stored is everything that a run has learnt and that its scores follow from, beside the data as of the day: it is written with the run, and another run
// scores with it without a fit (see Reuse).
type Stored struct {
	Schema    string
	Run       string     // that learnt it
	LearntOn  ingest.Day // as-of date of the run that learnt it: nothing later is in it
	Terms     Terms
	Customers Sample `json:"learnt_from"`

	Churn, Decline Champion[chanceModel]
	Value          Champion[valueModel]
	ValueBands     *valueBands // intervals of value; nil without a tournament
	Returns        *returns    // of the lapsed
	Chain          *chainModel // of the day of learning; nil where it may not be used

	Backtest Backtest                `store:"loose"`
	Inputs   []evaluate.Distribution // of what the models look at, of the customers at risk on the day of learning: see DriftTest
}

// Champion is the model that scores a target, and what the tournament said of it.
type Champion[M any] struct {
	Name      string // "" where nobody can predict: then there is no Model
	Certified bool   // it won a tournament, and its fits are certified
	Contested bool   // there was a tournament
	Why       string
	Model     M      // with its corrections and intervals
	Totals    totals // how far its totals were off
}

// Backtest is what the run that learnt the models says of them.
type Backtest struct {
	Contests                              []Contest
	Calibration, Lift, DeclineCalibration []evaluate.Bin
	ChurnCorrection, DeclineCorrection    *Correction
	Record                                *evaluate.CalibrationRecord // of churn in the last fold
	Fits                                  []Model
	Stake                                 stakeRange
}

// Encode is the stored model as a file: the same bytes for the same model.
func (s *Stored) Encode() ([]byte, error) {
	b, err := encode(s)
	if err != nil {
		return nil, fmt.Errorf("the model cannot be stored: %w", err)
	}
	return b, nil
}

// ParseStored reads what Encode writes. Errors say where in the file, and are never a panic, whatever the bytes.
func ParseStored(b []byte) (*Stored, error) {
	if err := checkSchema(b); err != nil {
		return nil, err
	}
	s := new(Stored)
	if err := decode(b, s); err != nil {
		return nil, fmt.Errorf("it is not a model as mainstay writes it: %w", err)
	}
	return s, s.check()
}

// warnNotStored is the code of a run whose models could not be stored.
const warnNotStored = "not-stored"

// NotStored says why a run leaves no model behind.
func NotStored(err error) num.Warning { return num.Warning{Code: warnNotStored, Message: err.Error()} }
