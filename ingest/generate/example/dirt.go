package example

import (
	"sort"
	"time"
)

// soiled is a line as exported: pointers are what an export may lack.
type soiled struct {
	*line
	at       *time.Time
	noAmount bool
	noCost   bool
}

// What is wrong with the export.
const (
	nullAmounts  = 14 // bad
	nullDates    = 11 // bad
	ancientDates = 9  // bad: 1899-12-30, what a spreadsheet makes of 0
	distantDates = 2  // bad: the year 2205
	futureDates  = 4  // out of scope: 2062 for 2026
	duplicates   = 26 // genuine: the same line entered twice in one order
	noCostRate   = 0.015
)

// branches are the row groups: each branch exports its own orders, so that the file as a whole is not in
// the order of time.
var branches = [3]string{"North South", "East", "West Export"}

func branch(region string) int {
	switch region {
	case "North", "South":
		return 0
	case "East":
		return 1
	}
	return 2
}

// soil puts the lines into the order of the export and damages some of them.
func soil(lines []*line) []soiled {
	r := newRandom(5)
	var out []soiled
	twice := map[int]bool{}
	for len(twice) < duplicates {
		twice[r.intn(len(lines))] = true
	}
	for i, l := range lines {
		s := soiled{line: l, at: &l.at, noCost: r.chance(noCostRate)}
		out = append(out, s)
		if twice[i] {
			out = append(out, s)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if bi, bj := branch(out[i].region), branch(out[j].region); bi != bj {
			return bi < bj
		}
		return out[i].posted < out[j].posted
	})
	n := nullAmounts + nullDates + ancientDates + distantDates + futureDates
	damaged := map[int]bool{}
	for k := 0; k < n; {
		i := r.intn(len(out))
		if damaged[i] || out[i].credit || out[i].account == nil {
			continue
		}
		damaged[i] = true
		s := &out[i]
		at := s.line.at
		switch {
		case k < nullAmounts:
			s.noAmount = true
		case k < nullAmounts+nullDates:
			s.at = nil
		case k < nullAmounts+nullDates+ancientDates:
			at = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
			s.at = &at
		case k < nullAmounts+nullDates+ancientDates+distantDates:
			at = at.AddDate(2205-at.Year(), 0, 0)
			s.at = &at
		default:
			at = at.AddDate(2062-at.Year(), 0, 0)
			s.at = &at
		}
		k++
	}
	return out
}
