package moves

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/ingest/table"
	"mainstay/markov/hidden"
)

// HiddenConfig says what is what in a table of activity and spend: Config's ID, Time, Period and as-of date, and
type HiddenConfig struct {
	Config
	Activity string // column of counts; "" counts rows
	Spend    string // column of amounts; "" none
	On       string // covariates of the moves, terms of a formula; "" none
	Zero     bool   // a period without a row had no activity, from the first of an id to the last of the table; else it is not known
}

// HiddenPanel is such a table by id and period.
type HiddenPanel struct {
	Data   *hidden.Data
	IDs    []string // of each customer of Data
	Times  []string // of each period: the time of its first row, "" without one
	Number []int64  // of each period: its number in the id, from 1
	Latest []bool   // of each customer: there is a row in the last period of the table, or with Zero it was silent then

	Covariates *Covariates // nil without
	Step       string      // for people: what a period is
	AsOf       string      // YYYY-MM-DD; "" where times are no dates
	Notes      []string
}

// The most periods of an id, and of all together: about 1 GB.
const (
	mostOfOne   = 100_000
	mostPeriods = 30_000_000
)

// ReadHidden adds up the rows of each id and period. Errors: *table.MappingError for a column that is missing or does not fit,
// *column.Error for a cell, *ConfigError for a setting.
func ReadHidden(t *table.Table, c HiddenConfig) (*HiddenPanel, error) {
	if t.Rows == 0 {
		return nil, misfit(t, "the table has no rows; give one with data")
	}
	if c.Zero && c.Period == Auto {
		return nil, &ConfigError{"without a period there are none without a row: give one to go with it, or leave it out"}
	}
	id, err := named(t, c.ID, "id")
	if err != nil {
		return nil, err
	}
	when, err := named(t, c.Time, "time")
	if err != nil {
		return nil, err
	}
	at, err := times(t, when, c.Config, id.All())
	if err != nil {
		return nil, err
	}
	r := &hiddenReader{t: t, c: c, at: at, when: when, id: id.All(), panel: &HiddenPanel{Data: &hidden.Data{Begins: []int{0}}, Step: at.name}}
	if r.activity, err = r.amounts(c.Activity, "activity"); err != nil {
		return nil, err
	}
	if r.spend, err = r.amounts(c.Spend, "spend"); err != nil {
		return nil, err
	}
	if err := r.read(); err != nil {
		return nil, err
	}
	if at.dated {
		r.panel.AsOf = at.asOf.String()
	}
	r.panel.Notes = append(slices.Clone(t.Notes), r.panel.Notes...)
	return r.panel, nil
}

type hiddenReader struct {
	t               *table.Table
	c               HiddenConfig
	at              *timing
	when            *table.Column
	id              []string
	activity, spend *table.Column // nil without
	panel           *HiddenPanel
	x               *hiddenCovariates // nil without

	shortest, longest float64 // time from one row of an id to its next, where there is no period
	below             int64   // periods in which more was returned than bought,
	belowBy           float64 // and by how much
}

// amounts is a column of numbers, nil where none is named.
func (r *hiddenReader) amounts(name, flag string) (*table.Column, error) {
	if name == "" {
		return nil, nil
	}
	col, err := named(r.t, name, flag)
	if err == nil && col.Number == nil {
		err = misfit(r.t, "column %q is not numeric throughout; correct it, or name another", col.Name)
	}
	return col, err
}

// step is the period of a row; without a length, its time.
func (r *hiddenReader) step(row int) float64 {
	if r.at.auto {
		return r.at.time[row]
	}
	return float64(r.at.step[row])
}

