package ingest

import (
	"fmt"

	"mainstay/ingest/column"
)

// groupDays is what is known of the days of a row group without reading it.
type groupDays struct {
	rows  int64
	nulls int64 // rows without a time; −1 = not known
	known bool  // days is to be trusted: every row with a time has a usable day, one of these
	days  dayRange
}

// certain reports whether the footer says how many rows have a day, and which these can be.
func (g *groupDays) certain() bool { return g.known && g.nulls >= 0 }

// groupDays asks the footers, and the paths where the time is a folder's name, about the days of units.
func (p *Plan) groupDays(units []unit) ([]groupDays, error) {
	out := make([]groupDays, len(units))
	var info *column.Info
	var bounds []column.Bounds
	var fixed groupDays
	file := -1
	for i, u := range units {
		f := &p.Files[u.file]
		if u.file != file {
			var value string
			var err error
			if info, value, err = f.source(f.File, p.Time.Column); err != nil {
				return nil, err
			}
			if file = u.file; info != nil {
				bounds = f.File.Bounds(info)
			} else {
				fixed = p.daysOfPath(value)
			}
		}
		g := fixed
		if info != nil {
			g = groupDays{nulls: bounds[u.group].Nulls}
			if b := bounds[u.group]; b.Known {
				g.days, g.known = p.Time.daysBetween(b.Min, b.Max, info.Type)
			}
		}
		if g.rows = f.File.RowGroups[u.group]; p.Config.readAll {
			g = groupDays{rows: g.rows, nulls: -1}
		}
		out[i] = g
	}
	return out, nil
}

// daysOfPath is what a folder's name says as a time.
func (p *Plan) daysOfPath(value string) groupDays {
	var v column.Vector
	day, bad := make([]Day, 1), make([]bool, 1)
	column.Constant(value, 1, &v)
	p.Time.Days(&v, partitionType, day, bad)
	return groupDays{known: !bad[0], days: dayRange{day[0], day[0]}}
}

// groupPlan is what is to be done with a row group.
type groupPlan struct {
	outside bool       // every row lies outside the window: it is not read
	trusted *groupDays // what was taken from the footer; nil where the rows were asked
}

// holds makes sure that what was taken from the footer is so: the as-of date may rest on it. bad counts the
// rows without a day so far.
func (g *groupDays) holds(b *batch, bad *int64) error {
	for i, d := range b.day[:b.n] {
		switch {
		case b.dayBad != nil && b.dayBad[i]:
			*bad++
		case d < g.days.lo || d > g.days.hi:
			return wrongStatistics(b.path, b.row(i), fmt.Sprintf("it is of %s, and the footer says that all rows near it are of %s to %s", d, g.days.lo, g.days.hi))
		}
	}
	return nil
}

// reconcileUndated holds the rows without a day to what the footers that were believed say. A row group may have been
// read in parts, by several workers.
func (p *Plan) reconcileUndated(workers []*scatterer) error {
	for i := range p.groups {
		for _, g := range p.groups[i] {
			if g.trusted == nil {
				continue
			}
			undated := int64(0)
			for _, w := range workers {
				undated += w.undated[g.trusted]
			}
			if undated != g.trusted.nulls {
				return wrongStatistics(p.Files[i].Object.Name, -1, fmt.Sprintf("%s of a row group have no usable time, and the footer says %d", plural(undated, "row"), g.trusted.nulls))
			}
		}
	}
	return nil
}

func wrongStatistics(path string, row int64, what string) error {
	return &InputError{File: path, RowGroup: -1, Row: row, Err: fmt.Errorf("%s: the statistics of the time column are wrong; write the file again with another program or version", what)}
}
