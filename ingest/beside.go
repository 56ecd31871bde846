package ingest

import (
	"fmt"

	"mainstay/ingest/table"
)

// leastBad is how many bad rows a table may have whatever its size: of the forty rows of a series one is
// 2.5 %, and says nothing about the others.
const leastBad = 3

// GateTable is a *QualityError when more rows of a table are bad than may be, as of the
// transactions.
func GateTable(t *table.Tally, maxBadRate float64) error {
	bad := t.Bad()
	if share := float64(bad) / float64(max(t.Rows, 1)); bad <= leastBad || share <= maxBadRate {
		return nil
	}
	var most table.Aside
	for _, a := range t.Aside {
		if a.Bad && a.Rows > most.Rows {
			most = a
		}
	}
	return &QualityError{fmt.Sprintf("%s: %d of %d rows are bad (%.2f %%, more than the %.2f %% allowed): most are %s, the first: %s; correct them, or allow more with --max-bad-rate",
		t.Table, bad, t.Rows, 100*float64(bad)/float64(t.Rows), 100*maxBadRate, most.Reason, most.First)}
}

// Whose says who has a row of a table beside the transactions: the customer, or its buying group on the
// day of the row; false where they are excluded. Meet comes first.
func (p *Plan) Whose() func(key string, day int32) (string, bool) {
	lists := newExclusions(p.Config.ExcludeCustomers, p.Exclude)
	return func(key string, day int32) (string, bool) {
		k := []byte(key)
		root := p.Parents.Root(k, max(Day(day), noDay))
		excluded := lists.match(k) != noEntry || lists.match(root) != noEntry
		return string(root), !excluded
	}
}
