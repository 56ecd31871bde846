package segment

import (
	"math"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// Published is what one run said, as read back from its files.
type Published struct {
	AsOf                   ingest.Day
	Run, ID                string
	Horizon                int // churn horizon in days
	Basis                  string
	HighRisk               float64
	Forecast               Forecast
	ChurnModel, ValueModel string
	DeclineModel           string
	DeclineCertified       bool
	Ladder                 []float64 // units a year, descending; nil without
	ChurnCertified         bool
	ValueCertified         bool
	Scores                 []PublishedScore // sorted by key bytes, prospects included
}

// PublishedScore is the part of a score that a replay reads: floats are NaN where the file has null.
type PublishedScore struct {
	Key, Name, Tier                  string
	Prospect, AtRisk, KeyAccount     bool
	Churn                            float64
	Decline, DeclineBelow            float64 // DeclineBelow in money units
	Value12, Value12Low, Value12High float64 // money units
}

// Targets of an Outcome, beside targetChurn.
const (
	targetLabel = "value_label"
	targetYear  = "value_12m"
)

// Outcome is one forecast of a run against what came. Where the data end before the forecast does it is
// open: nothing is compared, and what came is NaN.
type Outcome struct {
	AsOf                    ingest.Day
	Run, Target             string
	Days                    int
	Until                   ingest.Day // the last day of the forecast
	Closed                  bool
	N                       int     // customers it is about
	Predicted, Low, High    float64 // leavers, or value in money units
	Actual                  float64
	Bias                    float64 // predicted ÷ actual − 1
	AUC, LogLoss, Brier     float64 // churn
	RMSE, Capture, Coverage float64 // value_12m by customer: root mean squared error, value held by the predicted top tenth ÷ by the true one, share within their own intervals
	Model                   string
	Certified               bool
	Keys                    []KeyOutcome   // churn: the key accounts at risk
	Calibration             []evaluate.Bin // churn
	churned, predicted      []float64      // churn, by customer at risk
}

// KeyOutcome is one key account. Warned: its published churn probability was at least warnLift times the
// mean of the customers at risk, or at least high_risk. Lost: no purchase day within the horizon, nor a contract at its end; false while
// open.
type KeyOutcome struct {
	Key, Name    string
	Churn        float64
	Warned, Lost bool
	Value12      float64
	Came         float64 // value within the horizon; NaN while open
}

// warnLift is how many times the book's mean churn probability is a warning: a rule or chain seldom says
// high_risk of anybody, and twice as likely as others is what a manager can act on.
const warnLift = 2

// Inside reports whether what came lies in the interval of the forecast; ok is false where either is unknown.
func (o *Outcome) Inside() (inside, ok bool) {
	if math.IsNaN(o.Actual) || math.IsNaN(o.Low) || math.IsNaN(o.High) {
		return false, false
	}
	return o.Low <= o.Actual && o.Actual <= o.High, true
}

// Observe holds the forecasts of a run against what came by the Ledger's as-of date, by the definitions of the
// backtest: churn is no purchase day in (T, T+horizon], value what the cells of (T, T+days] hold in the run's
// basis. Of 12 months, 365 days. A customer of the run that the Ledger no longer holds bought nothing.
// The Ledger may hold more than the run could see; nothing of it flows back into the run. A contract in force at
// the end of the horizon keeps a customer; contracts may be nil.
func Observe(l *ingest.Ledger, contracts *table.Contracts, p *Published, threads int) []Outcome {
	o := &observer{l: l, contracts: contracts, p: p, days: [...]int{p.Horizon, p.Forecast.LabelDays, p.Forecast.DeclineDays, valueYear}, climber: newClimber(l, p.Ladder, l.First)}
	o.look(threads)
	return []Outcome{o.churn(), o.label(), o.year(), o.decline()}
}

type observer struct {
	l         *ingest.Ledger
	contracts *table.Contracts
	p         *Published
	days      [4]int // the lengths that came looks at
	whatCame  []came // by score
	climber   *climber
}

// came is what one customer did within each of the days of the run that have passed.
type came struct {
	bought [4]bool
	value  [4]int64
	lower  bool // a lower rung of the ladder at the end of the decline label
}

// look finds the customers of the scores, which are sorted by key bytes, in the Ledger.
func (o *observer) look(threads int) {
	scores := o.p.Scores
	o.whatCame = make([]came, len(scores))
	o.l.Scan(threads, func(_ int, s *ingest.Shard) {
		for row := range s.Customers() {
			i, ok := slices.BinarySearchFunc(scores, string(s.Key(row)), func(p PublishedScore, key string) int { return strings.Compare(p.Key, key) })
			for k, days := range o.days {
				if ok && o.p.AsOf+ingest.Day(days) <= o.l.AsOf {
					o.whatCame[i].bought[k], o.whatCame[i].value[k] = cameWithin(o.l, s, row, o.p.AsOf, days, o.p.Basis)
				}
			}
			if end := o.p.AsOf + ingest.Day(o.p.Forecast.DeclineDays); ok && end <= o.l.AsOf {
				o.whatCame[i].lower = o.climber.fell(s, row, o.p.AsOf, end)
			}
		}
	})
}

// came is what customer i did within days of the run.
func (o *observer) came(i, days int) (bought bool, value float64) {
	k := slices.Index(o.days[:], days)
	return o.whatCame[i].bought[k], money.Float64(o.whatCame[i].value[k], o.l.Scale)
}

// outcome is a forecast that has not been compared yet.
func (o *observer) outcome(target string, days int, predicted, low, high float64) Outcome {
	nan := math.NaN()
	until := o.p.AsOf + ingest.Day(days)
	return Outcome{AsOf: o.p.AsOf, Run: o.p.Run, Target: target, Days: days, Until: until, Closed: until <= o.l.AsOf,
		Predicted: predicted, Low: low, High: high, Actual: nan, Bias: nan, AUC: nan, LogLoss: nan, Brier: nan, RMSE: nan, Capture: nan, Coverage: nan}
}

func (o *observer) churn() Outcome {
	f := &o.p.Forecast
	out := o.outcome(targetChurn, o.p.Horizon, f.Leavers, f.LeaversLow, f.LeaversHigh)
	out.Model, out.Certified = o.p.ChurnModel, o.p.ChurnCertified
	var mean num.Adder
	for i := range o.p.Scores {
		if s := &o.p.Scores[i]; s.AtRisk && finite(s.Churn) {
			out.N++
			mean.Add(s.Churn)
		}
	}
	warn := min(warnLift*mean.Sum()/float64(out.N), o.p.HighRisk)
	for i := range o.p.Scores {
		s := &o.p.Scores[i]
		if !s.AtRisk || !finite(s.Churn) {
			continue
		}
		key := KeyOutcome{Key: s.Key, Name: s.Name, Churn: s.Churn, Warned: s.Churn >= warn, Value12: s.Value12, Came: math.NaN()}
		if out.Closed {
			bought, value := o.came(i, o.p.Horizon)
			key.Lost, key.Came = !bought && !o.contracts.OpenOn([]byte(s.Key), int32(out.Until)), value
			out.churned, out.predicted = append(out.churned, num.Indicator(key.Lost)), append(out.predicted, s.Churn)
		}
		if s.KeyAccount {
			out.Keys = append(out.Keys, key)
		}
	}
	if !out.Closed || out.N == 0 {
		return out
	}
	out.judge(out.churned, out.predicted)
	out.Calibration = evaluate.Calibration(out.churned, out.predicted, calibrationBins)
	return out
}

// decline compares who declined over the decline label: less value than decline_below, or a lower rung of the ladder.
func (o *observer) decline() Outcome {
	f := &o.p.Forecast
	out := o.outcome(targetDecline, f.DeclineDays, f.Decliners, f.DeclinersLow, f.DeclinersHigh)
	out.Model, out.Certified = o.p.DeclineModel, o.p.DeclineCertified
	var declined, predicted []float64
	for i := range o.p.Scores {
		s := &o.p.Scores[i]
		if !s.AtRisk || !finite(s.Decline) {
			continue
		}
		out.N++
		if out.Closed {
			_, value := o.came(i, f.DeclineDays)
			declined, predicted = append(declined, num.Indicator(value < s.DeclineBelow || o.whatCame[i].lower)), append(predicted, s.Decline)
		}
	}
	if out.Closed && out.N > 0 {
		out.judge(declined, predicted)
	}
	return out
}

// judge compares probabilities with what came.
func (o *Outcome) judge(came, predicted []float64) {
	o.Actual, o.Bias = num.Sum(came), bias(came, predicted)
	o.LogLoss, o.Brier = evaluate.LogLoss(came, predicted), evaluate.Brier(came, predicted)
	if auc, ok := evaluate.AUC(came, predicted); ok {
		o.AUC = auc
	}
}

// label compares the total over the label, of the customers at risk, as the backtest does.
func (o *observer) label() Outcome {
	f := &o.p.Forecast
	out := o.outcome(targetLabel, f.LabelDays, f.Label, f.LabelLow, f.LabelHigh)
	out.Model, out.Certified = o.p.ValueModel, o.p.ValueCertified
	var actual num.Adder
	for i := range o.p.Scores {
		if o.p.Scores[i].AtRisk {
			out.N++
			if out.Closed {
				_, value := o.came(i, f.LabelDays)
				actual.Add(value)
			}
		}
	}
	out.close(actual.Sum())
	return out
}

// year compares value_12m, in total over the customers of the run and one by one.
func (o *observer) year() Outcome {
	f := &o.p.Forecast
	out := o.outcome(targetYear, valueYear, f.Year, f.YearLow, f.YearHigh)
	out.Model, out.Certified = o.p.ValueModel, o.p.ValueCertified
	var actual, squares num.Adder
	var pred, came []float64
	inside, intervals := 0, 0
	for i := range o.p.Scores {
		s := &o.p.Scores[i]
		if s.Prospect {
			continue
		}
		out.N++
		if !out.Closed {
			continue
		}
		_, value := o.came(i, valueYear)
		actual.Add(value)
		if !finite(s.Value12) {
			continue
		}
		pred, came = append(pred, s.Value12), append(came, value)
		squares.Add(squaredError(value, s.Value12))
		if finite(s.Value12Low) && finite(s.Value12High) {
			intervals++
			inside += int(num.Indicator(s.Value12Low <= value && value <= s.Value12High))
		}
	}
	out.close(actual.Sum())
	if len(pred) > 0 {
		out.RMSE = math.Sqrt(squares.Sum() / float64(len(pred)))
		if best := topTenth(came, came); best > 0 {
			out.Capture = topTenth(pred, came) / best
		}
	}
	if intervals > 0 {
		out.Coverage = float64(inside) / float64(intervals)
	}
	return out
}

// close fills in what came in total.
func (o *Outcome) close(actual float64) {
	if !o.Closed || o.N == 0 {
		return
	}
	o.Actual = actual
	if actual != 0 {
		o.Bias = o.Predicted/actual - 1
	}
}

// PooledCalibration is the calibration of the closed churn forecasts together. A customer counts at every
// date: the same one may be in it many times.
func PooledCalibration(outcomes []Outcome) []evaluate.Bin {
	var y, p []float64
	for i := range outcomes {
		y, p = append(y, outcomes[i].churned...), append(p, outcomes[i].predicted...)
	}
	return evaluate.Calibration(y, p, calibrationBins)
}

// Moves compares two runs: of the customers in both, how many changed tier, and who became a key account or
// ceased to be one.
type Moves struct{ Compared, Tiers, KeysIn, KeysOut int }

// CompareTiers counts the moves from one run to the next. Both scores are sorted by key bytes.
func CompareTiers(before, after *Published) Moves {
	var m Moves
	k := 0
	for i := range after.Scores {
		s := &after.Scores[i]
		for k < len(before.Scores) && before.Scores[k].Key < s.Key {
			k++
		}
		if k == len(before.Scores) || before.Scores[k].Key != s.Key {
			continue
		}
		old := &before.Scores[k]
		m.Compared++
		m.Tiers += int(num.Indicator(old.Tier != s.Tier))
		m.KeysIn += int(num.Indicator(s.KeyAccount && !old.KeyAccount))
		m.KeysOut += int(num.Indicator(old.KeyAccount && !s.KeyAccount))
	}
	return m
}
