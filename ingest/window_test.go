package ingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"pgregory.net/rapid"
)

// timeForm is a way in which an export can hold its time.
type timeForm struct {
	name  string
	node  parquet.Node
	value func(d Day, second int64) parquet.Value
	wrong []parquet.Value // values that are no day
}

func int64At(perSecond int64) func(d Day, second int64) parquet.Value {
	return func(d Day, second int64) parquet.Value {
		return parquet.Int64Value((int64(d)*secondsPerDay + second) * perSecond)
	}
}

func asDigits(d Day, _ int64) parquet.Value {
	y, m, day := d.Date()
	return parquet.Int32Value(int32(y*10000 + m*100 + day))
}

var timeForms = []timeForm{
	{"date", parquet.Date(), func(d Day, _ int64) parquet.Value { return parquet.Int32Value(int32(d)) }, []parquet.Value{parquet.Int32Value(-800000), parquet.Int32Value(2000000)}},
	{"local", parquet.TimestampAdjusted(parquet.Microsecond, false), int64At(1e6), []parquet.Value{parquet.Int64Value(-1 << 62)}},
	{"utc", parquet.TimestampAdjusted(parquet.Millisecond, true), int64At(1e3), []parquet.Value{parquet.Int64Value(1 << 62)}},
	{"epoch-s", parquet.Int(64), int64At(1), []parquet.Value{parquet.Int64Value(0), parquet.Int64Value(20249999)}},
	{"epoch-ms", parquet.Leaf(parquet.Int64Type), int64At(1e3), []parquet.Value{parquet.Int64Value(-5)}},
	{"epoch-days", parquet.Leaf(parquet.Int32Type), func(d Day, _ int64) parquet.Value { return parquet.Int32Value(int32(d)) }, []parquet.Value{parquet.Int32Value(3)}},
	{"unsigned", parquet.Uint(32), func(d Day, _ int64) parquet.Value { return parquet.Int32Value(int32(d)) }, []parquet.Value{parquet.Int32Value(-3)}},
	{"yyyymmdd", parquet.Leaf(parquet.Int32Type), asDigits, []parquet.Value{parquet.Int32Value(20240230), parquet.Int32Value(0)}},
	{"decimal", parquet.Decimal(0, 9, parquet.Int32Type), asDigits, []parquet.Value{parquet.Int32Value(20240230)}},
	{"iso", parquet.String(), func(d Day, _ int64) parquet.Value { return parquet.ByteArrayValue([]byte(d.String())) }, []parquet.Value{parquet.ByteArrayValue([]byte("n/a"))}},
}

// drawBook draws a file of some orders: mostly of one year, some far off, some without a day.
func drawBook(t *rapid.T, form *timeForm) []byte {
	n := rapid.IntRange(1, 150).Draw(t, "rows")
	dirt := rapid.SampledFrom([]int{0, 0, 1, 4}).Draw(t, "dirt")
	value := make([]parquet.Value, n)
	days := make([]int, n)
	span := rapid.SampledFrom([]int{0, 40, 400}).Draw(t, "span")
	for i := range days {
		days[i] = int(on("2025-12-01")) + rapid.IntRange(-span, span).Draw(t, "day")
		if dirt > 0 && rapid.IntRange(0, 40).Draw(t, "far") == 0 {
			days[i] = int(on(rapid.SampledFrom([]string{"1982-06-30", "2026-11-22", "2026-11-23", "2051-01-01"}).Draw(t, "far off")))
		}
	}
	if rapid.Bool().Draw(t, "sorted") {
		slices.Sort(days)
	}
	for i, d := range days {
		value[i] = form.value(Day(d), rapid.SampledFrom([]int64{0, 3600, 43200, 86399}).Draw(t, "second"))
		if dirt > 0 && rapid.IntRange(0, 100/dirt).Draw(t, "dirty") == 0 {
			value[i] = rapid.SampledFrom(append(form.wrong, parquet.NullValue())).Draw(t, "wrong")
		}
	}
	required := !slices.ContainsFunc(value, func(v parquet.Value) bool { return v.IsNull() }) && rapid.Bool().Draw(t, "required")
	return bookFile(form, value, required, rapid.SampledFrom([]int{1, 3, 10, 20, 100}).Draw(t, "group"), rapid.IntRange(0, 3).Draw(t, "statistics"))
}

// Kinds of statistics that files have.
const (
	allStatistics = iota
	noStatistics
	oldStatistics // the deprecated fields alone
	noNullCount
)

