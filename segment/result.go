package segment

import (
	"mainstay/internal/num"
	"mainstay/markov"
	"mainstay/regress/evaluate"
)

// Result is everything a run finds, before it is written. Floats may be NaN where undefined; the
// writers turn that into null. Money in integers is at Scale; money in floats (estimates) is in money units,
// not scaled.
type Result struct {
	Clock                          Clock
	Scale                          int
	UnitsScale                     int
	Currency                       string
	Basis                          string // "margin" or "revenue"
	BasisWhy                       string
	Totals                         Totals
	Forecast                       Forecast
	Scores                         Scores
	Segments                       []SegmentRow
	Cuts                           []Cut // published cut points of RFM, ABC, ladder
	Concentration                  Concentration
	Bridge                         []BridgeRow // the whole book first, then every segmentation
	Transitions                    []Transition
	Tiers                          []TierRow
	Contests                       []Contest   // the tournament's table
	ChurnModel, ValueModel         string      // names of the champions, or the naive rules that stand in
	ChurnCertified, ValueCertified bool        // the champion won a tournament, and its fits are certified; false for a rule that stands in
	Baseline                       Baseline    // of the reasons of the churn champion; its Link is "" where it has none
	ChurnCorrection                *Correction // of the churn champion's probabilities, by experience
	DeclineModel, DeclineWhy       string      // the champion that says who declines, and why this one
	DeclineCertified               bool        // like ChurnCertified
	DeclineCorrection              *Correction
	DeclineShare                   float64             // as configured
	Ladder                         bool                // a lower rung of the ladder is a decline too: there are units
	Learnt                         Sample              // whom the models learnt from
	ModelWhy                       string              // why these: "simplest within one standard error of the best", "span under three horizons", …
	Fits                           []Model             // every fit, used or not
	Calibration                    []evaluate.Bin      // churn champion on the last fold
	Lift                           []evaluate.Bin      // likewise, the most likely leavers first
	DeclineCalibration             []evaluate.Bin      // decline champion on the last fold
	Reference                      *evaluate.Reference // what later runs are compared with
	Attention                      []Attention
	Accounts                       AccountMatch
	Tables                         []TableMatch // beside the transactions, as given
	Stored                         *Stored      // the models that scored
	Reuse                          *Reused      // where they came from; nil where the run knows nothing but to fit
	Warnings                       []num.Warning
}

// Totals are the book's headline figures.
type Totals struct {
	Customers, AtRisk, Lapsed, Prospects, KeyAccounts  int
	NeverBought                                        int   // customers with rows but no purchase day
	Net12, NetPrior12                                  int64 // net revenue, trailing and prior 12 months
	Value12                                            int64 // trailing 12 months in Basis
	KeyNet12                                           int64
	KeyValue12                                         int64
	Expected, ExpectedLow, ExpectedHigh                float64 // value_12m over customers, money units (not scaled), interval at Config.Level
	AtRiskValue, KeyAtRiskValue                        float64 // value at risk
	ExpectedLeavers                                    float64 // sum of churn probabilities over customers at risk
	ObservedChurn, ObservedChurnLow, ObservedChurnHigh float64 // of those at risk one horizon ago, the share that has not bought since (Wilson)
	FivePercent, FivePoints                            float64 // what-if: value of 5 % fewer losses, and of 5 points less churn
}

// SegmentRow is one segment of one segmentation. Net12 is an integer at the Ledger's Scale; values are sums
// in money units (not scaled). Floats that need models are NaN without them, and where no member has an
// estimate.
type SegmentRow struct {
	Scheme, Segment                                   string // "abc"/"A"; "industry × region"/"Public × North"
	Customers, AtRisk, Lapsed, Prospects, KeyAccounts int
	Net12                                             int64
	NetShare                                          float64
	Frequency12                                       float64 // mean purchase days per customer
	TenureDays                                        float64 // median
	Retention, RetentionLow, RetentionHigh            float64 // observed over the last horizon, Wilson 95 %
	RetentionN                                        int
	Churn                                             float64 // mean churn probability of customers at risk
	Value12, Value12Low, Value12High, ValueAtRisk     float64
	Tiers                                             map[string]int
}

// Cut is a published cut point: which scheme, which measure, the group and its closed lower and
// upper bound.
type Cut struct {
	Scheme, Measure, Group string
	Low, High              float64
	Customers              int
}

// Concentration of the trailing-12-month net revenue, over max(0, net).
type Concentration struct {
	Gini, HHI         float64
	Top               []TopShare
	Negative          int64 // total of the customers below zero, Scale
	NegativeCustomers int
}

// TopShare says that the best Share of the customers, N of them, make the share Revenue of the total.
type TopShare struct {
	Share   float64
	N       int
	Revenue float64
}

// Transition is one entry of a transition matrix.
type Transition struct {
	Scheme, Period, From, To string
	Count                    int64
	P, SE, Low, High         float64 // NaN where nobody left the state
	Certified                bool
}

// TierRow sums up one recommended tier: Net12 an integer at Scale, values in money units (not scaled), NaN
// for prospects.
type TierRow struct {
	Tier                   string
	Customers, KeyAccounts int
	Net12                  int64
	Value12, ValueAtRisk   float64
}

// Contest is one row of the tournament's table: one candidate on one target.
type Contest struct {
	Target       string // "churn", "value" or "decline"
	Candidate    string
	Rank         int // simplicity: 1 = simplest
	Folds, N     int
	Events       int
	Loss, LossSE float64 // churn: log loss; value: mean squared error; the SE clusters by customer
	RMSE, Bias   float64 // value: root of Loss; total predicted ÷ actual − 1
	AUC, Brier   float64 // churn
	TopCapture   float64 // value held by the predicted top tenth ÷ value held by the true top tenth
	LastLoss     float64 // on the last fold, which does not choose
	LastBias     float64
	Certified    bool // could be champion: certified in every choosing fold and in the final fit
	Champion     bool
	Note         string
}

// Model is one fit with what is needed to understand it.
type Model struct {
	Name, Use    string // "logistic", "churn champion" / "candidate" / "not used"
	Certificate  num.Certificate
	Coefficients []Coefficient
	Chain        *markov.Chain `json:"-"`
	Clusters     *Clusters     `json:"-"`
}

// Coefficient of a regression.
type Coefficient struct {
	Name     string  `json:"name"`
	Estimate float64 `json:"estimate"`
	SE       float64 `json:"se"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// Attention is one account (or fact) that needs a person. ValueAtRisk is what is at stake, in money units (not
// scaled): see attentionList.
type Attention struct {
	Key, Name, Code, Words string
	ValueAtRisk            float64
}

// AccountMatch counts the join with the accounts table.
type AccountMatch struct {
	Given                                          bool
	Accounts, Matched, Prospects, CustomersWithout int
}

// Progress is told the phase by name, and how far it is (0 to 1); it may be nil.
type Progress func(phase string, done float64)
