package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/column"

	"pgregory.net/rapid"
)

// zones with daylight saving, a date line change, offsets of seconds, half hours, and none.
var testZones = []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Monrovia"}

func mustZone(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func textVector(values ...string) *column.Vector {
	v := &column.Vector{N: len(values), Dict: &column.Dict{Start: []uint32{0}}}
	for i, s := range values {
		v.Dict.Bytes = append(v.Dict.Bytes, s...)
		v.Dict.Start = append(v.Dict.Start, uint32(len(v.Dict.Bytes)))
		v.Code = append(v.Code, uint32(i))
	}
	return v
}

// dayBy reads one value; ok is false where it is bad.
func dayBy(r *TimeReader, v *column.Vector, t column.Type) (Day, bool) {
	out, bad := make([]Day, v.N), make([]bool, v.N)
	r.Days(v, t, out, bad)
	return out[0], !bad[0]
}

func TestCalendarAgainstTime(t *testing.T) {
	for d := earliestDay - 800; d <= latestDay+800; d++ {
		at := d.Time()
		y, m, day := at.Date()
		if Date(y, int(m), day) != d {
			t.Fatalf("Date(%d, %d, %d) = %d, want %d", y, m, day, Date(y, int(m), day), d)
		}
		got, ok := validDate(y, int(m), day)
		if want := d >= earliestDay && d <= latestDay; ok != want || ok && got != d {
			t.Fatalf("validDate of %s is %d, %v", d, got, ok)
		}
	}
	for _, d := range [][3]int{{2023, 2, 29}, {1900, 2, 29}, {2024, 4, 31}, {2024, 13, 1}, {2024, 0, 1}, {2024, 1, 0}, {2024, 1, 32}} {
		if _, ok := validDate(d[0], d[1], d[2]); ok {
			t.Errorf("%v is a date", d)
		}
	}
}

// Instants become the same day as with time.Time, in every form of column.
func TestInstantsAgainstTime(t *testing.T) {
	type key struct{ zone, format string }
	readers, locs := map[key]TimeReader{}, map[string]*time.Location{}
	for _, z := range testZones {
		locs[z] = mustZone(t, z)
		r, _ := NewTimeReader("t", "auto", locs[z])
		readers[key{z, "auto"}] = r
		for _, format := range []string{"epoch-s", "epoch-ms", "epoch-us", "epoch-ns", "iso"} {
			f, _ := NewTimeReader("t", format, nil)
			f.zone = r.zone // made once, for it takes milliseconds
			readers[key{z, format}] = f
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(testZones).Draw(t, "zone")
		loc := locs[z]
		at := time.Unix(rapid.Int64Range(earliestDay.Time().Unix()+86400, 9e9-1).Draw(t, "second"), rapid.Int64Range(0, 999999999).Draw(t, "nano"))
		if at.Year() > 2199 {
			return
		}
		want := DayOf(at.In(loc))
		auto := readers[key{z, "auto"}]
		for unit, x := range map[column.Unit]int64{column.Second: at.Unix(), column.Milli: at.UnixMilli(), column.Micro: at.UnixMicro(), column.Nano: at.UnixNano()} {
			v := &column.Vector{N: 1, Int: []int64{x}}
			if d, ok := dayBy(&auto, v, column.Type{Kind: column.Timestamp, Unit: unit, UTC: true}); !ok || d != want {
				t.Fatalf("%v, UTC timestamp: %s, %v; want %s", at, d, ok, want)
			}
			if d, ok := dayBy(&auto, v, column.Type{Kind: column.Timestamp, Unit: unit}); !ok || d != DayOf(at.UTC()) {
				t.Fatalf("%v, local timestamp: %s, %v", at, d, ok)
			}
			name := map[column.Unit]string{column.Second: "epoch-s", column.Milli: "epoch-ms", column.Micro: "epoch-us", column.Nano: "epoch-ns"}[unit]
			epoch := readers[key{z, name}]
			if d, ok := dayBy(&epoch, v, column.Type{Kind: column.Int}); !ok || d != want {
				t.Fatalf("%v, %s: %s, %v; want %s", at, name, d, ok, want)
			}
		}
		local := at.In(loc)
		if _, seconds := local.Zone(); seconds%60 != 0 {
			return // offsets in text have no seconds
		}
		iso := readers[key{z, "iso"}]
		for _, text := range []string{at.UTC().Format(time.RFC3339Nano), local.Format(time.RFC3339), local.Format("2006-01-02 15:04:05.000 -0700"), local.Format("2006/1/2 15:04"), local.Format(time.DateOnly)} {
			if d, ok := dayBy(&iso, textVector(text), column.Type{Kind: column.Text}); !ok || d != want {
				t.Fatalf("%s in %s: %s, %v; want %s", text, loc, d, ok, want)
			}
		}
	})
}

func TestIntegersAndDates(t *testing.T) {
	for _, c := range []struct {
		format string
		x      int64
		want   string
	}{
		{"yyyymmdd", 20240229, "2024-02-29"}, {"yyyymmdd", 20230229, ""}, {"yyyymmdd", 0, ""}, {"yyyymmdd", 99991231, ""}, {"yyyymmdd", -20240229, ""},
		{"epoch-days", 0, "1970-01-01"}, {"epoch-days", -25567, "1900-01-01"}, {"epoch-days", -25568, ""}, {"epoch-days", 84370, "2200-12-31"}, {"epoch-days", 84371, ""},
		{"epoch-s", -1, "1969-12-31"}, {"epoch-ms", -1, "1969-12-31"}, {"epoch-ns", 1<<63 - 1, ""}, {"epoch-s", -1 << 63, ""}, {"epoch-s", 1<<63 - 1, ""},
		{"%d%m%Y", 31122023, "2023-12-31"}, {"%Y%m%d%H", 2023123123, "2023-12-31"},
	} {
		for _, zone := range []string{"UTC", "Asia/Shanghai"} {
			r, err := NewTimeReader("t", c.format, mustZone(t, zone))
			if err != nil {
				t.Fatal(err)
			}
			d, ok := dayBy(&r, &column.Vector{N: 1, Int: []int64{c.x}}, column.Type{Kind: column.Int})
			if zone != "UTC" && strings.HasPrefix(c.format, "epoch-") && c.x < 0 {
				continue // another day there
			}
			if c.format == "epoch-ns" && c.x > 0 { // 2262
				ok = ok && d.Time().Year() != 2262
			}
			if ok != (c.want != "") || ok && d.String() != c.want {
				t.Errorf("%s of %d in %s: %s, %v; want %q", c.format, c.x, zone, d, ok, c.want)
			}
		}
	}
}

func TestTextLayouts(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"%d/%m/%Y", "31/12/2023", "2023-12-31"}, {"%d/%m/%Y", "1/2/2023", "2023-02-01"}, {"%m/%d/%Y", "1/2/2023", "2023-01-02"}, {"%d/%m/%Y", "31/12/2023 ", "2023-12-31"},
		{"%d/%m/%Y", "31/12/23", ""}, {"%d/%m/%Y", "31/13/2023", ""}, {"%d/%m/%Y", "31/12/2023x", ""}, {"%d/%m/%Y", "", ""},
		{"%d.%m.%y", "31.12.68", "2068-12-31"}, {"%d.%m.%y", "31.12.69", "1969-12-31"},
		{"%b %d, %Y", "Feb 29, 2024", "2024-02-29"}, {"%B %d, %Y", "FEBRUARY 29, 2024", "2024-02-29"}, {"%b %d, %Y", "Febr 29, 2024", ""}, {"%d %b %Y", "1 May 2024", "2024-05-01"},
		{"%m/%d/%Y %I:%M:%S %p", "12/31/2023 12:00:00 AM", "2023-12-31"}, {"%m/%d/%Y %I:%M %p", "12/31/2023 13:00 PM", ""},
		{"%F %T", "2023-12-31 23:59:59", "2023-12-31"}, {"%F %T", "2023-12-31 24:00:00", ""}, {"%F %T.%f", "2023-12-31 23:59:59.123456", "2023-12-31"},
		{"%FT%T%z", "2023-12-31T23:59:59-05:00", "2024-01-01"}, {"%FT%T%z", "2023-12-31T23:59:59Z", "2023-12-31"}, {"%d%%%m%%%Y", "31%12%2023", "2023-12-31"},
		{"%Y年%m月%d日", "2023年12月31日", "2023-12-31"},
		{"iso", "2023-12-31", "2023-12-31"}, {"iso", "2023-12-31T23:59", "2023-12-31"}, {"iso", "2023-12-31 20:00:00-05:00", "2024-01-01"}, {"iso", "2023-12-31 20:00:00 UTC", "2023-12-31"},
		{"iso", "2023/1/5", "2023-01-05"}, {"iso", "2023-12-31T", ""}, {"iso", "2023-12-31T25:00", ""}, {"iso", "2023-1231", ""}, {"iso", "31-12-2023", ""}, {"iso", "2023-12-31T10:00:00+25:00", ""},
		{"yyyymmdd", "20231231", "2023-12-31"}, {"yyyymmdd", "020231231", ""}, {"yyyymmdd", "2023123", ""},
		{"epoch-s", "1704067199", "2023-12-31"}, {"epoch-s", "17040671990000000000", ""},
	} {
		r, err := NewTimeReader("t", c.format, nil)
		if err != nil {
			t.Fatal(err)
		}
		d, ok := dayBy(&r, textVector(c.text), column.Type{Kind: column.Text})
		if ok != (c.want != "") || ok && d.String() != c.want {
			t.Errorf("%s of %q: %s, %v; want %q", c.format, c.text, d, ok, c.want)
		}
	}
	for _, bad := range []string{"%Y-%m", "%d/%m", "%Y-%m-%d %Q", "%Y-%m-%d %", "yymmdd", "YYYYMMDD", "Iso"} {
		if _, err := NewTimeReader("t", bad, nil); err == nil {
			t.Errorf("%q is a time format", bad)
		}
	}
	if _, err := NewTimeReader("t", "yyymmdd", nil); err == nil || !strings.Contains(err.Error(), `did you mean "yyyymmdd"?`) {
		t.Errorf("no suggestion: %v", err)
	}
}

