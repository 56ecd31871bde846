package ingest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

// plausibleShare is the share of values that must make sense in one format for it
// to be believed: the rest are typing errors and placeholders.
const plausibleShare = 0.99

// Epoch numbers are believed to be times when they fall between these days. The
// windows of days, seconds, milli-, micro- and nanoseconds do not meet, and none
// meets the integers that read as yyyymmdd, so a value is plausible in one format at
// most. Older data need --time-format.
var (
	epochFrom = civil(1980, 1, 1)
	epochTo   = civil(2100, 1, 1)
)

// unitsPerDay of the epoch formats, parallel to timeFormats.
var unitsPerDay = [numTimeFormats]int64{
	epochDays: 1, epochSeconds: secondsPerDay, epochMillis: secondsPerDay * 1e3, epochMicros: secondsPerDay * 1e6, epochNanos: secondsPerDay * 1e9,
}

// plausibleInteger is the one format in which an integer is plausible, autoFormat
// where there is none.
func plausibleInteger(x int64) timeFormat {
	if _, ok := yyyymmdd(x); ok {
		return yearMonthDay
	}
	for f := epochDays; f <= epochNanos; f++ {
		if x >= int64(epochFrom)*unitsPerDay[f] && x < int64(epochTo)*unitsPerDay[f] {
			return f
		}
	}
	return autoFormat
}

// plausibleText is the same for text: ISO or yyyymmdd.
func plausibleText(b []byte, s *zoneSpan) timeFormat {
	b = trimBlanks(b)
	if _, ok := parseISO(b, s); ok {
		return isoFormat
	}
	if x, ok := parseDigits(b); ok && len(b) == len("yyyymmdd") {
		if _, ok := yyyymmdd(x); ok {
			return yearMonthDay
		}
	}
	return autoFormat
}

// evidence counts the values that are plausible in each format; autoFormat counts
// those that are in none.
type evidence struct {
	values int64 // without nulls and blank text
	in     [numTimeFormats]int64
	odd    string // the least, by bytes, of the values that fit no format; "" = none
}

// note counts n values.
func (e *evidence) note(f timeFormat, n int64) {
	e.values += n
	e.in[f] += n
}

// strange keeps one value that fits no format, to show it.
func (e *evidence) strange(v string) {
	if e.odd == "" || v < e.odd {
		e.odd = v
	}
}

func (e *evidence) merge(o *evidence) {
	e.values += o.values
	for f, n := range o.in {
		e.in[f] += n
	}
	if o.odd != "" {
		e.strange(o.odd)
	}
}

// format is the one that nearly all values are plausible in; autoFormat = none.
func (e *evidence) format() timeFormat {
	for f := autoFormat + 1; f < numTimeFormats; f++ {
		if n := e.in[f]; n > 0 && float64(n) >= plausibleShare*float64(e.values) {
			return f
		}
	}
	return autoFormat
}

// timeEvidence is the evidence of one worker.
type timeEvidence struct{ ints, text evidence }

func (t *timeEvidence) visit(v *column.Vector, typ column.Type, s *zoneSpan) {
	switch typ.Kind {
	case column.Int:
		for i, x := range v.Int[:v.N] {
			if v.IsNull(i) || v.IsBad(i) {
				continue
			}
			f := plausibleInteger(x)
			if t.ints.note(f, 1); f == autoFormat {
				t.ints.strange(strconv.FormatInt(x, 10))
			}
		}
	case column.Text:
		rows := make([]int64, v.Dict.Len())
		for i := range v.N {
			if !v.IsNull(i) {
				rows[v.Code[i]]++
			}
		}
		for e, n := range rows {
			b := v.Dict.Value(uint32(e))
			if n == 0 || len(trimBlanks(b)) == 0 {
				continue
			}
			f := plausibleText(b, s)
			if t.text.note(f, n); f == autoFormat {
				t.text.strange(clip(string(b)))
			}
		}
	}
}

// clip shortens a foreign value for an error.
func clip(s string) string {
	const most = 40 // more than any date is long
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "�")
}

// resolveTime makes the reader of the time column. Integers and text without a
// configured format are read once to find it.
func resolveTime(ctx context.Context, st store.Store, p *Plan, c *catalog, name string, threads int) (TimeReader, error) {
	r, err := NewTimeReader(name, p.Config.TimeFormat, p.Location)
	if err != nil {
		return r, &ConfigError{"time_format: " + err.Error()}
	}
	kinds := map[column.Kind]bool{}
	for _, t := range c.find(name).types {
		kinds[t.Kind] = true
	}
	native := kinds[column.Date] || kinds[column.Timestamp]
	if p.Config.TimeFormat != "auto" {
		if kinds[column.Int] && r.ints == "" {
			return r, &MappingError{Role: RoleTime, Msg: fmt.Sprintf("column %q holds integers, which --time-format %s does not read; leave --time-format out, or use yyyymmdd or an epoch format", name, p.Config.TimeFormat)}
		}
		if !kinds[column.Int] && !kinds[column.Text] {
			p.Notes = append(p.Notes, fmt.Sprintf("time_format %s is not used: %s is %s", p.Config.TimeFormat, showName(name), c.find(name).typeName()))
			r.Format = "native"
		}
		return r, nil
	}
	if !kinds[column.Int] && !kinds[column.Text] {
		return r, nil
	}
	workers := make([]timeEvidence, max(threads, 1))
	err = scanRows(ctx, st, p, theSame(name), len(workers), func(w int, rows *rowsRead) error {
		s := r.zone.span()
		workers[w].visit(rows.vecs[0], rows.types[0], &s)
		return nil
	})
	if err != nil {
		return r, err
	}
	var all timeEvidence
	for i := range workers {
		all.ints.merge(&workers[i].ints)
		all.text.merge(&workers[i].text)
	}
	return r, r.believe(&all, name, kinds, native)
}

// believe takes the formats that the evidence is for.
func (r *TimeReader) believe(all *timeEvidence, name string, kinds map[column.Kind]bool, native bool) error {
	var formats []string
	if native {
		formats = append(formats, "native")
	}
	for _, of := range []struct {
		kind     column.Kind
		what     string
		evidence *evidence
		format   *string
	}{{column.Int, "integers", &all.ints, &r.ints}, {column.Text, "text", &all.text, &r.text}} {
		if !kinds[of.kind] || of.evidence.values == 0 && native {
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

// doubt says why no format is believed, and what to do.
func (e *evidence) doubt(name, what string) string {
	if e.values == 0 {
		return fmt.Sprintf("the time column %q has no values; choose another with --time", name)
	}
	var found []string
	best := autoFormat
	for f := autoFormat + 1; f < numTimeFormats; f++ {
		n := e.in[f]
		if n == 0 {
			continue
		}
		found = append(found, fmt.Sprintf("%d as %s", n, timeFormats[f]))
		if best == autoFormat || n > e.in[best] {
			best = f
		}
	}
	advice := "say how to read it with --time-format yyyymmdd, epoch-s or the like, or a layout such as %d/%m/%Y or %m/%d/%Y"
	if best == autoFormat {
		found = []string{"none in a known format"}
	} else {
		advice = fmt.Sprintf("say with --time-format %s that the others are wrong, or how else to read it", timeFormats[best])
	}
	msg := fmt.Sprintf("the time column %q holds %s, %d values: %s", name, what, e.values, strings.Join(found, ", "))
	if e.odd != "" {
		msg += fmt.Sprintf(", and such as %q", e.odd)
	}
	return msg + "; " + advice + ", or choose another column with --time"
}
