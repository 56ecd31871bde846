package latent

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/table"
	"mainstay/markov/attrition"
)

// survivors reads who is left: of each cohort a row per period from 0 on, numbers that do not rise. Shares of 1 or 100 at the start are no counts: an error says so.
func (s *ContractStudy) survivors(t *table.Table) (map[string]*attrition.Lives, error) {
	c := &s.Config
	left, err := t.Column(c.Survivors)
	if err != nil {
		return nil, err
	}
	period, err := t.Column(c.Period)
	if err != nil {
		return nil, err
	}
	cohort, err := optional(t, c.Cohort)
	if err != nil {
		return nil, err
	}
	by, err := optional(t, c.By)
	if err != nil {
		return nil, err
	}
	type member struct{ group, cohort string }
	rows := map[member][]int{}
	groups := map[string]*attrition.Lives{}
	var order []member
	for row := range t.Rows {
		n, at := numberAt(left, row), numberAt(period, row)
		if !(n >= 0 && n <= mostLeft) {
			return nil, t.Fail(row, left.Name, fmt.Errorf("%q: expected how many are left, a number from 0 to 1e15", left.At(row)))
		}
		if !(at >= 0 && at <= 10_000) || at != math.Trunc(at) {
			return nil, t.Fail(row, period.Name, fmt.Errorf("%q: expected renewals since the start, 0, 1, 2 …", period.At(row)))
		}
		group(groups, by, row)
		var m member
		if by != nil {
			m.group = strings.TrimSpace(by.At(row))
		}
		if cohort != nil {
			m.cohort = strings.TrimSpace(cohort.At(row))
		}
		if rows[m] == nil {
			order = append(order, m)
		}
		rows[m] = append(rows[m], row)
	}
	shares := 0.0
	for _, m := range order {
		in := rows[m]
		slices.SortStableFunc(in, func(a, b int) int { return int(numberAt(period, a) - numberAt(period, b)) })
		lives := group(groups, by, in[0])
		for k, row := range in {
			if at := numberAt(period, row); at != float64(k) {
				return nil, t.Fail(row, period.Name, fmt.Errorf("period %v where %d is expected: a cohort has a row for every period from 0 on (--cohort names the column that tells cohorts apart)", at, k))
			}
			now := numberAt(left, row)
			if k == 0 {
				continue
			}
			before := numberAt(left, in[k-1])
			if now > before {
				return nil, t.Fail(row, left.Name, fmt.Errorf("%v are left of %v: survivors cannot rise", now, before))
			}
			lives.Periods, lives.Ended, lives.Weight = append(lives.Periods, float64(k)), append(lives.Ended, true), append(lives.Weight, before-now)
		}
		last := numberAt(left, in[len(in)-1])
		lives.Periods, lives.Ended, lives.Weight = append(lives.Periods, float64(len(in))), append(lives.Ended, false), append(lives.Weight, last)
		if first := numberAt(left, in[0]); (first == 1 || first == 100) && shares == 0 {
			shares = first
		}
	}
	if shares > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("a cohort begins with %v: where these are shares of more customers, intervals are those of %v customers; give numbers", shares, shares))
	}
	return groups, nil
}

// mostLeft is a number of customers beyond which sums lose single ones.
const mostLeft = 1e15

// numberAt is NaN for what is no number. A column with one such cell is text.
func numberAt(c *table.Column, row int) float64 {
	if c.Number != nil {
		return c.Number[row]
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(c.At(row)), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
