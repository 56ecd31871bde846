package reports

import (
	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
	"mainstay/segment"
)

// calibrationLevel is the level of the intervals of observed rates.
const calibrationLevel = 0.95

// Tables are the tables of a replay.
func (x *Replay) Tables() []*Table {
	return []*Table{x.outcomes(), x.runs(), x.calibration(), x.keyAccounts()}
}

// outcomes is one row per run and forecast.
func (x *Replay) outcomes() *Table {
	o := x.Outcomes
	b := newColumns("replay", len(o))
	float := func(name, doc string, f func(o *segment.Outcome) float64) {
		b.float(name, doc, func(i int) float64 { return f(&o[i]) })
	}
	keys := func(name, doc string, closed bool, which func(k *segment.KeyOutcome) bool) {
		b.integerOr(name, doc, func(i int) (int64, bool) {
			n := int64(0)
			for k := range o[i].Keys {
				if which(&o[i].Keys[k]) {
					n++
				}
			}
			return n, o[i].Target == targetChurn && (o[i].Closed || !closed)
		})
	}
	b.date("as_of", "the run's as-of date", func(i int) ingest.Day { return o[i].AsOf })
	b.key("run", "the run that forecast", func(i int) string { return o[i].Run })
	b.key("target", "churn (customers), decline (customers), value_label (money over the length the backtest judges, customers at risk), value_12m (money over 365 days, all customers)", func(i int) string { return o[i].Target })
	b.integer("days", "length of the forecast in days", func(i int) int64 { return int64(o[i].Days) })
	b.date("until", "last day of the forecast", func(i int) ingest.Day { return o[i].Until })
	b.boolean("closed", "the data reach so far; columns of what came are null where they do not", func(i int) bool { return o[i].Closed })
	b.integer("n", "customers the forecast is about", func(i int) int64 { return int64(o[i].N) })
	float("predicted", "expected leavers, or decliners, or value in money units", func(o *segment.Outcome) float64 { return o.Predicted })
	float("predicted_low", "lower end of its interval; null without a tournament", func(o *segment.Outcome) float64 { return o.Low })
	float("predicted_high", "upper end of its interval", func(o *segment.Outcome) float64 { return o.High })
	float("actual", "what came", func(o *segment.Outcome) float64 { return o.Actual })
	float("bias", "predicted ÷ actual − 1", func(o *segment.Outcome) float64 { return o.Bias })
	b.booleanOr("inside", "what came lies in the interval", func(i int) (bool, bool) { return o[i].Inside() })
	float("auc", "churn, decline: area under the ROC curve", func(o *segment.Outcome) float64 { return o.AUC })
	float("log_loss", "churn, decline: log loss", func(o *segment.Outcome) float64 { return o.LogLoss })
	float("brier", "churn, decline: mean squared error of the probabilities", func(o *segment.Outcome) float64 { return o.Brier })
	float("rmse", "value_12m: root mean squared error by customer, in money units", func(o *segment.Outcome) float64 { return o.RMSE })
	float("top_capture", "value_12m: value held by the predicted top tenth ÷ value held by the true top tenth", func(o *segment.Outcome) float64 { return o.Capture })
	float("coverage", "value_12m: share of customers whose value came within their own interval", func(o *segment.Outcome) float64 { return o.Coverage })
	keys("key_accounts", "churn: key accounts at risk", false, func(*segment.KeyOutcome) bool { return true })
	keys("key_warned", "churn: of them warned: probability at least twice the mean, or at least high_risk", false, func(k *segment.KeyOutcome) bool { return k.Warned })
	keys("key_lost", "churn: of them lost: no purchase day within the horizon", true, func(k *segment.KeyOutcome) bool { return k.Lost })
	keys("key_warned_lost", "churn: warned, and lost", true, func(k *segment.KeyOutcome) bool { return k.Warned && k.Lost })
	b.text("model", "the champion that forecast", func(i int) string { return o[i].Model })
	b.boolean("certified", "it had won a tournament", func(i int) bool { return o[i].Certified })
	return &b.t
}

