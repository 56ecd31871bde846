package latent

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/markov/attrition"
)

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
	rows, days, err := s.usable(t, who)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		if o := strings.Compare(who.At(a), who.At(b)); o != 0 {
			return o
		}
		return cmp.Or(cmp.Compare(days[0][a], days[0][b]), cmp.Compare(lastDay(days[1][b]), lastDay(days[1][a])))
	})
	groups := map[string]*attrition.Lives{}
	beside := 0
	var now *life
	finish := func() {
		if now == nil {
			return
		}
		periods, ended := c.periods(now)
		l := group(groups, by, now.row)
		l.Periods, l.Ended, l.Weight = append(l.Periods, periods), append(l.Ended, ended), append(l.Weight, 1)
		beside += now.beside
	}
	for k, row := range rows {
		start, end := int64(days[0][row]), lastDay(days[1][row])
		if k > 0 && who.At(rows[k-1]) == who.At(row) && start-now.end <= int64(c.Grace)+1 {
			now.add(start, end, c)
			continue
		}
		finish()
		now = &life{start: start, end: end, from: start, paid: end, row: row}
	}
	finish()
	if beside > 0 && c.Every == "contract" {
		s.Notes = append(s.Notes, plural(beside, "contract runs", "contracts run")+" beside another of the same customer: no renewals, though the customer stays until the last of them ends (--every counts by time)")
	}
	return groups, nil
}

// mostBad is the share of rows that may be set aside.
const mostBad = 0.01

// usable are the rows of contracts that began until the as-of date, with their first and last days. Few bad ones are set aside and counted; more are the error of the first.
func (s *ContractStudy) usable(t *table.Table, who *table.Column) (rows []int, days [2][]int32, err error) {
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
		case strings.TrimSpace(who.At(row)) == "":
			why[row] = t.Fail(row, who.Name, errors.New("the contract has no customer: fill it, or leave the row out"))
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
		s.Notes = append(s.Notes, fmt.Sprintf("%s after %s: set aside", plural(later, "contract starts", "contracts start"), c.AsOf))
	}
	return rows, days, nil
}