// bookFile writes rows with the times in row groups of so many.
func bookFile(form *timeForm, times []parquet.Value, required bool, group, statistics int) []byte {
	node := form.node
	if !required {
		node = parquet.Optional(node)
	}
	schema := parquet.NewSchema("orders", parquet.Group{"amount": parquet.Leaf(parquet.Int64Type), "currency": parquet.String(), "customer_id": parquet.Leaf(parquet.Int64Type), "order_date": node})
	var b bytes.Buffer
	w := parquet.NewWriter(&b, schema, parquet.MaxRowsPerRowGroup(int64(group)), parquet.PageBufferSize(32))
	for i, at := range times {
		level := 1
		if required || at.IsNull() {
			level = 0
		}
		row := parquet.Row{parquet.Int64Value(int64(i*7%11-2)).Level(0, 0, 0), parquet.ByteArrayValue([]byte{"EUR"[i*5%7%3], 'X'}).Level(0, 0, 1), parquet.Int64Value(int64(i%9)).Level(0, 0, 2), at.Level(0, level, 3)}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return withStatistics(b.Bytes(), statistics)
}

// withStatistics is the file with other statistics.
func withStatistics(file []byte, statistics int) []byte {
	return rewritten(file, func(meta *format.FileMetaData) {
		for g := range meta.RowGroups {
			for c := range meta.RowGroups[g].Columns {
				s := &meta.RowGroups[g].Columns[c].MetaData.Statistics
				switch statistics {
				case noStatistics:
					*s = format.Statistics{}
				case oldStatistics:
					s.Min, s.Max, s.MinValue, s.MaxValue = s.MinValue, s.MaxValue, nil, nil
				case noNullCount:
					s.NullCount = -1
				}
			}
		}
	})
}

// rewritten is the file with its footer changed.
func rewritten(file []byte, change func(*format.FileMetaData)) []byte {
	start := len(file) - 8 - int(binary.LittleEndian.Uint32(file[len(file)-8:]))
	var meta format.FileMetaData
	var protocol thrift.CompactProtocol
	if err := thrift.Unmarshal(&protocol, file[start:len(file)-8], &meta); err != nil {
		panic(err)
	}
	change(&meta)
	footer, err := thrift.Marshal(&protocol, &meta)
	if err != nil {
		panic(err)
	}
	out := append(slices.Clone(file[:start]), footer...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(footer))), "PAR1"...)
}

// everything is what a plan and its Ledger say, for comparison.
type everything struct {
	Err     string
	Plan    []any
	Digest  string
	First   Day
	Tally   Tally
	Rejects []Reject
	Inspect *Inspection
}

func everythingOf(files store.Memory, cfg Config, threads int) (e everything, p *Plan) {
	ctx := context.Background()
	p, err := NewPlan(ctx, files, []string{"x"}, cfg, threads, planNow)
	if err != nil {
		return everything{Err: err.Error()}, nil
	}
	e.Plan = []any{p.AsOf, p.AsOfWhy, p.FirstDay, p.LastDay, p.Notes, p.Time.Format, p.Currencies}
	l, err := Build(ctx, files, p, threads, func(batch []Reject) error {
		e.Rejects = append(e.Rejects, batch...)
		return nil
	}, nil)
	if err != nil {
		e.Err = err.Error()
		return e, p
	}
	e.Digest, e.First, e.Tally = l.Digest(), l.First, l.Tally
	if e.Inspect, err = Inspect(ctx, files, p, threads); err != nil {
		e.Err = err.Error()
	}
	return e, p
}

// What footers say is only ever a short cut: plan, Ledger, tally, rejects and inspection are the same as when
// every row is read, and every row is inside or counted as outside.
func TestFootersChangeNothing(t *testing.T) {
	defer func(rows int64) { leastPart = rows }(leastPart)
	leastPart = 3 // where threads are three, large row groups are read in parts
	pruned, trusted, cut := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		files := store.Memory{}
		form := &timeForms[rapid.IntRange(0, len(timeForms)-1).Draw(t, "form")]
		for i := range rapid.IntRange(1, 3).Draw(t, "files") {
			files[fmt.Sprintf("x/f%d.parquet", i)] = drawBook(t, form)
		}
		cfg := DefaultConfig()
		cfg.MaxBadRate = 1
		cfg.Zone = rapid.SampledFrom([]string{"UTC", "Asia/Shanghai", "America/New_York"}).Draw(t, "zone")
		date := rapid.SampledFrom([]string{"", "", "2025-10-01", "2025-12-01", "2025-12-15", "2026-06-30"})
		cfg.From, cfg.To, cfg.AsOf = date.Draw(t, "from"), date.Draw(t, "to"), date.Draw(t, "as of")
		if cfg.Columns.Currency = noColumn; rapid.IntRange(0, 4).Draw(t, "with currencies") == 0 {
			cfg.Columns.Currency, cfg.Currency = "", "EX"
		}
		got, p := everythingOf(files, cfg, 3)
		cfg.readAll = true
		want, all := everythingOf(files, cfg, 1)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("with footers %+v\nall read     %+v", got, want)
		}
		if p == nil || got.Err != "" {
			return
		}
		units, err := cutUnits(context.Background(), files, p, unitsOf(p), []string{p.Time.Column, p.Customer}, 3)
		if err != nil {
			t.Fatal(err)
		}
		cut += len(units) - len(unitsOf(p))
		rows := int64(0)
		for i := range p.Files {
			rows += p.Files[i].File.Rows
			for g := range p.groups[i] {
				if p.groups[i][g].outside {
					pruned++
				}
				if p.groups[i][g].trusted != nil {
					trusted++
				}
			}
		}
		if all.rowsOutside() != 0 || got.Tally.RowsRead+got.Tally.RowsOutside != rows {
			t.Fatalf("%d rows read, %d outside, %d in the files", got.Tally.RowsRead, got.Tally.RowsOutside, rows)
		}
	})
	if !testing.Short() && (pruned == 0 || trusted == 0 || cut == 0) { // few are drawn where tests are to be short
		t.Errorf("%d row groups were pruned, %d trusted, %d cut: the test tests nothing", pruned, trusted, cut)
	}
}

