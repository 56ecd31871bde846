package segment

import (
	"math"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress/spend"
)

// warn adds what a reader must know before using the numbers.
func (a *analysis) warn() {
	r, m := a.result, a.stored
	add := func(code, message string) { r.Warnings = append(r.Warnings, num.Warning{Code: code, Message: message}) }
	r.Warnings = append(r.Warnings, a.reuseWarnings()...)
	if math.IsNaN(a.Clock.MedianGap) {
		add(num.WarnNoRepeatBuyers, "nobody bought on two days; rhythm, churn and value are guesses: give a longer history")
	}
	if m := r.Accounts; m.Given && m.Matched == 0 && a.Profiles.Len() > 0 {
		add(warnAccounts, "no customer is in the accounts table: check its key column (--accounts-key) and that both write keys alike; all its rows count as prospects")
	}
	for _, note := range a.Ledger.Tally.ExclusionNotes() {
		add(warnExcluded, note)
	}
	for _, s := range a.Ledger.Suspects(a.Clock.AsOf, a.Threads) {
		add(warnSuspect, s.String())
	}
	r.Warnings = append(r.Warnings, tableWarnings(r.Tables)...)
	if m.Churn.Name == "" {
		add(num.WarnHorizonShort, "the history is shorter than one churn horizon, so no churn could be observed: set churn_horizon_days, or give a longer history")
	}
	switch short := "; a longer history, or a shorter churn_horizon_days, lets models compete"; {
	case !m.Churn.Contested && !m.Value.Contested && m.Churn.Why == m.Value.Why:
		add(num.WarnHorizonShort, m.Churn.Why+short)
	default:
		if !m.Churn.Contested {
			add(num.WarnHorizonShort, "churn: "+m.Churn.Why)
		}
		if !m.Value.Contested {
			add(num.WarnHorizonShort, "value: "+m.Value.Why)
		}
	}
	for _, c := range r.Contests {
		if contested := c.Target == targetChurn && m.Churn.Contested || c.Target == targetValue && m.Value.Contested; contested && !c.Certified && !unsuited(c.Note) {
			add(warnNotCertified, c.Target+" candidate "+c.Candidate+" was not used: "+c.Note)
		}
	}
	if a.label < valueYear {
		add(warnExtrapolated, "12-month values are extrapolated from a backtest over "+plural(a.label, "day", "days")+"; they are tested over 12 months once the history is longer")
	}
	if a.Basis == Margin {
		if gone := Uncosted12(a.Profiles); gone != 0 {
			add(warnUncosted, "trailing-12-month net of "+compact(a.money(gone))+" has no known cost and counts as no margin")
		}
	}
}

// unsuited says that a candidate took no part because the book is not of its kind: too small, too short, or against what the model
// assumes. That is as it should be and no failure, so that no run warns of it every night; the manifest has the reason.
func unsuited(note string) bool {
	if rest, missed := strings.CutPrefix(note, foldOf); missed { // in too many folds (see contest.bar)
		_, note, _ = strings.Cut(rest, ": ")
	}
	code, _, _ := strings.Cut(note, ": ")
	switch code {
	case num.WarnTooFew, num.WarnHorizonShort, num.WarnBoundary, num.WarnNoRepeatBuyers, spend.WarnDependent, spend.WarnNoMean, spend.WarnNotPositive:
		return true
	}
	return false
}

// Warning codes of this package, beside those of num.
const (
	warnNotCertified = "not-certified" // a candidate that did not take part
	warnExtrapolated = "extrapolated"  // a horizon beyond what was backtested
	warnUncosted     = "uncosted"      // revenue whose cost is unknown
	warnAccounts     = "accounts"      // an accounts table that fits nobody
	warnExcluded     = "excluded"      // entries of exclude lists that meet no customer
	warnSuspect      = "suspect-customer"
)
