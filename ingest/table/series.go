package table

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"mainstay/ingest/store"
)

// SeriesConfig names the columns of the series table; empty = find by name, "none" = do without (not
// the date). Without a value column every column of numbers is a series of its name. LagDays is the
// publication lag of rows that have none of their own.
type SeriesConfig struct {
	Date    string `yaml:"date" json:"date"`
	Name    string `yaml:"name" json:"name"`
	Value   string `yaml:"value" json:"value"`
	Lag     string `yaml:"lag" json:"lag"`
	LagDays int    `yaml:"lag_days" json:"lag_days"`
}

// Roles are the roles of a series table.
func (c *SeriesConfig) Roles() []Role {
	return []Role{
		{"date", &c.Date, true, []string{`date day 日期`, `month period time 月份 时间`}},
		{"name", &c.Name, false, []string{`name series seriesname indicator 名称 序列 指标`, `variable currency 变量 币种`}},
		{"value", &c.Value, false, []string{`value 值 数值`, `rate index price 汇率 指数 价格`}},
		{"lag", &c.Lag, false, []string{`lag lagdays publicationlag publicationlagdays 滞后天数 发布滞后天数`}},
	}
}

// Point is one value of a series: of a day, known from a day on (that day plus the lag).
type Point struct {
	Day, Known int32
	Value      float64
}

// Series is the series table as of a day: values that are published later are not in it. Of takes
// the name of a series; one without a name is called by its column.
type Series struct {
	byKey[Point] // by day, days unique
	Tally        Tally
	Chosen       SeriesConfig
}

// At is the newest value of a series that is of a day on or before day and known on it; false
// without one, and for a nil table.
func (s *Series) At(name string, day int32) (Point, bool) {
	if s == nil {
		return Point{}, false
	}
	points := s.Of([]byte(name))
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].Day <= day && points[i].Known <= day {
			return points[i], true
		}
	}
	return Point{}, false
}

// ReadSeries reads the values known on the day asOf, as ReadContracts does contracts. A date with
// two values in one series has none: both rows are set aside.
func ReadSeries(ctx context.Context, st store.Store, sources []string, cfg SeriesConfig, asOf int32) (*Series, error) {
	t, err := Read(ctx, st, sources, 1)
	if err != nil {
		return nil, err
	}
	s := &Series{Chosen: cfg}
	r, err := newReading(t, "series", s.Chosen.Roles(), Scope{AsOf: asOf})
	if err != nil {
		return nil, err
	}
	values, err := r.valueColumns()
	if err != nil {
		return nil, err
	}
	r.tally.Rows = t.Rows * len(values) // a row of several series counts once for each
	var rows []keyed[located]
	for _, v := range values {
		for row := range t.Rows {
			if x, ok := r.point(row, v, s.Chosen.LagDays); ok {
				name := r.text(row, "name")
				if name == "" {
					name = v.Name
				}
				rows = append(rows, keyed[located]{name, located{x, row}})
			}
		}
	}
	s.byKey = group(r.single(rows), func(a, b Point) int { return cmp.Compare(a.Day, b.Day) })
	s.Tally = r.done()
	return s, nil
}

// valueColumns are the columns that hold values: without one that is named, all with a number. What is no number
// among them is set aside, and counted: a column that a publisher's "n/a" turned into text is not passed over.
func (r *reading) valueColumns() ([]*Column, error) {
	if v := r.roles["value"]; v != nil {
		return []*Column{v}, nil
	}
	var values []*Column
	for i := range r.Columns {
		c := &r.Columns[i]
		if (c.Number != nil || slices.ContainsFunc(c.All(), plainNumber)) && c != r.roles["date"] && c != r.roles["name"] && c != r.roles["lag"] {
			values = append(values, c)
		}
	}
	if len(values) == 0 {
		return nil, &MappingError{"value", fmt.Sprintf("series: no column holds numbers; the columns are %s; choose one with --series-columns value=COLUMN", list(r.Names()))}
	}
	return values, nil
}

// point reads the value of one row; false where it was set aside.
func (r *reading) point(row int, value *Column, lagDays int) (p Point, ok bool) {
	r.roles["value"] = value
	if p.Day, ok = r.day(row, "date"); !ok {
		return
	}
	if p.Value, ok = r.number(row, "value"); !ok {
		return
	}
	lag, ok := r.number(row, "lag")
	if !ok {
		return
	}
	if math.IsNaN(lag) {
		lag = float64(lagDays)
	}
	const mostDays = 3660
	switch {
	case p.Day == NoDay:
		r.aside(row, "date", ReasonNoDate, "the value has no date")
		return p, false
	case math.IsNaN(p.Value):
		r.aside(row, "value", ReasonNoValue, "the date has no value")
		return p, false
	case !(lag >= 0 && lag <= mostDays) || lag != math.Trunc(lag):
		r.aside(row, "lag", ReasonBadValue, fmt.Sprintf("a publication lag of %g days: expected whole days from 0 to %d", lag, mostDays))
		return p, false
	}
	if p.Known = p.Day + int32(lag); p.Known > r.scope.AsOf {
		r.aside(row, "date", ReasonAfterAsOf, "the value is published after the as-of date")
		return p, false
	}
	return p, true
}

// located is a point with its row.
type located struct {
	Point
	row int
}

// single keeps the points whose day has one value only; of equal ones the first known.
func (r *reading) single(rows []keyed[located]) []keyed[Point] {
	slices.SortStableFunc(rows, func(a, b keyed[located]) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row.Day, b.row.Day), cmp.Compare(a.row.Known, b.row.Known), cmp.Compare(a.row.row, b.row.row))
	})
	var out []keyed[Point]
	for i := 0; i < len(rows); {
		j, same := i+1, true
		for ; j < len(rows) && rows[j].key == rows[i].key && rows[j].row.Day == rows[i].row.Day; j++ {
			same = same && rows[j].row.Value == rows[i].row.Value
		}
		for k := i; k < j; k++ {
			switch {
			case !same:
				r.aside(rows[k].row.row, "value", ReasonTwoValues, "the date has two values in one series: keep one")
			case k > i:
				r.aside(rows[k].row.row, "value", ReasonRepeated, "the row repeats an earlier one")
			default:
				r.use(rows[k].row.Day, rows[k].key, int(rows[k].row.Known-rows[k].row.Day))
				out = append(out, keyed[Point]{rows[k].key, rows[k].row.Point})
			}
		}
		i = j
	}
	return out
}