func (r *hiddenReader) read() error {
	var rows []int
	var noID, noTime int64
	last := math.Inf(-1)
	for row := range r.t.Rows {
		switch {
		case r.id[row] == "":
			noID++
		case math.IsNaN(r.at.time[row]):
			noTime++
		default:
			rows = append(rows, row)
			last = max(last, r.step(row))
		}
	}
	r.panel.Notes = append(r.at.notes(noTime), sentences(sentence{noID, "row without id was set aside", "rows without id were set aside"})...)
	if len(rows) == 0 {
		return misfit(r.t, "%s", strings.Join(append([]string{"no row counts"}, r.panel.Notes...), ": "))
	}
	if err := r.covariates(rows); err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		if d := strings.Compare(r.id[a], r.id[b]); d != 0 {
			return d
		}
		switch x, y := r.step(a), r.step(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	r.shortest = math.Inf(1)
	for lo := 0; lo < len(rows); {
		hi := lo + 1
		for hi < len(rows) && r.id[rows[hi]] == r.id[rows[lo]] {
			hi++
		}
		if err := r.customer(rows[lo:hi], last); err != nil {
			return err
		}
		lo = hi
	}
	r.remark()
	if r.x != nil {
		r.panel.Notes = append(r.panel.Notes, r.x.notes()...)
		if len(r.panel.IDs) == 0 {
			return misfit(r.t, "no row has all of its covariates: leave out the one that is empty")
		}
	}
	return nil
}

// remark says what was done about periods of unequal length, and of spend below 0.
func (r *hiddenReader) remark() {
	if r.longest > unevenSteps*r.shortest {
		r.panel.Notes = append(r.panel.Notes, fmt.Sprintf("from one time of an id to its next it is %.4g to %.4g %s, and each counts as one period; with --period all are of one length", r.shortest, r.longest, r.at.unit))
	}
	const what = "of which more was returned than bought (%.10g in all) has its activity only: spend in a state is above 0, and what is expected of it is before such returns"
	r.panel.Notes = append(r.panel.Notes, sentences(sentence{r.below, "period " + fmt.Sprintf(what, r.belowBy), "periods " + fmt.Sprintf(strings.Replace(what, "has its", "have their", 1), r.belowBy)})...)
}

// most is how many periods all ids may have, less the more covariates take room.
func (r *hiddenReader) most() int {
	const others = 5 // values beside them
	if r.x == nil {
		return mostPeriods
	}
	return mostPeriods * others / (others + len(r.x.Names))
}

// customer adds the periods of one, of which the rows are sorted by time.
func (r *hiddenReader) customer(rows []int, last float64) error {
	d := r.panel.Data
	first := len(d.Activity)
	unseen := math.NaN()
	if r.c.Zero {
		unseen = 0
	}
	step, known := r.step(rows[0]), first // of the period that is read; the first period whose covariates are known
	var x []float64
	know := func(rows []int) {
		if r.x == nil {
			return
		}
		if x = r.covariatesAt(step, rows, x); x == nil {
			known = len(d.Activity)
			return
		}
		d.X = append(d.X, x...)
	}
	fill := func(n float64) error {
		if n > float64(min(mostOfOne-(len(d.Activity)-first), r.most()-len(d.Activity))) {
			return r.t.Fail(rows[0], r.when.Name, fmt.Errorf("periods without a row bring %q above %d, or all ids above %d: use a longer period, or correct the times", r.id[rows[0]], mostOfOne, r.most()))
		}
		for range int(n) {
			step++
			r.add("", first, unseen, 0)
			know(nil)
		}
		return nil
	}
	for lo := 0; lo < len(rows); {
		hi := lo + 1
		for hi < len(rows) && r.step(rows[hi]) == r.step(rows[lo]) {
			hi++
		}
		if took := r.step(rows[lo]) - r.step(rows[max(lo, 1)-1]); lo > 0 && r.at.auto {
			r.shortest, r.longest = min(r.shortest, took), max(r.longest, took)
		} else if lo > 0 {
			if err := fill(took - 1); err != nil {
				return err
			}
		}
		activity, spend, err := r.sums(rows[lo:hi])
		if err != nil {
			return err
		}
		step = r.step(rows[lo])
		r.add(r.when.At(rows[lo]), first, activity, spend)
		know(rows[lo:hi])
		lo = hi
	}
	if r.c.Zero {
		if err := fill(last - r.step(rows[len(rows)-1])); err != nil {
			return err
		}
	}
	if r.x != nil {
		r.settleCovariates(first, known)
		if len(d.Activity) == first {
			return nil
		}
	}
	r.panel.Latest = append(r.panel.Latest, step == last)
	d.Begins = append(d.Begins, len(d.Activity))
	r.panel.IDs = append(r.panel.IDs, r.id[rows[0]])
	return nil
}

func (r *hiddenReader) add(time string, first int, activity, spend float64) {
	d := r.panel.Data
	d.Activity = append(d.Activity, activity)
	if r.spend != nil {
		d.Spend = append(d.Spend, spend)
	}
	r.panel.Times = append(r.panel.Times, time)
	r.panel.Number = append(r.panel.Number, int64(len(d.Activity)-first))
}

// sums are those of the rows of a period: NaN where none of them says, and of spend below 0, which a Gamma distribution does not know.
func (r *hiddenReader) sums(rows []int) (activity, spend float64, err error) {
	sum := func(col *table.Column) float64 {
		total, known := 0.0, false
		for _, row := range rows {
			if v := col.Number[row]; !math.IsNaN(v) {
				total, known = total+v, true
			}
		}
		if !known {
			return math.NaN()
		}
		return total
	}
	activity = float64(len(rows))
	if r.activity != nil {
		if activity = sum(r.activity); !math.IsNaN(activity) && (!(activity >= 0 && activity <= hidden.MostCount) || activity != math.Trunc(activity)) {
			return 0, 0, r.t.Fail(rows[0], r.activity.Name, fmt.Errorf("the activity of %q in this period is %v: expected a count, 0, 1, 2 …", r.id[rows[0]], activity))
		}
	}
	if r.spend != nil {
		switch spend = sum(r.spend); {
		case math.IsNaN(spend), spend == 0, spend >= 1/hidden.MostSpend && spend <= hidden.MostSpend:
		case spend < 0 && spend >= -hidden.MostSpend:
			r.below, r.belowBy, spend = r.below+1, r.belowBy-spend, math.NaN()
		default:
			return 0, 0, r.t.Fail(rows[0], r.spend.Name, fmt.Errorf("the spend of %q in this period is %v: expected 0, or an amount from %g to %g: take another unit", r.id[rows[0]], spend, 1/hidden.MostSpend, hidden.MostSpend))
		}
	}
	return activity, spend, nil
}
