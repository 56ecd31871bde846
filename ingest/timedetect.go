package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

// resolveTime makes the reader of the time column. Numbers and text without a
// configured format are read once to find it, from what is not later than last.
func resolveTime(ctx context.Context, st store.Store, p *Plan, c *catalog, name string, threads int, last Day) (TimeReader, error) {
	r, err := NewTimeReader(name, p.Config.TimeFormat, p.Location)
	if err != nil {
		return r, &ConfigError{"time_format: " + err.Error()}
	}
	var has timeKinds
	for _, t := range c.find(name).types {
		has.note(t.Kind)
	}
	if p.Config.TimeFormat != "auto" {
		if has.numbers && r.ints == "" {
			return r, &MappingError{Role: RoleTime, Msg: fmt.Sprintf("column %q holds numbers, which --time-format %s does not read; leave --time-format out, or use yyyymmdd or an epoch format", name, p.Config.TimeFormat)}
		}
		if !has.numbers && !has.text {
			p.Notes = append(p.Notes, fmt.Sprintf("time_format %s is not used: %s is %s", p.Config.TimeFormat, showName(name), c.find(name).typeName()))
			r.Format = "native"
		}
		return r, nil
	}
	if !has.numbers && !has.text {
		return r, nil
	}
	workers := make([]timeEvidence, max(threads, 1))
	open, err := p.tellFormats(&r, &workers[0].numbers, last)
	if err != nil {
		return r, err
	}
	err = scanUnits(ctx, st, p, open, theSame(name), len(workers), func(w int, rows *rowsRead) error {
		s := r.zone.span()
		workers[w].visit(rows.vecs[0], rows.types[0], &s, last)
		return nil
	})
	if err != nil {
		return r, err
	}
	var all timeEvidence
	for i := range workers {
		all.numbers.merge(&workers[i].numbers)
		all.text.merge(&workers[i].text)
		all.rows += workers[i].rows
	}
	counted := all
	all.numbers.settle()
	all.text.settle()
	if err := r.believe(&all, name, has); err != nil {
		return r, err
	}
	p.counted = counted.survey(&r, open)
	return r, nil
}

// dayCount is the days of the rows of some units.
type dayCount struct {
	days  histogram
	units map[unit]bool
}

// survey is the days of what was read to find the formats, where reading it again in these gives the same; nil
// where it may not.
func (t *timeEvidence) survey(r *TimeReader, units []unit) *dayCount {
	numbers, text := timeFormat(slices.Index(timeFormats, r.ints)), timeFormat(slices.Index(timeFormats, r.text))
	if !t.numbers.unanimous(numbers) || !t.text.unanimous(text) {
		return nil
	}
	c := &dayCount{units: map[unit]bool{}}
	c.days.bad = t.rows
	for _, of := range []struct {
		e *evidence
		f timeFormat
	}{{&t.numbers, numbers}, {&t.text, text}} {
		if of.f > autoFormat && of.e.days[of.f].rows != nil {
			c.days.merge(&of.e.days[of.f])
			for _, n := range of.e.days[of.f].rows {
				c.days.bad -= n
			}
		}
	}
	for _, u := range units {
		c.units[u] = true
	}
	return c
}

// tellFormats notes the values of row groups whose footers leave no doubt: numbers that all lie between two
// of one format, and all on one side of the last day that counts. It returns the row groups that are left.
// Those with a native time say nothing of formats.
func (p *Plan) tellFormats(r *TimeReader, numbers *evidence, last Day) (open []unit, err error) {
	var info *column.Info
	var bounds []column.Bounds
	file := -1
	for _, u := range unitsOf(p) {
		f := &p.Files[u.file]
		if u.file != file {
			if info, _, err = f.source(f.File, r.Column); err != nil {
				return nil, err
			}
			if file = u.file; info != nil {
				bounds = f.File.Bounds(info)
			}
		}
		switch {
		case p.Config.readAll || info == nil:
		case info.Type.Kind == column.Date || info.Type.Kind == column.Timestamp:
			continue
		case r.tellFormat(&bounds[u.group], f.File.RowGroups[u.group], info.Type, numbers, last):
			continue
		}
		open = append(open, u)
	}
	return open, nil
}

// tellFormat notes the values of a row group by its bounds alone; false where these leave a doubt.
func (r *TimeReader) tellFormat(b *column.Bounds, rows int64, t column.Type, numbers *evidence, last Day) bool {
	if !b.Known || b.Nulls < 0 {
		return false
	}
	s := r.zone.span()
	f, _ := plausibleInteger(b.Min, &s)
	if g, _ := plausibleInteger(b.Max, &s); f != g || f == autoFormat {
		return false
	}
	days, ok := (&TimeReader{ints: timeFormats[f], zone: r.zone}).daysBetween(b.Min, b.Max, t)
	if !ok || days.lo <= last && days.hi > last {
		return false
	}
	numbers.note(f, days.lo, last, rows-b.Nulls)
	return true
}

// timeKinds says how the files hold the time.
type timeKinds struct{ native, numbers, text bool }

func (has *timeKinds) note(k column.Kind) {
	switch k {
	case column.Date, column.Timestamp:
		has.native = true
	case column.Int, column.Decimal, column.Float:
		has.numbers = true
	case column.Text:
		has.text = true
	}
}

// believe takes the formats that the evidence is for.
func (r *TimeReader) believe(all *timeEvidence, name string, has timeKinds) error {
	var formats []string
	if has.native {
		formats = append(formats, "native")
	}
	for _, of := range []struct {
		there    bool
		what     string
		evidence *evidence
		format   *string
	}{{has.numbers, "numbers", &all.numbers, &r.ints}, {has.text, "text", &all.text, &r.text}} {
		if !of.there || of.evidence.values() == 0 && has.native {
			continue
		}
		f := of.evidence.format()
		if f == autoFormat {
			return &MappingError{Role: RoleTime, Msg: of.evidence.doubt(name, of.what)}
		}
		*of.format = timeFormats[f]
		if !slices.Contains(formats, timeFormats[f]) {
			formats = append(formats, timeFormats[f])
		}
	}
	r.Format = strings.Join(formats, " and ")
	return nil
}