// Rows read in a batch, with a dictionary, nulls and bad values, are as one by one.
func TestDaysOfABatch(t *testing.T) {
	r, _ := NewTimeReader("t", "iso", nil)
	v := textVector("2023-12-31", "x", "2024-01-01")
	v.Code = []uint32{0, 2, 1, 99, 0, 2}
	v.N = 6
	v.Null = []bool{false, false, false, true, false, false}
	out, bad := make([]Day, 6), []bool{true, true, true, false, true, true}
	r.Days(v, column.Type{Kind: column.Text}, out, bad)
	if got := fmt.Sprint(out, bad); got != "[2023-12-31 2024-01-01 1970-01-01 1970-01-01 2023-12-31 2024-01-01] [false false true true false false]" {
		t.Error(got)
	}
	few := &column.Vector{N: 2, Dict: v.Dict, Code: []uint32{2, 1}} // more entries than rows
	r.Days(few, column.Type{Kind: column.Text}, out, bad)
	if got := fmt.Sprint(out[:2], bad[:2]); got != "[2024-01-01 1970-01-01] [false true]" {
		t.Error(got)
	}
	d := &column.Vector{N: 3, Int: []int64{0, 1 << 40, 5}, Bad: []bool{false, false, true}}
	r.Days(d, column.Type{Kind: column.Date}, out, bad)
	if got := fmt.Sprint(out[:3], bad[:3]); got != "[1970-01-01 1970-01-01 1970-01-01] [false true true]" {
		t.Error(got)
	}
}

