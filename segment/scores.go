package segment

import (
	"iter"
)

// Scores are the rows of the score file, sorted by key bytes, prospects included. They are kept narrowly, and become
// rows as they are asked for: a large book as rows would take gigabytes.
type Scores interface {
	Len() int
	// Batches yields the rows in order, so many at a time, the last batch shorter. A batch and the profiles in
	// it are valid until the next one is asked for; its texts stay. After an error nothing follows.
	Batches(size int) iter.Seq2[[]Score, error]
	Close() error // frees what they take on disk
}

// Rows are scores at hand.
type Rows []Score

// Len implements Scores.
func (r Rows) Len() int { return len(r) }

// Batches implements Scores.
func (r Rows) Batches(size int) iter.Seq2[[]Score, error] {
	return func(yield func([]Score, error) bool) {
		for lo := 0; lo < len(r); lo += size {
			if !yield(r[lo:min(lo+size, len(r))], nil) {
				return
			}
		}
	}
}

// Close implements Scores.
func (r Rows) Close() error { return nil }

// Score is one row of the score file.
type Score struct {
	Key, Name, Parent                string
	Profile                          *Profile // nil for a prospect
	State                            string   // stage/recency such as "established/quiet-1", "lapsed", "long-lapsed" (two horizons), or Relation for the others
	AtRisk                           bool
	Accounts                         int     // of the buying group; 0 where customers are the unit
	Relation                         string  // "active" (at risk), "lapsed", "prospect", "never_bought"
	Manager, Industry, Region        string  // as of the as-of date, "" = unknown
	Churn, ChurnLow, ChurnHigh       float64 // NaN unless at risk
	Decline, DeclineLow, DeclineHigh float64 // probability of a decline over Forecast.DeclineDays (see Config.DeclineShare); NaN unless at risk with a usual value above 0
	DeclineBelow                     float64 // value over them below which it is a decline, money units; NaN likewise
	Return                           float64 // lapsed: probability of buying again within one horizon; NaN otherwise
	Value12, Value12Low, Value12High float64 // expected over the next 12 months, money units, undiscounted; no interval without a tournament, nor for the lapsed
	Residual, ValueAtRisk            float64 // all future, discounted at DiscountRate; expected 12-month value without attrition less Value12, NaN unless at risk
	Realised12                       int64   // trailing 12 months in the basis, Scale
	ValueScore                       float64 // 0 to 100; NaN for prospects
	KeyAccount                       bool
	Tier, TierReason                 string
	Reasons                          [3]string  // "code: words", "" where fewer
	Effects                          [3]float64 // what each adds on the link scale against Result.Baseline, to hundredths; NaN for models without such parts
	ChurnModel, ValueModel           string     // the champions; "returns" (or "chain") for both of the lapsed; "" where no model scored
	Certified                        bool       // both champions won a tournament (see Result.ChurnCertified); never for others than customers at risk
}
