package reports

import (
	"math"

	"mainstay/ingest"
	"mainstay/segment"
)

// scoreBatch is how many rows of the score file are made at once.
const scoreBatch = 4 * parquetBatch

// Scores is the score file: one row per customer and prospect, sorted by key bytes. has says which
// optional measures the export had; columns of the others are null.
func Scores(res *segment.Result, has ingest.Has) *Stream {
	table := func(room *Table, s []segment.Score) *Table { return scoreTable(room, s, res, has) }
	return &Stream{Shape: table(&Table{}, nil), Rows: res.Scores.Len(), Batches: batched(res.Scores.Batches(scoreBatch), table)}
}

// scoreTable is some rows of the score file, in the memory of a table of others.
func scoreTable(room *Table, s []segment.Score, res *segment.Result, has ingest.Has) *Table {
	b := newColumnsIn(room, "scores", len(s))
	b.key("customer_id", "the customer's key, exactly as in the export (a float 17850.0 is 17850)", func(i int) string { return s[i].Key })
	b.keys()
	b.text("name", "the customer's name, where an input carries one", func(i int) string { return s[i].Name })
	b.keys()
	b.date("as_of", "everything in the row follows from what happened on or before this day", func(int) ingest.Day { return res.Clock.AsOf })
	b.text("parent", "the buying group, from the accounts table", func(i int) string { return s[i].Parent })
	b.key("relation", "active (at risk), lapsed, prospect, never_bought (rows, but no purchase day)", func(i int) string { return s[i].Relation })
	b.text("state", "the state of the Markov chain on the as-of date", func(i int) string { return s[i].State })
	b.boolean("at_risk", "had a purchase day within one churn horizon before the as-of date, or has a contract in force, and can therefore be lost", func(i int) bool { return s[i].AtRisk })
	scoreBehaviour(b, s, res)
	scoreRisk(b, s, res)
	scoreValue(b, s, res)
	scoreDecision(b, s)
	scoreHistory(b, s, res, has)
	scoreAttributes(b, s, res)
	scoreReasons(b, s)
	scoreDecline(b, s, res)
	return &b.t
}

// bought returns the profile of a customer with at least one purchase day, else nil.
func bought(s *segment.Score) *segment.Profile {
	if s.Profile == nil || s.Profile.Frequency == 0 {
		return nil
	}
	return s.Profile
}

func scoreBehaviour(b *columns, s []segment.Score, res *segment.Result) {
	b.integerOr("recency_days", "days since the last purchase day; null without one", func(i int) (int64, bool) {
		p := bought(&s[i])
		if p == nil {
			return 0, false
		}
		return int64(p.RecencyDays(res.Clock.AsOf)), true
	})
	b.integer("frequency", "purchase days in all history", func(i int) int64 {
		if p := bought(&s[i]); p != nil {
			return int64(p.Frequency)
		}
		return 0
	})
	b.decimalOr("monetary", "net revenue (sales plus returns) in all history; the column adds up to money.used of the manifest", res.Scale, func(i int) (int64, bool) {
		if s[i].Profile == nil {
			return 0, false
		}
		return s[i].Profile.Net(), true
	})
}

func scoreRisk(b *columns, s []segment.Score, res *segment.Result) {
	b.float("churn_probability", "probability of no purchase day within the churn horizon after the as-of date; null unless at risk", func(i int) float64 { return s[i].Churn })
	b.float("churn_probability_low", "lower end of its interval (at the configured level, 90 % by default)", func(i int) float64 { return s[i].ChurnLow })
	b.float("churn_probability_high", "upper end of its interval", func(i int) float64 { return s[i].ChurnHigh })
	b.integer("churn_horizon_days", "the churn horizon in days", func(int) int64 { return int64(res.Clock.Horizon) })
	b.float("return_probability", "lapsed customers: probability of a purchase day within one churn horizon; null otherwise", func(i int) float64 { return s[i].Return })
}

