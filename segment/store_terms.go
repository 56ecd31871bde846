package segment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest"
)

// Terms are what the data must have in common with what a model was learnt from: else its numbers mean something else.
type Terms struct {
	Unit                         string // what a customer is: customer or parent
	Currency                     string
	Basis                        string // of value: margin or revenue
	ZeroDays                     bool   // days of only zero amounts count as purchase days
	Contracts                    bool   // there is a table of contracts
	Period                       Period
	HorizonDays                  int // churn horizon
	ValueLabelDays               int // what the backtest judges values over
	DeclineLabelDays             int
	DeclineShare                 float64
	Ladder                       bool // a lower rung is a decline: there are units
	Level                        float64
	States                       []string // of the relationship
	GrowingFrom, EstablishedFrom int      // purchase periods from which on a customer is growing, and established
	Attributes                   []string // model_attributes
	Static                       []string // those of the accounts that never change
	Activities                   []string // kinds that the models use; empty = all
}

// terms are those of a book.
func (b *study) terms() Terms {
	return Terms{
		Unit: b.unitOf(), Currency: b.Ledger.Currency, Basis: b.Basis, ZeroDays: b.Ledger.ZeroDays, Contracts: b.held != nil,
		Period: b.Clock.Period, HorizonDays: b.Clock.Horizon, ValueLabelDays: b.label, DeclineLabelDays: b.declineDays,
		DeclineShare: b.Config.DeclineShare, Ladder: b.climber != nil, Level: b.Config.Level,
		States: b.states.Names, GrowingFrom: growingFrom, EstablishedFrom: establishedFrom,
		Attributes: b.Config.ModelAttributes, Static: b.Config.Static, Activities: b.Config.ModelActivities,
	}
}

// unitOf is what a customer of the book is.
func (b *Book) unitOf() string {
	if b.Accounts != nil && b.Accounts.Members != nil {
		return ingest.UnitParent
	}
	return ingest.UnitCustomer
}

// IncompatibleError says that a stored model does not suit the data or the settings. It unwraps to an *ingest.ConfigError.
type IncompatibleError struct{ Msg, Do string }

func (e *IncompatibleError) Error() string { return e.Msg + "; " + e.Do }

// Unwrap makes it an error of the settings.
func (e *IncompatibleError) Unwrap() error { return &ingest.ConfigError{Msg: e.Error()} }

// incompatible says what to do, and what is wrong.
func incompatible(do, format string, args ...any) error {
	return &IncompatibleError{fmt.Sprintf(format, args...), do}
}

// configure gives a configuration the terms of the model, where it leaves them open (at its default); where it says something else that is an
// *IncompatibleError.
func (t *Terms) configure(c Config) (Config, error) {
	d := DefaultConfig()
	for _, s := range []struct {
		key              string
		set, open, model any
		adopt            func()
	}{
		{"period", c.Period, d.Period, t.Period.String(), func() { c.Period = t.Period.String() }},
		{"churn_horizon_days", c.ChurnHorizon, d.ChurnHorizon, t.HorizonDays, func() { c.ChurnHorizon = t.HorizonDays }},
		{"value_basis", c.ValueBasis, d.ValueBasis, t.Basis, func() {}}, // the data must have it: see met
		{"level", c.Level, d.Level, t.Level, func() { c.Level = t.Level }},
		{"decline_share", c.DeclineShare, d.DeclineShare, t.DeclineShare, func() { c.DeclineShare = t.DeclineShare }},
		{"model_attributes", texts(c.ModelAttributes), "", texts(t.Attributes), func() { c.ModelAttributes = t.Attributes }},
		{"model_activities", texts(c.ModelActivities), "", texts(t.Activities), func() { c.ModelActivities = t.Activities }},
	} {
		switch {
		case s.set == s.open || s.set == "": // "" is auto
			s.adopt()
		case s.set != s.model:
			return c, incompatible("leave "+s.key+" out to score with the model's, or fit without --model", "the model was learnt with %s %v, the settings say %v", s.key, or(s.model), or(s.set))
		}
	}
	if len(c.Static) == 0 {
		c.Static = t.Static
	}
	return c, nil
}

func texts(list []string) string { return strings.Join(list, ", ") }

// or names what is nothing.
func or(v any) any {
	if v == "" {
		return "none"
	}
	return v
}

