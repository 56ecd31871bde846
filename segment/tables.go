package segment

import (
	"fmt"

	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// TableMatch is how a table beside the transactions met the members of the book.
type TableMatch struct {
	*table.Tally
	Strangers int // customers of the table who are neither in the export nor in the accounts
}

// warnTables is the code of remarks on the tables beside the transactions.
const warnTables = "table"

// tableMatches looks up the customers of every table among the members.
func (b *Book) tableMatches() []TableMatch {
	var out []TableMatch
	for _, t := range b.Inputs.Tallies() {
		out = append(out, TableMatch{t, 0})
	}
	for i := range out {
		switch out[i].Table {
		case "contracts":
			out[i].Strangers = b.strangers(b.Inputs.Contracts.Keys(), func(key []byte) bool { return b.Inputs.Contracts.Of(key) != nil })
		case "activities":
			out[i].Strangers = b.strangers(b.Inputs.Activities.Keys(), func(key []byte) bool { return b.Inputs.Activities.Of(key) != nil })
		case "people":
			out[i].Strangers = b.strangers(b.Inputs.People.Keys(), func(key []byte) bool { return b.Inputs.People.Of(key) != nil })
		}
	}
	return out
}

// strangers counts the keys that no member has.
func (b *Book) strangers(keys []string, has func(key []byte) bool) int {
	n := len(keys)
	for m := range b.Members() {
		if has(b.Key(m)) {
			n--
		}
	}
	return n
}

// tableWarnings says what readers of a run must know about the tables.
func tableWarnings(tables []TableMatch) (out []num.Warning) {
	for _, t := range tables {
		for _, note := range t.Notes {
			out = append(out, num.Warning{Code: warnTables, Message: t.Table + ": " + note})
		}
		if t.Strangers > 0 {
			out = append(out, num.Warning{Code: warnTables, Message: fmt.Sprintf("%s: %s in neither the export nor the accounts: check how the keys are written", t.Table,
				plural(t.Strangers, "customer is", "customers are"))})
		}
	}
	return out
}