func scoreValue(b *columns, s []segment.Score, res *segment.Result) {
	money := func(name, doc string, f func(s *segment.Score) float64) {
		b.estimate(name, doc, res.Scale, func(i int) float64 { return f(&s[i]) })
	}
	money("value_12m", "expected value of the next 12 months, in the value basis; null for prospects", func(s *segment.Score) float64 { return s.Value12 })
	money("value_12m_low", "lower end of its interval (at the configured level, 90 % by default)", func(s *segment.Score) float64 { return s.Value12Low })
	money("value_12m_high", "upper end of its interval", func(s *segment.Score) float64 { return s.Value12High })
	money("value_residual", "expected discounted value of all the future, in the value basis", func(s *segment.Score) float64 { return s.Residual })
	money("value_at_risk", "value_12m with attrition switched off from the as-of state, minus value_12m", func(s *segment.Score) float64 { return s.ValueAtRisk })
	b.key("value_basis", "what value means in this run: margin or revenue", func(int) string { return res.Basis })
	b.float("value_score", "0 to 100: percentile of value_12m among the customers at risk, 100 · (number below + ½ number equal) ÷ number at risk; the lapsed stand on the same scale; null where value_12m is", func(i int) float64 { return s[i].ValueScore })
	b.decimalOr("realised_12m", "value of the trailing 12 months, in the value basis; null for prospects", res.Scale, func(i int) (int64, bool) {
		return s[i].Realised12, s[i].Profile != nil
	})
}

func scoreDecision(b *columns, s []segment.Score) {
	var models modelNames
	b.boolean("key_account", "selected by the key-account rule", func(i int) bool { return s[i].KeyAccount })
	b.text("tier", "recommended service tier", func(i int) string { return s[i].Tier })
	b.text("tier_reason", "why this tier, in a few words", func(i int) string { return s[i].TierReason })
	for k := range reasonColumns {
		b.text(reasonColumns[k], "what drives the churn probability, strongest first: code, colon, words; null where fewer", func(i int) string { return s[i].Reasons[k] })
	}
	b.text("model", "the models behind churn and value, as churn|value; a naive rule where no model is certified; for the lapsed what their return was learnt from (returns or chain); null for prospects and never_bought", func(i int) string { return models.of(&s[i]) })
	b.boolean("certified", "both champions won a tournament against at least one other certified candidate; false unless at risk", func(i int) bool { return s[i].Certified })
}

// reasonColumns names the columns of Score.Reasons.
var reasonColumns = [...]string{"reason_1", "reason_2", "reason_3"}

// modelNames joins the names of the models that scored rows.
type modelNames struct{ churn, value, joined string }

// of is "churn|value", one side empty where only the other model scored the row; "" where none did.
func (n *modelNames) of(s *segment.Score) string {
	if s.ChurnModel == "" && s.ValueModel == "" {
		return ""
	}
	if n.churn != s.ChurnModel || n.value != s.ValueModel || n.joined == "" {
		*n = modelNames{s.ChurnModel, s.ValueModel, s.ChurnModel + "|" + s.ValueModel}
	}
	return n.joined
}

