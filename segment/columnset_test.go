package segment

import (
	"slices"
	"testing"

	"mainstay/ingest/table"
)

// Columns are found by name: a set's row holds the panel's values of its names, whatever else the panel has.
func TestColumnSetsReadByName(t *testing.T) {
	sim := manyBuyers()
	sim.customers = 300
	l := sim.ledger(900)
	st := newStudy(mustBook(l, &table.Inputs{Contracts: mustContracts(l.AsOf, "C0001 2010-01-01 - - 1")}, func(*Config) {}))
	p := st.newPanel(l.AsOf, st.Profiles)
	all := st.allFeatures()
	for _, c := range []struct {
		set  columnSet
		want int
	}{{coreSet, 5}, {usualSet, len(features) + 1}, {wideSet, len(all)}, {columnSet{keep: named("returns_share")}, 2}} {
		cols := newColumns(st, []*panel{p}, c.set)
		if len(cols.All) != c.want || cols.names()[0] != "intercept" {
			t.Errorf("columns %v", cols.names())
		}
		for i := range p.Subjects {
			if !p.Subjects[i].atRisk {
				continue
			}
			for j, x := range cols.row(p, i) {
				if at := slices.Index(all, cols.All[j]); x != p.row(i)[at] {
					t.Fatalf("%s of subject %d is %v, want %v", cols.All[j].Name, i, x, p.row(i)[at])
				}
			}
		}
	}
}

func TestLargeCandidatesAreBarredFromSmallBooks(t *testing.T) {
	people := func(n, left int) []*panel {
		p := &panel{Subjects: make([]subject, n+5), width: 1}
		for i := range n {
			p.Subjects[i].atRisk, p.Subjects[i].churned = true, i < left
		}
		return []*panel{p}
	}
	for _, c := range []struct {
		train []*panel
		small bool
	}{{nil, true}, {people(49, 40), true}, {people(1000, 29), true}, {people(50, 30), false}, {append(people(50, 1), people(50, 29)...), false}} {
		if why := churned.tooSmall(c.train); (why != "") != c.small {
			t.Errorf("small is %q, want %v", why, c.small)
		}
	}
}