// A file sorted by time is read at its ends alone, and a window reads its own row groups.
func TestSortedFileIsReadAtItsEnds(t *testing.T) {
	var times []parquet.Value
	for d := range 1000 {
		times = append(times, timeForms[0].value(on("2023-01-01")+Day(d), 0))
	}
	files := store.Memory{"x/f.parquet": bookFile(&timeForms[0], times, true, 10, allStatistics)}
	count := func(change func(*Config)) (trusted, outside, in int) {
		p, err := planOf(files, "x", func(c *Config) {
			c.Columns.Currency = noColumn
			if change != nil {
				change(c)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range p.groups[0] {
			switch {
			case g.trusted != nil:
				trusted++
			case g.outside:
				outside++
			default:
				in++
			}
		}
		return
	}
	if trusted, outside, in := count(nil); trusted != 98 || outside != 0 || in != 2 {
		t.Errorf("%d row groups trusted, %d outside, %d read", trusted, outside, in)
	}
	window := func(c *Config) { c.From, c.To = "2023-03-05", "2023-04-11" } // days 63 and 100
	if trusted, outside, in := count(window); trusted != 3 || outside != 95 || in != 2 {
		t.Errorf("%d row groups trusted, %d outside, %d read", trusted, outside, in)
	}
}

// Footers that lie about what they were believed for are found out while the rows are read.
func TestWrongStatisticsAreFound(t *testing.T) {
	var times []parquet.Value
	for d := range 100 {
		times = append(times, timeForms[0].value(on("2023-01-01")+Day(d), 0))
	}
	times[55] = timeForms[0].value(on("2020-01-01"), 0)
	file := bookFile(&timeForms[0], times, true, 10, allStatistics)
	at := on("2020-01-01")
	file = bytes.ReplaceAll(file, append([]byte{4}, binary.LittleEndian.AppendUint32(nil, uint32(at))...), append([]byte{4}, binary.LittleEndian.AppendUint32(nil, uint32(on("2023-02-20")))...))
	p, err := planOf(store.Memory{"x": file}, "x", func(c *Config) { c.Columns.Currency = noColumn })
	if err != nil {
		t.Fatal(err)
	}
	_, err = Build(context.Background(), store.Memory{"x": file}, p, 2, nil, nil)
	if wrong := (*InputError)(nil); !errors.As(err, &wrong) || wrong.Row != 55 || !strings.Contains(err.Error(), "the statistics of the time column are wrong") {
		t.Errorf("%v", err)
	}
}

// A wrong count of rows without a time is found in whatever parts the row group is read.
func TestWrongNullCountIsFound(t *testing.T) {
	defer func(rows int64) { leastPart = rows }(leastPart)
	leastPart = 3
	var times []parquet.Value
	for d := range 200 {
		times = append(times, timeForms[0].value(on("2023-01-01")+Day(d), 0))
	}
	for _, row := range []int{85, 95, 105, 115} {
		times[row] = parquet.NullValue()
	}
	for _, claimed := range []int64{3, 4, 5} {
		file := rewritten(bookFile(&timeForms[0], times, false, 40, allStatistics), func(meta *format.FileMetaData) {
			meta.RowGroups[2].Columns[3].MetaData.Statistics.NullCount = claimed
		})
		files := store.Memory{"x": file}
		p, err := planOf(files, "x", func(c *Config) { c.Columns.Currency, c.MaxBadRate = noColumn, 1 })
		if err != nil {
			t.Fatal(err)
		}
		for _, threads := range []int{1, 3} {
			_, err = Build(context.Background(), files, p, threads, nil, nil)
			if wrong := (*InputError)(nil); (claimed == 4) != (err == nil) || err != nil && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), "4 rows of a row group have no usable time, and the footer says")) {
				t.Errorf("%d claimed, %d threads: %v", claimed, threads, err)
			}
		}
	}
}

