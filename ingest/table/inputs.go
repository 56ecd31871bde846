package table

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/spelling"
)

// Inputs are the tables beside the transactions, as of a day; each is nil where it is not given.
type Inputs struct {
	Accounts   *Accounts
	Contracts  *Contracts
	Activities *Activities
	People     *People
	Series     *Series
}

// Tallies are those of the tables that are given.
func (in *Inputs) Tallies() []*Tally {
	var out []*Tally
	if in.Accounts != nil {
		out = append(out, &in.Accounts.Tally)
	}
	if in.Contracts != nil {
		out = append(out, &in.Contracts.Tally)
	}
	if in.Activities != nil {
		out = append(out, &in.Activities.Tally)
	}
	if in.People != nil {
		out = append(out, &in.People.Tally)
	}
	if in.Series != nil {
		out = append(out, &in.Series.Tally)
	}
	return out
}

// CompareLabels notes, with the contracts, where an attribute that says whether an account was lost
// contradicts them on a day: the dates are used.
func (in *Inputs) CompareLabels(day int32) {
	if in.Accounts == nil || in.Contracts == nil {
		return
	}
	for i := range in.Accounts.Attributes {
		a := &in.Accounts.Attributes[i]
		if a.Text == nil || !slices.Contains(strings.Fields(endedNames), spelling.Normal(a.Name)) {
			continue
		}
		lostButOpen, keptButNone := 0, 0
		for _, row := range in.Accounts.Rows(day) {
			key := in.Accounts.Keys[row]
			lost, ok := parseBool(a.Text.At(row))
			open := in.Contracts.OpenOn(key, day)
			switch {
			case !ok:
			case lost && open:
				lostButOpen++
			case !lost && !open && in.Contracts.Of(key) != nil:
				keptButNone++
			}
		}
		if lostButOpen+keptButNone > 0 {
			in.Contracts.Tally.Notes = append(in.Contracts.Tally.Notes, fmt.Sprintf("labels of accounts contradict contracts: column %q: %d are labelled lost but have a contract in force, %d are labelled kept but have none left; the dates are used",
				a.Name, lostButOpen, keptButNone))
		}
	}
}