// scoreHistory adds what the customer's own cells say.
func scoreHistory(b *columns, s []segment.Score, res *segment.Result, has ingest.Has) {
	day := func(name, doc string, f func(p *segment.Profile) ingest.Day) {
		b.dateOr(name, doc, func(i int) (ingest.Day, bool) {
			p := bought(&s[i])
			if p == nil {
				return 0, false
			}
			return f(p), true
		})
	}
	money := func(name, doc string, known bool, f func(p *segment.Profile) int64) {
		b.decimalOr(name, doc, res.Scale, func(i int) (int64, bool) {
			if s[i].Profile == nil || !known {
				return 0, false
			}
			return f(s[i].Profile), true
		})
	}
	gap := func(name, doc string, f func(p *segment.Profile) float64) {
		b.float(name, doc, func(i int) float64 {
			if p := s[i].Profile; p != nil {
				return f(p)
			}
			return math.NaN()
		})
	}
	day("first_purchase", "first purchase day in the export", func(p *segment.Profile) ingest.Day { return p.First })
	day("last_purchase", "last purchase day", func(p *segment.Profile) ingest.Day { return p.Last })
	b.integerOr("tenure_days", "days since the first purchase day", func(i int) (int64, bool) {
		p := bought(&s[i])
		if p == nil {
			return 0, false
		}
		return int64(res.Clock.AsOf - p.First), true
	})
	b.booleanOr("tenure_truncated", "the first purchase lies within one horizon of the export's first day: tenure is at least tenure_days", func(i int) (bool, bool) {
		p := bought(&s[i])
		return p != nil && p.LeftTruncated, p != nil
	})
	b.integerOr("orders", "orders in all history; null without an order id", func(i int) (int64, bool) {
		if s[i].Profile == nil || !has.Orders {
			return 0, false
		}
		return s[i].Profile.Orders, true
	})
	b.decimalOr("units", "net units in all history; null without units", res.UnitsScale, func(i int) (int64, bool) {
		if s[i].Profile == nil || !has.Units {
			return 0, false
		}
		return s[i].Profile.Units, true
	})
	gap("gap_mean_days", "mean days between consecutive purchase days; null with fewer than two", func(p *segment.Profile) float64 { return p.GapMean })
	gap("gap_sd_days", "their standard deviation; null with fewer than three purchase days", func(p *segment.Profile) float64 { return p.GapSD })
	gap("returns_share", "returns ÷ sales in all history, 0 or more; null without sales", func(p *segment.Profile) float64 { return -float64(p.Returns) / float64(p.Sales) })
	money("revenue_12m", "net revenue of the trailing 12 months", true, func(p *segment.Profile) int64 { return p.Net12 })
	money("revenue_prior_12m", "net revenue of the 12 months before those", true, func(p *segment.Profile) int64 { return p.NetPrior12 })
	money("margin_12m", "margin of the trailing 12 months over the rows whose cost is known; null without costs", has.Cost, func(p *segment.Profile) int64 { return p.Costed12 - p.Cost12 })
}

func scoreAttributes(b *columns, s []segment.Score, res *segment.Result) {
	b.text("manager", "account manager of the latest purchases up to the as-of date, or from the accounts table", func(i int) string { return s[i].Manager })
	b.text("industry", "industry", func(i int) string { return s[i].Industry })
	b.text("region", "region", func(i int) string { return s[i].Region })
	b.text("currency", "currency of every money column; null where the export names none", func(int) string { return res.Currency })
	b.integerOr("accounts", "accounts of the buying group; null unless the unit is the parent", func(i int) (int64, bool) { return int64(s[i].Accounts), s[i].Accounts > 0 })
}

// scoreReasons adds how much each reason weighs, and its Chinese.
func scoreReasons(b *columns, s []segment.Score) {
	for k, name := range reasonColumns {
		b.float(name+"_effect", "what "+name+" adds to the log-odds of leaving, or on the scale that churn.baseline of the manifest names, against the mean customer of training; to hundredths, at most ±20.47; null where the model has no such parts",
			func(i int) float64 { return s[i].Effects[k] })
	}
	var room []byte
	for k, name := range reasonColumns {
		b.text(name+"_zh", name+" in Chinese, without its code", func(i int) string {
			room = appendBecause(room[:0], s[i].Reasons[k])
			return string(room)
		})
	}
}

// scoreDecline adds how likely a decline is.
func scoreDecline(b *columns, s []segment.Score, res *segment.Result) {
	b.float("decline_probability", "probability that the customer brings, over `decline_days` (see `forecast` of the manifest), less than decline_below, or stands on a lower rung of the volume ladder at their end; null unless at risk, for so many days a customer and of a value above 0 in 12 months", func(i int) float64 { return s[i].Decline })
	b.float("decline_probability_low", "lower end of its interval (at the configured level, 90 % by default)", func(i int) float64 { return s[i].DeclineLow })
	b.float("decline_probability_high", "upper end of its interval", func(i int) float64 { return s[i].DeclineHigh })
	b.estimate("decline_below", "the value over `decline_days` below which it is a decline: 1 − decline_share of the usual value, in the value basis", res.Scale, func(i int) float64 { return s[i].DeclineBelow })
}
