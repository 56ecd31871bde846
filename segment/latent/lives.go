package latent

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/markov/attrition"
)

// life is what is known of a customer's contracts: one after the other, without a gap of more than the grace.
type life struct {
	start, end int32 // end NoDay: open
	contracts  int
	row        int
}

// contracts reads a row per contract, and makes of those that follow each other one life.
func (s *ContractStudy) contracts(t *table.Table) (map[string]*attrition.Lives, error) {
	c := &s.Config
	who, err := t.Column(c.Customer)
	if err != nil {
		return nil, err
	}
	by, err := optional(t, c.By)
	if err != nil {
		return nil, err
	}
	rows, days, err := s.usable(t)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		if o := strings.Compare(who.At(a), who.At(b)); o != 0 {
			return o
		}
		return int(days[0][a]) - int(days[0][b])
	})
	groups := map[string]*attrition.Lives{}
	var now life
	finish := func() {
		if now.contracts == 0 {
			return
		}
		periods, ended := c.periods(&now)
		l := group(groups, by, now.row)
		l.Periods, l.Ended, l.Weight = append(l.Periods, periods), append(l.Ended, ended), append(l.Weight, 1)
	}
	for k, row := range rows {
		start, end := days[0][row], days[1][row]
		if k > 0 && who.At(rows[k-1]) == who.At(row) && (now.end == table.NoDay || int64(start)-int64(now.end) <= int64(c.Grace)+1) {
			now.contracts++
			if end == table.NoDay || now.end != table.NoDay && end > now.end {
				now.end = end
			}
			continue
		}
		finish()
		now = life{start, end, 1, row}
	}
	finish()
	return groups, nil
}

// mostBad is the share of rows that may be set aside.
const mostBad = 0.01

// usable are the rows of contracts that began until the as-of date, with their first and last days. Few bad ones are set aside and counted; more are the error of the first.
func (s *ContractStudy) usable(t *table.Table) (rows []int, days [2][]int32, err error) {
	c := &s.Config
	why := map[int]error{}
	var columns [2]*table.Column
	for k, name := range []string{c.Start, c.End} {
		if columns[k], err = t.Column(name); err != nil {
			return nil, days, err
		}
		var bad []int
		days[k], bad = t.DaysAside(columns[k])
		for _, row := range bad {
			why[row] = t.NoDate(row, columns[k])
		}
	}
	later := 0
	for row := range t.Rows {
		start, end := days[0][row], days[1][row]
		switch {
		case why[row] != nil:
		case start == table.NoDay:
			why[row] = t.Fail(row, columns[0].Name, errors.New("the contract has no start: fill it, or leave the row out"))
		case end != table.NoDay && end < start:
			why[row] = t.Fail(row, columns[1].Name, errors.New("the contract ends before it starts"))
		case start > int32(c.AsOf):
			later++
		default:
			rows = append(rows, row)
		}
	}
	if len(why) > 0 {
		first := why[slices.Min(slices.Collect(maps.Keys(why)))]
		if float64(len(why)) > mostBad*float64(t.Rows) {
			return nil, days, first
		}
		s.Notes = append(s.Notes, fmt.Sprintf("%d of %d rows set aside, the first: %v", len(why), t.Rows, first))
	}
	if len(rows) == 0 {
		return nil, days, &ingest.ConfigError{Msg: fmt.Sprintf("no contract of %d rows starts until %s: name a later --as-of", t.Rows, c.AsOf)}
	}
	if later > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d contracts start after %s: set aside", later, c.AsOf))
	}
	return rows, days, nil
}

// periods is how many periods of a life were paid, and whether it has ended. A life that ends on the as-of date or later, or by less than the grace before it, is in force, though
// of the latter it is not known that it was renewed: its last day is what it has come to.
func (c *ContractConfig) periods(l *life) (n float64, ended bool) {
	ended = l.end != table.NoDay && int64(l.end)+int64(c.Grace) < int64(c.AsOf)
	if c.Every == "contract" {
		return float64(l.contracts), ended
	}
	months := map[string]float64{"month": 1, "quarter": 3, "year": 12}[c.Every]
	end := c.AsOf
	switch {
	case ended:
		end = ingest.Day(l.end) + 1 // the day after the last
	case l.end != table.NoDay:
		end = min(end, ingest.Day(l.end))
	}
	whole := monthsBetween(ingest.Day(l.start), end) / months
	if ended {
		return max(1, math.Round(whole)), true
	}
	return math.Floor(whole+1e-9) + 1, false
}

// monthsBetween is calendar months, with the rest of the last as a share of 30.4 days.
func monthsBetween(from, to ingest.Day) float64 {
	a, b := time.Unix(int64(from)*86400, 0).UTC(), time.Unix(int64(to)*86400, 0).UTC()
	months := float64((b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month()))
	return months + float64(b.Day()-a.Day())/(365.25/12)
}
