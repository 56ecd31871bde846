package ingest

import (
	"fmt"
	"math"
	"strings"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
)

// A format is believed when nearly all values make sense in it: the rest are typing
// errors and placeholders, whose rows are set aside as bad. In a small file a few
// are more than a share allows.
const (
	plausibleShare = 0.99
	strayValues    = 3 // or all but so many,
	soundPerStray  = 4 // with so many sound ones to each
)

// Epoch numbers are believed to be times when they fall between these days. The
// windows of days, seconds, milli-, micro- and nanoseconds do not meet, and none
// meets the integers that read as yyyymmdd, so a value is plausible in one format at
// most. Older data need --time-format.
var (
	epochFrom = Date(1980, 1, 1)
	epochTo   = Date(2100, 1, 1)
)

// unitsPerDay of the epoch formats, parallel to timeFormats.
var unitsPerDay = [numTimeFormats]int64{
	epochDays: 1, epochSeconds: secondsPerDay, epochMillis: secondsPerDay * 1e3, epochMicros: secondsPerDay * 1e6, epochNanos: secondsPerDay * 1e9,
}

// plausibleInteger is the one format in which an integer is plausible, and its day
// then; autoFormat where there is none.
func plausibleInteger(x int64, s *zoneSpan) (timeFormat, Day) {
	if d, ok := yyyymmdd(x); ok {
		return yearMonthDay, d
	}
	for f := epochDays; f <= epochNanos; f++ {
		if x >= int64(epochFrom)*unitsPerDay[f] && x < int64(epochTo)*unitsPerDay[f] {
			d, _ := (&TimeReader{ints: timeFormats[f]}).integer(x, s)
			return f, d
		}
	}
	return autoFormat, 0
}

// plausibleText is the same for text: ISO or yyyymmdd.
func plausibleText(b []byte, s *zoneSpan) (timeFormat, Day) {
	b = trimBlanks(b)
	if d, ok := parseISO(b, s); ok {
		return isoFormat, d
	}
	if x, ok := parseDigits(b); ok && len(b) == len("yyyymmdd") {
		if d, ok := yyyymmdd(x); ok {
			return yearMonthDay, d
		}
	}
	return autoFormat, 0
}

// evidence counts the values that are plausible in each format; autoFormat counts
// those that are in none.
type evidence struct {
	in    [numTimeFormats]int64 // without nulls and blank text, up to the last day that counts
	later [numTimeFormats]int64 // after it: only for want of others
	odd   string                // the least, by bytes, of the values that fit no format; "" = none
	days  [numTimeFormats]histogram
}

// note counts n values of a day that may be later than the last that counts.
func (e *evidence) note(f timeFormat, d, last Day, n int64) {
	if f != autoFormat && d > last {
		e.later[f] += n
	} else {
		e.in[f] += n
	}
}

// on counts n values that were read on their day.
func (e *evidence) on(f timeFormat, d Day, n int64) {
	if f != autoFormat {
		e.days[f].add(d, n)
	}
}

// strange keeps one value that fits no format, to show it.
func (e *evidence) strange(v string) {
	if e.odd == "" || v < e.odd {
		e.odd = v
	}
}

func (e *evidence) merge(o *evidence) {
	for f := range e.in {
		e.in[f] += o.in[f]
		e.later[f] += o.later[f]
		if o.days[f].rows != nil {
			e.days[f].merge(&o.days[f])
		}
	}
	if o.odd != "" {
		e.strange(o.odd)
	}
}

// settle takes the later values where there are no others.
func (e *evidence) settle() {
	if e.in == [numTimeFormats]int64{} {
		e.in = e.later
	}
}

func (e *evidence) values() (n int64) {
	for _, k := range e.in {
		n += k
	}
	return n
}

// format is the one that nearly all values are plausible in; autoFormat = none.
func (e *evidence) format() timeFormat {
	values := e.values()
	for f := autoFormat + 1; f < numTimeFormats; f++ {
		n := e.in[f]
		strays := values - n
		if n > 0 && (float64(n) >= plausibleShare*float64(values) || strays <= strayValues && soundPerStray*strays <= n) {
			return f
		}
	}
	return autoFormat
}

// unanimous reports whether all values are plausible in one format: reading them in it gives the days that
// were counted.
func (e *evidence) unanimous(f timeFormat) bool {
	for g := range numTimeFormats {
		if g != f && e.in[g]+e.later[g] > 0 {
			return false
		}
	}
	return true
}

// timeEvidence is the evidence of one worker.
type timeEvidence struct {
	numbers, text evidence
	rows          int64 // that were read
}

// visit counts the values of a batch. Values plausible as a day after last are held
// apart: what is read of the others must not depend on them.
func (t *timeEvidence) visit(v *column.Vector, typ column.Type, s *zoneSpan, last Day) {
	t.rows += int64(v.N)
	switch typ.Kind {
	case column.Int, column.Decimal, column.Float:
		for i := range v.N {
			if v.IsNull(i) || v.IsBad(i) || typ.Kind == column.Float && math.IsNaN(v.Float[i]) {
				continue
			}
			f, d := autoFormat, Day(0)
			if x, ok := timeNumber(v, typ, i); ok {
				f, d = plausibleInteger(x, s)
			}
			t.numbers.on(f, d, 1)
			if t.numbers.note(f, d, last, 1); f == autoFormat {
				t.numbers.strange(string(key.AppendValue(nil, v, typ, i)))
			}
		}
	case column.Text:
		t.visitText(v, s, last)
	}
}

// visitText looks at each entry of the dictionary once, unless there are more of them
// than rows: every batch of a row group comes with the same dictionary.
func (t *timeEvidence) visitText(v *column.Vector, s *zoneSpan, last Day) {
	if v.Dict.Len() > v.N {
		for i := range v.N {
			if !v.IsNull(i) {
				t.value(v.Dict.Value(v.Code[i]), 1, s, last)
			}
		}
		return
	}
	rows := make([]int64, v.Dict.Len())
	for i := range v.N {
		if !v.IsNull(i) {
			rows[v.Code[i]]++
		}
	}
	for e, n := range rows {
		if n > 0 {
			t.value(v.Dict.Value(uint32(e)), n, s, last)
		}
	}
}

// value notes a text that n rows have.
func (t *timeEvidence) value(b []byte, n int64, s *zoneSpan, last Day) {
	if len(trimBlanks(b)) == 0 {
		return
	}
	f, d := plausibleText(b, s)
	t.text.on(f, d, n)
	if t.text.note(f, d, last, n); f == autoFormat {
		t.text.strange(clip(string(b)))
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

// doubt says why no format is believed, and what to do.
func (e *evidence) doubt(name, what string) string {
	values := e.values()
	if values == 0 {
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
	msg := fmt.Sprintf("the time column %q holds %s, %d values: %s", name, what, values, strings.Join(found, ", "))
	if e.odd != "" {
		msg += fmt.Sprintf(", and such as %q", e.odd)
	}
	return msg + "; " + advice + ", or choose another column with --time"
}