// met says where a book, opened with the settings that configure gives, differs from the model's terms: an *IncompatibleError, nil where it does not. auto are the
// settings as they were given.
func (t *Terms) met(b *study, auto Config) error {
	now := b.terms()
	differ := func(what string, model, data any, do string) error {
		return incompatible(do, "the model was learnt with %s, the data has %s", fmt.Sprintf(what, or(model)), fmt.Sprintf(what, or(data)))
	}
	if err := t.rhythm(b, auto); err != nil {
		return err
	}
	fit := "give the data that the model is of, or fit without --model"
	named := map[bool]string{true: "contracts", false: "no contracts"}
	counts := map[bool]string{true: "count", false: "ignore"}
	switch {
	case t.Unit != now.Unit:
		return differ("customers by unit %v", t.Unit, now.Unit, "set --unit "+t.Unit+", or fit without --model")
	case t.Currency != now.Currency:
		return differ("amounts in currency %v", t.Currency, now.Currency, "convert the amounts (docs/config.md, rates), or fit without --model")
	case t.Basis != now.Basis:
		return differ("value by %v", t.Basis, now.Basis, "set --value-basis "+t.Basis+" if the data has what it takes, or fit without --model")
	case t.ZeroDays != now.ZeroDays:
		return differ("--zero-days=%v", counts[t.ZeroDays], counts[now.ZeroDays], "set --zero-days="+counts[t.ZeroDays])
	case t.Contracts != now.Contracts:
		return differ("%v", named[t.Contracts], named[now.Contracts], map[bool]string{true: "give --contracts, or fit without --model", false: "leave --contracts out, or fit without --model"}[t.Contracts])
	case t.Period != now.Period:
		return differ("period %v", t.Period, now.Period, fit)
	case t.HorizonDays != now.HorizonDays:
		return differ("a churn horizon of %v days", t.HorizonDays, now.HorizonDays, fit)
	case t.GrowingFrom != growingFrom || t.EstablishedFrom != establishedFrom || !slices.Equal(t.States, now.States):
		return incompatible("fit without --model", "the model was learnt with the states %s (growing from %d purchase periods on, established from %d), the data has %s (%d, %d)",
			texts(t.States), t.GrowingFrom, t.EstablishedFrom, texts(now.States), growingFrom, establishedFrom)
	}
	return nil
}

// rhythm holds the data's own period and horizon, where they were left to it, against the model's. A horizon follows the median gap from night to night; by more than
// twice or less than half it is of another business.
func (t *Terms) rhythm(b *study, auto Config) error {
	if _, set := parsePeriod(auto.Period); !set {
		if own, _ := choosePeriod(b.Clock.MedianGap, "auto"); own != t.Period {
			return incompatible("fit without --model, or say that the model's is meant with --period "+t.Period.String(),
				"the model was learnt with periods of a %s, this data's customers buy by the %s (median gap %g days)", t.Period, own, b.Clock.MedianGap)
		}
	}
	if auto.ChurnHorizon == 0 {
		if own, why := chooseHorizon(b.Clock.MedianGap, b.Clock.Span(), 0); own > 2*t.HorizonDays || 2*own < t.HorizonDays {
			return incompatible(fmt.Sprintf("fit without --model, or say that the model's is meant with --churn-horizon %d", t.HorizonDays),
				"the model was learnt with a churn horizon of %d days, this data's own is %d (%s)", t.HorizonDays, own, why)
		}
	}
	return nil
}

// checkSchema reads nothing but the version.
func checkSchema(b []byte) error {
	var head struct{ Schema string }
	if len(b) > mostStored {
		return fmt.Errorf("it has %d bytes; expected at most %d", len(b), mostStored)
	}
	name, _, _ := strings.Cut(StoredSchema, "/")
	t := json.NewDecoder(strings.NewReader(string(b[:min(len(b), 512)])))
	for range 3 { // { "schema" "…"
		token, err := t.Token()
		if err != nil {
			return fmt.Errorf("it is not a model as mainstay writes it: %w", err)
		}
		head.Schema, _ = token.(string)
	}
	var version int
	if _, err := fmt.Sscanf(head.Schema, name+"/%d", &version); err != nil || version < 1 {
		return fmt.Errorf("it is not a model as mainstay writes it: its first field must be schema, %q", StoredSchema)
	}
	var own int
	fmt.Sscanf(StoredSchema, name+"/%d", &own)
	switch {
	case version > own:
		return fmt.Errorf("it has schema %s and this mainstay reads %s: it was written by a newer mainstay, use that, or fit again", head.Schema, StoredSchema)
	case version < own:
		return fmt.Errorf("it has schema %s and this mainstay reads %s: it was written by an older mainstay, fit again", head.Schema, StoredSchema)
	}
	return nil
}
