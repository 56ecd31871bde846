package reports

import (
	"encoding/json"
	"io"
	"math"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/segment"
)

// ExplainJSON writes the explanation as one JSON document.
func ExplainJSON(w io.Writer, x *Explained) error {
	res := x.Now.Result
	out := explainJSON{
		Schema: ExplainSchema, AsOf: res.Clock.AsOf.String(), ByName: x.Now.ByName, Score: scoreRow(x.Now, x.Has),
		Attributes: []namedValue{}, Models: champions(res), Stored: storedInfo(res), Contracts: x.contractsJSON(), People: x.peopleJSON(), Activities: x.activitiesJSON(), Rows: x.rowsJSON(), History: x.historyJSON(),
		State: stateJSON(x.Now.State), Churn: churnJSON(x.Now.Churn, res), Value: valueJSON(x.Now), Tier: x.tierJSON(),
	}
	for _, a := range x.Now.Attributes {
		out.Attributes = append(out.Attributes, namedValue(a))
	}
	switch {
	case x.Before != nil:
		c := champions(x.Before.Result)
		out.Since = &explainSince{AsOf: x.BeforeDay.String(), Score: scoreRow(x.Before, x.Has), Models: &c}
	case x.BeforeWhy != "":
		out.Since = &explainSince{AsOf: x.BeforeDay.String(), Why: x.BeforeWhy}
	}
	b, err := encodeJSON(out)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// scoreRow is the customer's row of the score file.
func scoreRow(e *segment.Explanation, has ingest.Has) json.RawMessage {
	return appendObject(nil, scoreTable(&Table{}, []segment.Score{*e.Score}, e.Result, has), 0)
}

func (x *Explained) money(v int64) string {
	return string(appendDecimal(nil, v, x.Now.Result.Scale))
}

// unitsText is null where no units are mapped.
func (x *Explained) unitsText(v int64) *string {
	if !x.Has.Units {
		return nil
	}
	s := string(appendDecimal(nil, v, x.Now.Result.UnitsScale))
	return &s
}

func (x *Explained) rowsJSON() explainRows {
	r, scale := x.Rows, x.Now.Result.Scale
	out := explainRows{Stored: x.Stored, Read: r.Read, Used: r.Used, MoneyRead: r.MoneyRead.Format(scale), MoneyUsed: r.MoneyUsed.Format(scale),
		Reasons: []RejectedReason{}, Latest: []explainRow{}, SetAside: []explainRow{}}
	for _, t := range r.Reasons {
		out.Reasons = append(out.Reasons, RejectedReason{t.Reason, t.Kind, t.Rows, t.Money.Format(scale)})
	}
	for i := range r.Latest {
		out.Latest = append(out.Latest, x.rowJSON(&r.Latest[i]))
	}
	for i := range r.SetAside {
		out.SetAside = append(out.SetAside, x.rowJSON(&r.SetAside[i]))
	}
	return out
}

func (x *Explained) rowJSON(r *ingest.CustomerRow) explainRow {
	out := explainRow{File: r.File, Row: r.Row, Order: r.Order, Reason: r.Reason, Column: r.Column, Value: r.Value, Units: x.unitsText(r.Units)}
	if r.HasDay {
		day := r.Day.String()
		out.Day = &day
	}
	if r.HasAmount {
		var total money.Total
		total.Add(r.Amount)
		amount := total.Format(x.Now.Result.Scale)
		out.Amount = &amount
	}
	return out
}

func (x *Explained) historyJSON() *explainHistory {
	h := x.Now.History
	if h == nil {
		return nil
	}
	out := &explainHistory{Days: h.Cells, PurchaseDays: x.Now.Score.Profile.Frequency, UsualGap: number(h.UsualGap), BookGap: number(h.BookGap),
		Latest: []explainDay{}, Months: []explainMonth{}, Year: x.yearJSON(h.Now)}
	if h.WholeBefore {
		before := x.yearJSON(h.Before)
		out.Before = &before
	}
	for _, c := range h.Latest {
		out.Latest = append(out.Latest, explainDay{c.Day.String(), c.Lines, x.money(c.Sales), x.money(c.Returns), x.money(c.Value), x.unitsText(c.Units), c.Purchase})
	}
	for _, m := range h.Months {
		out.Months = append(out.Months, explainMonth{m.End.String(), x.money(m.Net), m.Purchases})
	}
	return out
}

func (x *Explained) yearJSON(y segment.YearSum) explainYear {
	return explainYear{x.money(y.Net), x.money(y.Value), x.money(y.Returns), x.unitsText(y.Units), y.Purchases}
}

func stateJSON(w *segment.StateWhy) *explainState {
	if w == nil {
		return nil
	}
	out := &explainState{State: w.State, Periods: w.Purchase, Own: number(w.Own), Moves: []transitionInfo{}}
	for _, t := range w.Row {
		out.Moves = append(out.Moves, transitionInfo{t.To, t.Count, number(t.P), number(t.Low), number(t.High)})
	}
	return out
}

func churnJSON(w *segment.ChurnWhy, res *segment.Result) *explainChurn {
	if w == nil {
		return nil
	}
	out := &explainChurn{Model: w.Model, Certified: res.ChurnCertified, Mean: number(w.Mean), Before: w.Before}
	if c := w.Contract; c != nil {
		out.Contract = &explainBound{c.Open, c.Held, c.Ending, tableDay(c.Until), number(c.Model), number(c.Chance), number(c.Lapse), number(c.LapseLow), number(c.LapseHigh)}
	}
	if l := w.Linear; l != nil {
		out.Logistic = &explainLinear{l.Baseline.Link, number(l.Baseline.At), number(l.At), number(l.Shrink), termsJSON(l.Terms)}
	}
	if c := w.Chain; c != nil {
		out.Chain = &explainChain{c.State, c.Departures, number(c.Periods), numbers(c.Silence), number(c.SE)}
	}
	if r := w.Rule; r != nil {
		out.Rule = &explainRule{r.From, r.To, r.Everybody, number(r.Rate), number(r.N)}
	}
	if l := w.Latent; l != nil {
		out.Latent = &explainLatent{l.Law, l.Days, l.Tenure, l.Recency, number(l.Alive), number(l.AliveLow), number(l.AliveHigh), number(l.Silent)}
	}
	return out
}

func termsJSON(terms []segment.Term) []explainTerm {
	out := []explainTerm{}
	for _, t := range terms {
		out = append(out, explainTerm{t.Name, t.Reason, number(t.Value), number(t.Mean), number(t.Coef), number(t.Share)})
	}
	return out
}

func valueJSON(e *segment.Explanation) *explainValue {
	w := e.Value
	if w == nil {
		return nil
	}
	out := &explainValue{Model: w.Model, Certified: w.Return == nil && e.Result.ValueCertified, LabelDays: w.LabelDays, Label: number(w.Label), Stayed: number(w.Stayed),
		Residual: &explainResidual{number(w.Residual.Multiplier), number(w.Residual.Survival), w.Residual.ByChain, w.Residual.ByCurve, w.Residual.ByLaw}}
	if s := w.Spend; s != nil {
		out.Spend = &explainSpend{number(s.Visits), number(s.VisitsStayed), s.Periods, number(s.Own), number(s.Book), number(s.Z), number(s.Worth), s.ByDay, number(s.Alive)}
	}
	if l := w.Life; l != nil {
		out.Life = &explainLife{number(l.Days), number(l.Year), number(l.Median), number(l.Alive), termsJSON(l.Terms)}
	}
	if h := w.Hurdle; h != nil {
		out.Hurdle = &explainHurdle{Buys: number(h.Buys), Back: number(h.Back), Mean: number(h.Mean), Terms: termsJSON(h.Terms), Labels: []explainLabel{}}
		for _, l := range h.Labels {
			out.Hurdle.Labels = append(out.Hurdle.Labels, explainLabel{number(l.Length), number(l.Active), number(l.Value)})
		}
	}
	if r := w.Return; r != nil {
		out.Return = &explainReturn{r.Silence, number(r.Rate), number(r.Mean), number(r.Slope), number(r.Own), number(r.OwnMean), number(r.Most)}
	}
	if b := w.Band; b != nil {
		out.Band = &explainBand{number(b.UpTo), number(b.Low), number(b.High)}
	}
	return out
}

func (x *Explained) tierJSON() explainTier {
	s, w := x.Now.Score, x.Now.Tier
	out := explainTier{Tier: s.Tier, Reason: s.TierReason, ByValue: w.ByValue, Threatened: w.Threatened, Rank: w.Rank, Of: w.Of, Larger: number(w.Larger),
		Steps: []explainStep{}, Churn: number(w.Churn), RiskFrom: number(w.RiskFrom),
		KeyAccount: explainKeyAccount{Selected: w.Key.Selected, Rule: w.Key.Rule, Rank: w.Key.Rank, Of: w.Key.Of, Chosen: w.Key.Chosen, Conditions: []explainCondition{}}}
	for _, step := range w.Steps {
		out.Steps = append(out.Steps, explainStep{step.Tier, number(step.From), number(step.Missing)})
	}
	k := &out.KeyAccount
	if w.Key.ByRank && s.AtRisk && w.Key.From != math.MaxInt64 {
		from, missing := x.money(w.Key.From), x.money(w.Key.From-s.Realised12)
		k.From, k.Missing = &from, &missing
	}
	for _, c := range w.Key.Conditions {
		k.Conditions = append(k.Conditions, explainCondition(c))
	}
	return out
}