func TestWindowThatMakesNoSense(t *testing.T) {
	for _, c := range []struct{ from, to, asOf, problem string }{
		{"2024-02-30", "", "", `from: "2024-02-30" is not a date`},
		{"", "1700-01-01", "", "to: 1700-01-01 is not within 1900–2200"},
		{"2024-02-01", "2024-01-31", "", "no day lies between them"},
		{"", "2024-01-31", "2024-02-01", "would look as if nobody had bought"},
		{"2024-02-01", "", "2024-01-31", "nothing that is read happened by then"},
	} {
		cfg := DefaultConfig()
		cfg.From, cfg.To, cfg.AsOf = c.from, c.to, c.asOf
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	files := store.Memory{"x": fileOf(t, ordersOn("2024-01-05", "2024-01-06")...)}
	if _, err := planOf(files, "x", func(c *Config) { c.From = "2025-01-01" }); err == nil || !strings.Contains(err.Error(), "no row lies between 2025-01-01 and 2200-12-31") {
		t.Error(err)
	}
}

// The days between two seconds are those of every second between, across changes of the clock and of the
// date line.
func TestDaysBetweenSeconds(t *testing.T) {
	zones := map[string]*zone{}
	for _, name := range testZones {
		zones[name] = newZone(mustZone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zones[rapid.SampledFrom(testZones).Draw(t, "zone")]
		from := rapid.Int64Range(time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), 2e9).Draw(t, "from")
		if z != nil && len(z.from) > 1 && rapid.Bool().Draw(t, "near a change") {
			from = rapid.SampledFrom(z.from[1:]).Draw(t, "change") - rapid.Int64Range(0, 2*secondsPerDay).Draw(t, "before")
		}
		to := from + rapid.Int64Range(0, 3*secondsPerDay).Draw(t, "length")
		days, ok := z.days(from, to)
		s := z.span()
		want := dayRange{latestDay, earliestDay}
		all := true
		for x := from; ; x = min(x+600, to) {
			d, valid := s.dayOf(x)
			all = all && valid
			want.lo, want.hi = min(want.lo, d), max(want.hi, d)
			if x == to {
				break
			}
		}
		if ok != all || ok && (days.lo > want.lo || days.hi < want.hi || days.lo < want.lo-1 || days.hi > want.hi+1) {
			t.Fatalf("%v (%v), want %v (%v)", days, ok, want, all)
		}
	})
}

func TestPartitionsChooseFiles(t *testing.T) {
	files := store.Memory{}
	for _, path := range []string{"year=2023/month=9", "year=2023/month=10", "year=2024/month=1", "year=2024/month=11", "year=__HIVE_DEFAULT_PARTITION__/month=1"} {
		files["x/"+path+"/f.parquet"] = fileOf(t, ordersOn("2024-01-05", "2024-01-06")...)
	}
	for _, c := range []struct {
		filters []string
		want    string // the files, or the problem
	}{
		{[]string{"year=2023"}, "year=2023/month=10 year=2023/month=9"},
		{[]string{"year=2023..2024", "month=9..11"}, "year=2023/month=10 year=2023/month=9 year=2024/month=11"},
		{[]string{"year=2024.."}, "year=2024/month=1 year=2024/month=11"},
		{[]string{"month=01,09"}, "year=2023/month=9 year=2024/month=1 year=__HIVE_DEFAULT_PARTITION__/month=1"},
		{[]string{"year=__HIVE_DEFAULT_PARTITION__"}, "year=__HIVE_DEFAULT_PARTITION__/month=1"},
		{[]string{"month=9", "month=10"}, "year=2023/month=10 year=2023/month=9"},
		{[]string{"year=2025"}, "none of 5 files is chosen by year=2025; year is 2023, 2024, __HIVE_DEFAULT_PARTITION__"},
		{[]string{"yaer=2025"}, `lies in no folder yaer=…: its path has year, month; did you mean "year"?`},
		{[]string{"2025"}, `"2025" is not key=value`},
		{[]string{"year=2025..2024"}, "holds no value that year can have"},
	} {
		p, err := planOf(files, "x", func(cfg *Config) { cfg.Partitions = c.filters })
		if err != nil {
			if config := (*ConfigError)(nil); !errors.As(err, &config) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q: %v, want %s", c.filters, err, c.want)
			}
			continue
		}
		var got []string
		for _, f := range p.Files {
			got = append(got, strings.TrimSuffix(strings.TrimPrefix(f.Object.Name, "x/"), "/f.parquet"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %q, want %q", c.filters, got, c.want)
		}
	}
}