func TestPlausibleIntegersAreOfOneFormat(t *testing.T) {
	day := Date(2011, 12, 9)
	for f, x := range map[timeFormat]int64{yearMonthDay: 20111209, epochDays: int64(day), epochSeconds: int64(day) * 86400, epochMillis: int64(day) * 86400e3, epochMicros: int64(day) * 86400e6, epochNanos: int64(day) * 86400e9} {
		if got, d := plausibleInteger(x, new(zoneSpan)); got != f || d != day {
			t.Errorf("%d is %s of %s, want %s of %s", x, timeFormats[got], d, timeFormats[f], day)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64().Draw(t, "x")
		n := 0
		if _, ok := yyyymmdd(x); ok {
			n++
		}
		for f := epochDays; f <= epochNanos; f++ {
			if x >= int64(epochFrom)*unitsPerDay[f] && x < int64(epochTo)*unitsPerDay[f] {
				n++
			}
		}
		if n > 1 {
			t.Fatalf("%d is plausible in %d formats", x, n)
		}
	})
}

func FuzzTimeLayout(f *testing.F) {
	f.Add("%d/%m/%Y %I:%M %p", "31/12/2023 11:59 PM")
	f.Add("%FT%T.%f%z", "2023-12-31T23:59:59.5+0800")
	f.Fuzz(func(t *testing.T, format, text string) {
		s := (*zone)(nil).span()
		parseISO([]byte(text), &s)
		l, err := newTimeLayout(format)
		if err != nil {
			return
		}
		if d, ok := l.parse([]byte(text), &s); ok && (d < earliestDay || d > latestDay) {
			t.Fatalf("%q of %q is %s", format, text, d)
		}
	})
}

func benchmarkDays(b *testing.B, zone string, t column.Type, value func(i int) int64) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		b.Fatal(err)
	}
	r, _ := NewTimeReader("t", "yyyymmdd", loc)
	v := &column.Vector{N: batchRows, Int: make([]int64, batchRows)}
	for i := range v.Int {
		v.Int[i] = value(i)
	}
	out, bad := make([]Day, v.N), make([]bool, v.N)
	b.SetBytes(batchRows * 8)
	b.ReportAllocs()
	for b.Loop() {
		r.Days(v, t, out, bad)
	}
}

func BenchmarkDaysUTC(b *testing.B) {
	benchmarkDays(b, "UTC", column.Type{Kind: column.Timestamp, Unit: column.Micro, UTC: true}, func(i int) int64 { return 1.3e15 + int64(i)*1e9 })
}

func BenchmarkDaysZone(b *testing.B) {
	benchmarkDays(b, "Europe/Berlin", column.Type{Kind: column.Timestamp, Unit: column.Micro, UTC: true}, func(i int) int64 { return 1.3e15 + int64(i)*1e9 })
}

func BenchmarkDaysYYYYMMDD(b *testing.B) {
	benchmarkDays(b, "UTC", column.Type{Kind: column.Int}, func(i int) int64 { return 20110101 + int64(i%28) })
}
