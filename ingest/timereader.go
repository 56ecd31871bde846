package ingest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones do not depend on the machine

	"mainstay/ingest/column"
	"mainstay/ingest/key"
)

// timeFormat numbers the formats that have a name; layouts have none.
type timeFormat int

const (
	autoFormat timeFormat = iota
	yearMonthDay
	epochDays
	epochSeconds
	epochMillis
	epochMicros
	epochNanos
	isoFormat
	numTimeFormats
)

// timeFormats are the values of Config.TimeFormat besides layouts.
var timeFormats = []string{"auto", "yyyymmdd", "epoch-days", "epoch-s", "epoch-ms", "epoch-us", "epoch-ns", "iso"}

// TimeReader turns the time column into days in the configured zone. The zero
// value reads native columns in UTC. It is immutable and safe for concurrent use.
//
// DATE columns and local timestamps are as written; timestamps adjusted to UTC,
// epochs from seconds on, and text with an offset are days in the zone.
type TimeReader struct {
	Column string
	Format string // resolved: native, yyyymmdd, epoch-…, iso, or a layout; joined by " and " where files differ

	zone *zone
	ints string      // format of columns of numbers, "" = they cannot be read
	text string      // format of text columns, likewise
	form *timeLayout // when ints or text is a layout
}

// NewTimeReader makes a reader of native columns in the location (nil = UTC) and,
// with a format other than auto, of numbers and text.
func NewTimeReader(name, format string, loc *time.Location) (TimeReader, error) {
	r := TimeReader{Column: name, Format: "native", zone: newZone(loc)}
	if format == "" || format == "auto" {
		return r, nil
	}
	if err := checkTimeFormat(format); err != nil {
		return r, err
	}
	r.ints, r.text, r.Format = format, format, format
	switch {
	case format == "iso":
		r.ints = ""
	case strings.Contains(format, "%"):
		r.form, _ = newTimeLayout(format)
	}
	return r, nil
}

// checkTimeFormat says why a format cannot be used.
func checkTimeFormat(format string) error {
	if strings.Contains(format, "%") {
		_, err := newTimeLayout(format)
		return err
	}
	if !slices.Contains(timeFormats, format) {
		return fmt.Errorf("%q is not a time format%s; there are %s, and layouts such as %%d/%%m/%%Y",
			format, suggestion(format, timeFormats), strings.Join(timeFormats, ", "))
	}
	return nil
}

// Days sets out[i] to the day of row i of v, or bad[i] and out[i] = 0 where there is
// none: null, unreadable, or not within 1900–2200. out and bad have v.N elements.
func (r *TimeReader) Days(v *column.Vector, t column.Type, out []Day, bad []bool) {
	s := r.zone.span()
	switch t.Kind {
	case column.Date:
		for i, x := range v.Int[:v.N] {
			d, ok := validDay(x)
			out[i], bad[i] = d, !ok
		}
	case column.Timestamp:
		r.timestamps(v, t, &s, out, bad)
	case column.Int:
		for i, x := range v.Int[:v.N] {
			d, ok := r.integer(x, &s)
			out[i], bad[i] = d, !ok
		}
	case column.Decimal, column.Float:
		for i := range v.N {
			x, ok := timeNumber(v, t, i)
			out[i], bad[i] = 0, true
			if d, valid := r.integer(x, &s); ok && valid {
				out[i], bad[i] = d, false
			}
		}
	case column.Text:
		r.texts(v, &s, out, bad)
	default:
		for i := range v.N {
			out[i], bad[i] = 0, true
		}
	}
	if v.Null == nil && v.Bad == nil {
		return
	}
	for i := range v.N {
		if v.IsNull(i) || v.IsBad(i) {
			out[i], bad[i] = 0, true
		}
	}
}

// perSecond is the number of units in a second.
var perSecond = map[column.Unit]int64{column.Second: 1, column.Milli: 1e3, column.Micro: 1e6, column.Nano: 1e9}