// runs is one row per run: its champions, and what moved since the one before.
func (x *Replay) runs() *Table {
	p := x.Published
	b := newColumns("replay_runs", len(p))
	count := func(name, doc string, which func(s *segment.PublishedScore) bool) {
		b.integer(name, doc, func(i int) (n int64) {
			for k := range p[i].Scores {
				if which(&p[i].Scores[k]) {
					n++
				}
			}
			return n
		})
	}
	moves := make([]segment.Moves, len(p))
	for i := 1; i < len(p); i++ {
		moves[i] = segment.CompareTiers(p[i-1], p[i])
	}
	moved := func(name, doc string, f func(m segment.Moves) int) {
		b.integerOr(name, doc, func(i int) (int64, bool) { return int64(f(moves[i])), i > 0 })
	}
	b.date("as_of", "the run's as-of date", func(i int) ingest.Day { return p[i].AsOf })
	b.key("run", "the run's folder", func(i int) string { return p[i].Run })
	b.key("id", "its id", func(i int) string { return p[i].ID })
	count("customers", "customers of the run, prospects not counted", func(s *segment.PublishedScore) bool { return !s.Prospect })
	count("at_risk", "of them at risk", func(s *segment.PublishedScore) bool { return s.AtRisk })
	count("key_accounts", "key accounts", func(s *segment.PublishedScore) bool { return s.KeyAccount })
	b.integer("churn_horizon_days", "the run's churn horizon", func(i int) int64 { return int64(p[i].Horizon) })
	b.text("churn_model", "the churn champion", func(i int) string { return p[i].ChurnModel })
	b.boolean("churn_certified", "it won a tournament", func(i int) bool { return p[i].ChurnCertified })
	b.text("value_model", "the value champion", func(i int) string { return p[i].ValueModel })
	b.boolean("value_certified", "it won a tournament", func(i int) bool { return p[i].ValueCertified })
	moved("compared", "customers and prospects also in the run before; null for the first", func(m segment.Moves) int { return m.Compared })
	moved("tiers_moved", "of them in another tier than there", func(m segment.Moves) int { return m.Tiers })
	moved("key_in", "of them key accounts now and not there", func(m segment.Moves) int { return m.KeysIn })
	moved("key_out", "of them key accounts there and not now", func(m segment.Moves) int { return m.KeysOut })
	return &b.t
}

// calibrationRow is one bin; asOf is only meaningful when of one run.
type calibrationRow struct {
	outcome *segment.Outcome // nil: all closed together
	bin     int
	evaluate.Bin
}

// calibration is the closed churn forecasts by quantile of the probability, each run's and all together.
func (x *Replay) calibration() *Table {
	var rows []calibrationRow
	for i := range x.Outcomes {
		for k, b := range x.Outcomes[i].Calibration {
			rows = append(rows, calibrationRow{&x.Outcomes[i], k + 1, b})
		}
	}
	for k, b := range segment.PooledCalibration(x.Outcomes) {
		rows = append(rows, calibrationRow{nil, k + 1, b})
	}
	b := newColumns("replay_calibration", len(rows))
	b.dateOr("as_of", "the run's as-of date; null: all closed runs together, where a customer counts at every date", func(i int) (ingest.Day, bool) {
		if rows[i].outcome == nil {
			return 0, false
		}
		return rows[i].outcome.AsOf, true
	})
	b.integer("bin", "from the least probability up", func(i int) int64 { return int64(rows[i].bin) })
	b.integer("n", "customers at risk", func(i int) int64 { return int64(rows[i].N) })
	b.float("predicted", "mean churn probability", func(i int) float64 { return rows[i].Predicted })
	b.float("observed", "share that left", func(i int) float64 { return rows[i].Observed })
	wilson := func(i int) (low, high float64) {
		n := float64(rows[i].N)
		return num.Wilson(rows[i].Observed*n, n, calibrationLevel)
	}
	b.float("observed_low", "lower end of its 95 % interval (Wilson)", func(i int) float64 { low, _ := wilson(i); return low })
	b.float("observed_high", "upper end of its 95 % interval", func(i int) float64 { _, high := wilson(i); return high })
	return &b.t
}

// keyAccounts is one row per run and key account at risk.
func (x *Replay) keyAccounts() *Table {
	type row struct {
		o *segment.Outcome
		k *segment.KeyOutcome
	}
	var rows []row
	for i := range x.Outcomes {
		for k := range x.Outcomes[i].Keys {
			rows = append(rows, row{&x.Outcomes[i], &x.Outcomes[i].Keys[k]})
		}
	}
	b := newColumns("replay_key_accounts", len(rows))
	b.date("as_of", "the run's as-of date", func(i int) ingest.Day { return rows[i].o.AsOf })
	b.key("customer_id", "the customer's key", func(i int) string { return rows[i].k.Key })
	b.text("name", "the customer's name", func(i int) string { return rows[i].k.Name })
	b.float("churn_probability", "as the run published it", func(i int) float64 { return rows[i].k.Churn })
	b.boolean("warned", "at least twice the mean of the customers at risk, or at least high_risk", func(i int) bool { return rows[i].k.Warned })
	b.booleanOr("lost", "no purchase day within the churn horizon; null while it is open", func(i int) (bool, bool) { return rows[i].k.Lost, rows[i].o.Closed })
	b.float("value_12m", "expected value as the run published it, in money units", func(i int) float64 { return rows[i].k.Value12 })
	b.float("came", "value that came within the churn horizon, in money units; null while it is open", func(i int) float64 { return rows[i].k.Came })
	return &b.t
}
