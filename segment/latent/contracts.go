package latent

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/markov/attrition"
)

// ContractConfig is what a table of contracts, or of who is left of a cohort, means.
type ContractConfig struct {
	Customer, Start, End string     // columns of contracts
	Survivors, Period    string     // columns of who is left; Survivors "" = contracts
	Cohort               string     // column of cohorts of who is left; "" = one
	By                   string     // column of groups, a fit for each; "" = one
	Every                string     // of contracts: contract, month, quarter, year
	Grace                int        // days until the next contract that are no end
	AsOf                 ingest.Day // of contracts
	Until                int        // fit so many renewals, hold the others against it; 0 = all
	Ahead                int        // renewals beyond those seen
	Rate                 float64    // discount rate per period
	Level                float64
}

// ContractDefaults are those of mainstay attrition contracts.
var ContractDefaults = ContractConfig{Customer: "customer", Start: "start", End: "end", Period: "period", Every: "contract", Grace: 31, Ahead: 5, Rate: 0.1, Level: 0.95}

// ContractGroup is a group with its fit. Of a refused fit Rows know only what was seen.
type ContractGroup struct {
	Name  string
	Lives attrition.Lives // all of them, those beyond Until too
	Ended float64
	Fit   *attrition.Contractual
	New   attrition.Estimate // discounted expected lifetime of somebody new, in periods paid
	Rows  []Renewal          // by renewals due, from 0
}

// Renewal is what is known of those who are to renew for the t-th time.
type Renewal struct {
	T         int
	AtRisk    float64            // seen to be due
	Seen      float64            // share there after t renewals, Kaplan and Meier's; NaN where none was due
	Survival  attrition.Estimate // expected share
	Retention attrition.Estimate // chance that who renewed t − 1 times does again; NaN at 0
	Residual  attrition.Estimate // discounted periods still to be paid by who renewed t times
	Fitted    bool               // the fit knows it
}

// ContractStudy is all groups.
type ContractStudy struct {
	Files  []string
	Config ContractConfig
	Groups []ContractGroup
	Notes  []string
}

// Check finds what is wrong with what is asked.
func (c *ContractConfig) Check() error {
	switch {
	case !slices.Contains([]string{"contract", "month", "quarter", "year"}, c.Every):
		return fmt.Errorf("a period is %q; expected contract, month, quarter or year", c.Every)
	case c.Grace < 0 || c.Grace > 3660 || c.Until < 0 || c.Ahead < 0 || c.Ahead > 1000:
		return fmt.Errorf("grace is %d days, the fit ends after %d renewals, %d are ahead; expected 0 to 3660 days, 0 and more, and 0 to 1000", c.Grace, c.Until, c.Ahead)
	case !(c.Rate > 0 && c.Rate <= 10):
		return fmt.Errorf("the discount rate is %v a period; expected a number above 0 up to 10, 0.1 for 10 %%", c.Rate)
	case !(c.Level > 0 && c.Level < 1):
		return fmt.Errorf("the level is %v; expected a number between 0 and 1, such as 0.95", c.Level)
	case c.Cohort != "" && c.Survivors == "":
		return fmt.Errorf("cohorts are those of a table of survivors: name its column of survivors too")
	}
	return nil
}

// Contracts fits the shifted-beta-geometric model to a table. Errors: *table.MappingError for a column that is missing, *column.Error for a cell, *ingest.ConfigError for a
// setting.
func Contracts(t *table.Table, c ContractConfig) (*ContractStudy, error) {
	if err := c.Check(); err != nil {
		return nil, &ingest.ConfigError{Msg: err.Error()}
	}
	s := &ContractStudy{Files: t.Files, Config: c}
	read := s.survivors
	if c.Survivors == "" {
		read = s.contracts
	}
	groups, err := read(t)
	if err != nil {
		return nil, err
	}
	for name, lives := range groups {
		s.Groups = append(s.Groups, ContractGroup{Name: name, Lives: *lives})
	}
	slices.SortFunc(s.Groups, func(a, b ContractGroup) int { return strings.Compare(a.Name, b.Name) })
	for k := range s.Groups {
		if err := s.Groups[k].ask(&c); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// group is the lives of a row's group.
func group(groups map[string]*attrition.Lives, by *table.Column, row int) *attrition.Lives {
	name := "all"
	if by != nil {
		if name = strings.TrimSpace(by.At(row)); name == "" {
			name = unknownLevel
		}
	}
	if groups[name] == nil {
		groups[name] = &attrition.Lives{}
	}
	return groups[name]
}

// optional is a column, nil for no name.
func optional(t *table.Table, name string) (*table.Column, error) {
	if name == "" {
		return nil, nil
	}
	return t.Column(name)
}

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