func (r *TimeReader) timestamps(v *column.Vector, t column.Type, s *zoneSpan, out []Day, bad []bool) {
	unit := perSecond[t.Unit]
	if !t.UTC || r.zone == nil { // one division
		unit *= secondsPerDay
		for i, x := range v.Int[:v.N] {
			d, ok := validDay(floorDiv(x, unit))
			out[i], bad[i] = d, !ok
		}
		return
	}
	for i, x := range v.Int[:v.N] {
		d, ok := s.dayOf(floorDiv(x, unit))
		out[i], bad[i] = d, !ok
	}
}

// timeNumber is the integer that row i of a column of numbers says a time with: a
// float without its fraction of a unit, for integers become floats where a column has
// nulls (pandas), and a DECIMAL without places (Oracle's NUMBER).
func timeNumber(v *column.Vector, t column.Type, i int) (int64, bool) {
	if t.Kind == column.Float {
		return key.Integer(math.Floor(v.Float[i]))
	}
	return v.Int[i], true
}

// integer reads an integer in the reader's format.
func (r *TimeReader) integer(x int64, s *zoneSpan) (Day, bool) {
	switch r.ints {
	case "":
		return 0, false
	case "yyyymmdd":
		return yyyymmdd(x)
	case "epoch-days":
		return validDay(x)
	case "epoch-s":
		return s.dayOf(x)
	case "epoch-ms":
		return s.dayOf(floorDiv(x, 1e3))
	case "epoch-us":
		return s.dayOf(floorDiv(x, 1e6))
	case "epoch-ns":
		return s.dayOf(floorDiv(x, 1e9))
	}
	var buf [20]byte // -9223372036854775808
	return r.form.parse(strconv.AppendInt(buf[:0], x, 10), s)
}

// yyyymmdd reads the integer 20240131.
func yyyymmdd(x int64) (Day, bool) {
	if x < 19000101 || x > 22001231 {
		return 0, false
	}
	return validDate(int(x/10000), int(x/100%100), int(x%100))
}

// texts reads text: the entries of a dictionary once, or row by row where the batch
// has fewer rows than the dictionary entries.
func (r *TimeReader) texts(v *column.Vector, s *zoneSpan, out []Day, bad []bool) {
	if v.Dict.Len() > v.N {
		for i := range v.N {
			if v.IsNull(i) {
				continue
			}
			d, ok := r.parse(v.Dict.Value(v.Code[i]), s)
			out[i], bad[i] = d, !ok
		}
		return
	}
	m := entryDays.Get().(*[]entryDay)
	defer entryDays.Put(m)
	days := (*m)[:0]
	for e := range v.Dict.Len() {
		d, ok := r.parse(v.Dict.Value(uint32(e)), s)
		days = append(days, entryDay{d, !ok})
	}
	*m = days
	for i := range v.N {
		if v.IsNull(i) {
			continue
		}
		e := days[v.Code[i]]
		out[i], bad[i] = e.day, e.bad
	}
}

// entryDay is what a dictionary entry says.
type entryDay struct {
	day Day
	bad bool
}

var entryDays = sync.Pool{New: func() any { return new([]entryDay) }}

// parse reads a text in the reader's format, blanks around it aside.
func (r *TimeReader) parse(b []byte, s *zoneSpan) (Day, bool) {
	b = trimBlanks(b)
	switch {
	case r.text == "":
		return 0, false
	case r.text == "iso":
		return parseISO(b, s)
	case r.form != nil && r.text == r.form.text:
		return r.form.parse(b, s)
	}
	x, ok := parseDigits(b)
	if !ok || r.text == "yyyymmdd" && len(b) != len("yyyymmdd") {
		return 0, false
	}
	return (&TimeReader{ints: r.text}).integer(x, s)
}

// parseDigits reads an integer of at most 19 digits with an optional minus.
func parseDigits(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	var u uint64 // 19 digits stay below 2^64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0')
	}
	if u > math.MaxInt64 {
		return 0, false
	}
	if neg {
		return -int64(u), true
	}
	return int64(u), true
}

// trimBlanks cuts white space off both ends.
func trimBlanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] >= '\t' && b[0] <= '\r') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] >= '\t' && b[len(b)-1] <= '\r') {
		b = b[:len(b)-1]
	}
	return b
}
