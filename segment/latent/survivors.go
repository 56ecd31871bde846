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

// survivorColumns are those of a table of who is left.
type survivorColumns struct {
	left, period *table.Column
	cohort, by   *table.Column // nil: all are one
}

func (s *ContractStudy) survivorColumns(t *table.Table) (c survivorColumns, err error) {
	if c.left, err = t.Column(s.Config.Survivors); err != nil {
		return c, err
	}
	if c.period, err = t.Column(s.Config.Period); err != nil {
		return c, err
	}
	if c.cohort, err = optional(t, s.Config.Cohort); err != nil {
		return c, err
	}
	c.by, err = optional(t, s.Config.By)
	return c, err
}

// survivors reads who is left: of each cohort a row per period from 0 on, numbers that do not rise. Shares that begin with 1 or 100 are taken as so few customers, and it is said.
func (s *ContractStudy) survivors(t *table.Table) (map[string]*attrition.Lives, error) {
	c, err := s.survivorColumns(t)
	if err != nil {
		return nil, err
	}
	cohorts, err := c.cohorts(t)
	if err != nil {
		return nil, err
	}
	groups := map[string]*attrition.Lives{}
	shares := 0.0
	for _, rows := range cohorts {
		if err := c.live(t, rows, group(groups, c.by, rows[0])); err != nil {
			return nil, err
		}
		if first := numberAt(c.left, rows[0]); (first == 1 || first == 100) && shares == 0 {
			shares = first
		}
	}
	if shares > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("a cohort begins with %v: where these are shares of more customers, intervals are those of %v customers; give numbers", shares, shares))
	}
	return groups, nil
}

// cohorts are the rows of each cohort by period, cohorts in the order of their first rows.
func (c *survivorColumns) cohorts(t *table.Table) (cohorts [][]int, err error) {
	type member struct{ group, cohort string }
	place := map[member]int{}
	for row := range t.Rows {
		n, at := numberAt(c.left, row), numberAt(c.period, row)
		if !(n >= 0 && n <= mostLeft) {
			return nil, t.Fail(row, c.left.Name, fmt.Errorf("%q: expected how many are left, a number from 0 to 1e15", c.left.At(row)))
		}
		if !(at >= 0 && at <= 10_000) || at != math.Trunc(at) {
			return nil, t.Fail(row, c.period.Name, fmt.Errorf("%q: expected renewals since the start, 0, 1, 2 …", c.period.At(row)))
		}
		var m member
		if c.by != nil {
			m.group = strings.TrimSpace(c.by.At(row))
		}
		if c.cohort != nil {
			m.cohort = strings.TrimSpace(c.cohort.At(row))
		}
		k, known := place[m]
		if !known {
			k = len(cohorts)
			place[m], cohorts = k, append(cohorts, nil)
		}
		cohorts[k] = append(cohorts[k], row)
	}
	for _, rows := range cohorts {
		slices.SortStableFunc(rows, func(a, b int) int { return int(numberAt(c.period, a) - numberAt(c.period, b)) })
	}
	return cohorts, nil
}

// live adds the lives of a cohort: those who were lost from one row to the next have ended, those of its last row have not.
func (c *survivorColumns) live(t *table.Table, rows []int, lives *attrition.Lives) error {
	add := func(periods int, ended bool, weight float64) {
		lives.Periods, lives.Ended, lives.Weight = append(lives.Periods, float64(periods)), append(lives.Ended, ended), append(lives.Weight, weight)
	}
	for k, row := range rows {
		if at := numberAt(c.period, row); at != float64(k) {
			return t.Fail(row, c.period.Name, fmt.Errorf("period %v where %d is expected: a cohort has a row for every period from 0 on (--cohort names the column that tells cohorts apart)", at, k))
		}
		if k == 0 {
			continue
		}
		now, before := numberAt(c.left, row), numberAt(c.left, rows[k-1])
		if now > before {
			return t.Fail(row, c.left.Name, fmt.Errorf("%v are left of %v: survivors cannot rise", now, before))
		}
		add(k, true, before-now)
	}
	add(len(rows), false, numberAt(c.left, rows[len(rows)-1]))
	return nil
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
