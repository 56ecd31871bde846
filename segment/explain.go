package segment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
	"mainstay/ingest/table"
)

// Explanation is what a run knows about one member of the book, and why its score is what it is. The
// score is the run's own: Explain computes the whole analysis and reads the member out of it. Money in
// integers is at Result.Scale, in floats in money units. Parts that do not apply are nil.
type Explanation struct {
	Result     *Result
	Score      *Score
	ByName     bool // the customer was asked for by name, not by key
	Attributes []NamedValue
	Beside     *Beside
	History    *History // nil for a prospect
	State      *StateWhy
	Churn      *ChurnWhy // customers at risk where anything is known
	Value      *ValueWhy // nil where no model speaks of the member
	Tier       *TierWhy
}

// NamedValue is an attribute of the member, as text.
type NamedValue struct{ Name, Value string }

// UnknownCustomerError says that nobody of the book has the key or name asked for. It unwraps to an
// *ingest.ConfigError.
type UnknownCustomerError struct{ Msg string }

func (e *UnknownCustomerError) Error() string { return e.Msg }

// Unwrap makes it an error of the command line.
func (e *UnknownCustomerError) Unwrap() error { return &ingest.ConfigError{Msg: e.Msg} }

// Explain is Analyse, and why the score of one member is what it is. who is a key, to the byte, or the
// name of exactly one member; anybody else is an *UnknownCustomerError, found before the models are
// fitted. cells is how many of the latest day cells are listed. Other errors are those of Analyse.
func Explain(ctx context.Context, l *ingest.Ledger, in *table.Inputs, cfg Config, threads int, progress Progress, who string, cells int) (e *Explanation, err error) {
	defer l.Recover(&err)
	a, err := newAnalysis(ctx, l, in, cfg, threads, progress)
	if err != nil {
		return nil, err
	}
	m, byName, err := a.find(who)
	if err != nil {
		return nil, err
	}
	if err := a.run(ctx, progress); err != nil {
		return nil, err
	}
	return a.explain(m, byName, cells)
}

func (a *analysis) explain(m int, byName bool, cells int) (*Explanation, error) {
	scores := a.result.Scores.(*bookScores)
	defer scores.Close()
	e := &Explanation{Result: a.result, ByName: byName, Attributes: a.attributesOf(m), Beside: a.besides(m, cells)}
	var err error
	if e.Score, err = scores.at(m); err != nil {
		return nil, err
	}
	e.Tier = a.explainTier(e.Score, m)
	if pr := a.Profile(m); pr != nil {
		e.History = a.history(pr, cells)
	}
	if e.Score.Relation == relationProspect || e.Score.Relation == relationNeverBought {
		return e, nil
	}
	p, i := a.todayOf(m)
	e.State = a.explainState(&p.Subjects[i])
	if p.Subjects[i].atRisk {
		e.Churn = a.explainChurn(p, i)
	}
	e.Value = a.explainValue(p, i, e.Score)
	return e, nil
}

// attributesOf lists what is known about a member beside its name and parent: the accounts' columns, then
// the side tables, without those that are empty.
func (b *Book) attributesOf(m int) []NamedValue {
	var names []string
	if b.Accounts != nil {
		for i := range b.Accounts.Attributes {
			names = append(names, b.Accounts.Attributes[i].Name)
		}
	}
	for _, s := range b.Ledger.Sides {
		if !slices.ContainsFunc(names, func(n string) bool { return identifier(n) == identifier(s.Role) }) {
			names = append(names, s.Role)
		}
	}
	var out []NamedValue
	for _, name := range names {
		if identifier(name) == "name" {
			continue
		}
		if v := b.describedAttribute(name).one(m); v != "" {
			out = append(out, NamedValue{name, v})
		}
	}
	return out
}

// find is the member of that key or, where there is none, of that name, compared as people write names
// (see spelling.Normal).
func (b *Book) find(who string) (m int, byName bool, err error) {
	for m := range b.Members() {
		if string(b.Key(m)) == who {
			return m, false, nil
		}
	}
	names := b.attribute("name")
	want := spelling.Normal(who)
	var same []int
	for m := range b.Members() {
		if want != "" && spelling.Normal(names.at(m)) == want {
			same = append(same, m)
		}
	}
	if len(same) == 1 {
		return same[0], true, nil
	}
	all := make([]string, b.Members())
	for m := range all {
		all[m] = names.at(m)
	}
	return 0, false, b.unknownCustomer(who, want, all, same)
}

// maxCandidates is how many customers an error offers.
const maxCandidates = 5

// unknownCustomer names those who may have been meant: all of the same name, those whose key or name holds
// what was asked for, the nearest key, the nearest name.
func (b *Book) unknownCustomer(who, want string, names []string, same []int) error {
	msg := fmt.Sprintf("there is no customer %q as of %s", who, b.Clock.AsOf)
	if len(same) > 1 {
		msg = fmt.Sprintf("%d customers are named %q: give a key", len(same), who)
	}
	meant := same
	keys := make([]string, b.Members())
	for m := range keys {
		keys[m] = string(b.Key(m))
		if len(same) == 0 && want != "" && (strings.Contains(spelling.Normal(keys[m]), want) || strings.Contains(spelling.Normal(names[m]), want)) {
			meant = append(meant, m)
		}
	}
	if len(meant) == 0 {
		for _, list := range [][]string{keys, names} {
			for _, m := range spelling.AllNearest(who, list, maxCandidates) {
				if !slices.Contains(meant, m) {
					meant = append(meant, m)
				}
			}
		}
	}
	if len(meant) == 0 {
		return &UnknownCustomerError{msg + "; the keys are in the score file of a run, customer_id"}
	}
	slices.SortFunc(meant, func(x, y int) int { return strings.Compare(keys[x], keys[y]) })
	var offers []string
	for _, m := range meant[:min(len(meant), maxCandidates)] {
		offer := fmt.Sprintf("%q", keys[m])
		if names[m] != "" {
			offer += fmt.Sprintf(" (%s)", strings.Trim(fmt.Sprintf("%q", names[m]), `"`))
		}
		offers = append(offers, offer)
	}
	msg += "; did you mean " + strings.Join(offers, " or ")
	if n := len(meant) - len(offers); n > 0 {
		msg += fmt.Sprintf(", or one of %d more", n)
	}
	return &UnknownCustomerError{msg + "?"}
}
