package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest/column"
	"mainstay/ingest/money"
	_ "mainstay/internal/seeded"
)

// The core is tested without files: rows become in-memory vectors, and the Ledger is
// compared with a naive reference built on maps of strings.

const testAsOf = Day(20000)

// testRow is a row as a person would write it.
type testRow struct {
	Day      int64   // math.MinInt64 = null
	Customer *string // nil = null
	Amount   int64
	AmountOK bool
	Units    int64
	Cost     *int64
	Discount *int64
	Order    *string
	Status   string
	Side     [2]*string
}

var testConfig = Config{
	ExcludeStatus:    []string{"Cancelled", "void"},
	ExcludeCustomers: []string{"walkin", "INTERNAL-*", "13"},
	MaxBadRate:       1,
}

var testHas = Has{Orders: true, Units: true, Cost: true, Discount: true}

var testSides = []SideInfo{{Role: "category", Column: "cat"}, {Role: "manager", Column: "rep"}}

// textField is a text column over one shared dictionary, or with one entry per row.
func textField(name string, shared bool, values []*string) field {
	d := &column.Dict{Start: []uint32{0}, Shared: shared}
	v := &column.Vector{N: len(values), Dict: d, Code: make([]uint32, len(values))}
	codes := map[string]uint32{}
	for i, s := range values {
		if s == nil {
			if v.Null == nil {
				v.Null = make([]bool, len(values))
			}
			v.Null[i] = true
			v.Code[i] = math.MaxUint32
			continue
		}
		code, seen := codes[*s]
		if !seen || !shared {
			code = uint32(d.Len())
			codes[*s] = code
			d.Bytes = append(d.Bytes, *s...)
			d.Start = append(d.Start, uint32(len(d.Bytes)))
		}
		v.Code[i] = code
	}
	return field{name: name, v: v, t: column.Type{Kind: column.Text}}
}

// intField holds integers; ok is false when a value is not the spelling of one.
func intField(name string, values []*string) (f field, ok bool) {
	v := &column.Vector{N: len(values), Int: make([]int64, len(values))}
	for i, s := range values {
		if s == nil {
			if v.Null == nil {
				v.Null = make([]bool, len(values))
			}
			v.Null[i] = true
			continue
		}
		x, err := strconv.ParseInt(*s, 10, 64)
		if err != nil || strconv.FormatInt(x, 10) != *s {
			return field{}, false
		}
		v.Int[i] = x
	}
	return field{name: name, v: v, t: column.Type{Kind: column.Int}}, true
}

// slice is rows lo … hi-1 of a column, with the same dictionary.
func (f field) slice(lo, hi int) field {
	v := &column.Vector{N: hi - lo, Dict: f.v.Dict}
	if f.v.Null != nil {
		v.Null = f.v.Null[lo:hi]
	}
	if f.v.Code != nil {
		v.Code = f.v.Code[lo:hi]
	}
	if f.v.Int != nil {
		v.Int = f.v.Int[lo:hi]
	}
	f.v = v
	return f
}

// columnOf picks values of rows and the representation of a unit: integers where
// all are, else text with a shared or a plain dictionary.
func columnOf(name string, rows []testRow, variant int, get func(*testRow) *string) field {
	values := make([]*string, len(rows))
	for i := range rows {
		values[i] = get(&rows[i])
	}
	if f, ok := intField(name, values); ok && variant%3 == 0 {
		return f
	}
	return textField(name, variant%3 != 1, values)
}

func measureOf(name string, rows []testRow, get func(*testRow) (int64, money.Status)) measure {
	m := measure{val: make([]int64, len(rows)), status: make([]money.Status, len(rows)), expr: money.Column(name)}
	v := &column.Vector{N: len(rows), Int: m.val}
	for i := range rows {
		m.val[i], m.status[i] = get(&rows[i])
	}
	m.from = []field{{name: name, v: v, t: column.Type{Kind: column.Int}}}
	return m
}

func optional(x *int64) (int64, money.Status) {
	if x == nil {
		return 0, money.Null
	}
	return *x, money.OK
}

// feed gives a unit to a worker in batches of the size.
func feed(s *scatterer, unit int, rows []testRow, size, variant int, queue *rejectQueue) error {
	s.beginUnit(unit, queue)
	customer := columnOf("customer", rows, variant, func(r *testRow) *string { return r.Customer })
	order := columnOf("order", rows, variant, func(r *testRow) *string { return r.Order })
	status := columnOf("status", rows, variant, func(r *testRow) *string { return &r.Status })
	var sides [2]field
	for k := range sides {
		sides[k] = columnOf(testSides[k].Column, rows, variant, func(r *testRow) *string { return r.Side[k] })
	}
	for lo := 0; lo < len(rows); lo += size {
		part := rows[lo:min(lo+size, len(rows))]
		hi := lo + len(part)
		b := &batch{path: fmt.Sprintf("unit%d", unit), first: int64(lo), n: len(part)}
		b.customer, b.order, b.status = customer.slice(lo, hi), order.slice(lo, hi), status.slice(lo, hi)
		b.sides = []field{sides[0].slice(lo, hi), sides[1].slice(lo, hi)}
		b.dayBad = make([]bool, len(part))
		for i, r := range part {
			b.day = append(b.day, Day(r.Day))
			b.dayBad[i] = r.Day == math.MinInt64
		}
		b.amount = measureOf("amount", part, func(r *testRow) (int64, money.Status) {
			if !r.AmountOK {
				return 0, money.Null
			}
			return r.Amount, money.OK
		})
		b.units = measureOf("units", part, func(r *testRow) (int64, money.Status) { return r.Units, money.OK })
		b.cost = measureOf("cost", part, func(r *testRow) (int64, money.Status) { return optional(r.Cost) })
		b.discount = measureOf("discount", part, func(r *testRow) (int64, money.Status) { return optional(r.Discount) })
		if err := s.add(b); err != nil {
			return err
		}
	}
	return s.rejects.finish()
}

// coreBuild splits rows into units of the given size and spreads them over workers.
func coreBuild(rows []testRow, workers, unitSize, batchSize, variant int) (*Ledger, error) {
	return coreBuildPlan(&Plan{Config: testConfig, AsOf: testAsOf, Sides: testSides, Scale: 2}, rows, workers, unitSize, batchSize, variant)
}

// coreBuildPlan is coreBuild of a plan.
func coreBuildPlan(p *Plan, rows []testRow, workers, unitSize, batchSize, variant int) (*Ledger, error) {
	r := newRules(p)
	ws := make([]*scatterer, workers)
	for i := range ws {
		ws[i] = newScatterer(r, newRecordLayout(testHas, len(testSides)))
	}
	for unit := 0; unit*unitSize < len(rows); unit++ {
		part := rows[unit*unitSize : min((unit+1)*unitSize, len(rows))]
		if err := feed(ws[unit%workers], unit, part, batchSize, variant+unit, nil); err != nil {
			return nil, err
		}
	}
	l := &Ledger{Scale: 2, AsOf: testAsOf, Has: testHas}
	return l, finish(context.Background(), l, p, ws)
}

// refCell is a day cell of the reference.
type refCell struct {
	lines, orders                                 uint32
	sales, returns, units, cost, costed, discount int64
	sides                                         [2]map[string][2]int64 // lines, net
}

// reference is the naive reading: customer → day → cell, and rows by reason.
func reference(rows []testRow) (map[string]map[Day]*refCell, map[string]int64) {
	cells := map[string]map[Day]*refCell{}
	reasons := map[string]int64{}
	firstDay := map[string]Day{} // customer \x00 order
	for _, r := range rows {
		why := ""
		switch {
		case r.Day == math.MinInt64:
			why = ReasonBadTime
		case Day(r.Day) > testAsOf:
			why = ReasonAfterAsOf
		case r.Customer == nil || strings.TrimSpace(*r.Customer) == "":
			why = ReasonNoCustomer
		case strings.ToValidUTF8(*r.Customer, "") != *r.Customer:
			why = ReasonBadCustomer
		case *r.Customer == "walkin" || *r.Customer == "13" || strings.HasPrefix(*r.Customer, "INTERNAL-") && !strings.Contains((*r.Customer)[9:], "/"):
			why = ReasonExcludedCustomer
		case strings.EqualFold(strings.TrimSpace(r.Status), "cancelled") || strings.EqualFold(r.Status, "void"):
			why = ReasonExcludedStatus
		case !r.AmountOK:
			why = ReasonBadAmount
		}
		if why != "" {
			reasons[why]++
			continue
		}
		days := cells[*r.Customer]
		if days == nil {
			days = map[Day]*refCell{}
			cells[*r.Customer] = days
		}
		c := days[Day(r.Day)]
		if c == nil {
			c = &refCell{sides: [2]map[string][2]int64{{}, {}}}
			days[Day(r.Day)] = c
		}
		c.lines++
		c.sales += max(r.Amount, 0)
		c.returns += min(r.Amount, 0)
		c.units += r.Units
		if r.Cost != nil {
			c.cost += *r.Cost
			c.costed += r.Amount
		}
		if r.Discount != nil {
			c.discount += *r.Discount
		}
		for k, s := range r.Side {
			v := ""
			if s != nil && strings.TrimSpace(*s) != "" {
				v = *s
			}
			e := c.sides[k][v]
			c.sides[k][v] = [2]int64{e[0] + 1, e[1] + r.Amount}
		}
		if r.Amount > 0 && r.Order != nil && strings.TrimSpace(*r.Order) != "" {
			id := *r.Customer + "\x00" + *r.Order
			if d, seen := firstDay[id]; !seen || Day(r.Day) < d {
				firstDay[id] = Day(r.Day)
			}
		}
	}
	for id, d := range firstDay {
		c, _, _ := strings.Cut(id, "\x00")
		cells[c][d].orders++
	}
	return cells, reasons
}

// sameAsReference compares every cell and entry, and the order of everything.
func sameAsReference(l *Ledger, rows []testRow) error {
	cells, reasons := reference(rows)
	if got, want := l.Customers(), len(cells); got != want {
		return fmt.Errorf("%d customers, want %d", got, want)
	}
	for _, r := range l.Tally.Reasons {
		if reasons[r.Reason] != r.Rows {
			return fmt.Errorf("%s: %d rows, want %d", r.Reason, r.Rows, reasons[r.Reason])
		}
		delete(reasons, r.Reason)
	}
	if len(reasons) > 0 {
		return fmt.Errorf("reasons not tallied: %v", reasons)
	}
	first := testAsOf
	for _, days := range cells {
		for d := range days {
			first = min(first, d)
		}
	}
	if l.First != first {
		return fmt.Errorf("first day %s, want %s", l.First, first)
	}
	for k := range l.Sides {
		if v := l.Sides[k].Values; v[0] != "" || !slices.IsSorted(v) {
			return fmt.Errorf("side values out of order: %q", v)
		}
	}
	for i := range Shards {
		s := l.Shard(i)
		for c := range s.Customers() {
			k := string(s.Key(c))
			if c > 0 && string(s.Key(c-1)) >= k {
				return fmt.Errorf("keys out of order: %q then %q", s.Key(c-1), k)
			}
			lo, hi := s.Cells(c)
			days := slices.Sorted(maps.Keys(cells[k]))
			if !slices.Equal(days, s.Day[lo:hi]) {
				return fmt.Errorf("%q: days %v, want %v", k, s.Day[lo:hi], days)
			}
			for j := lo; j < hi; j++ {
				want := cells[k][s.Day[j]]
				got := refCell{s.Lines[j], s.Orders[j], s.Sales[j], s.Returns[j], s.Units[j], s.Cost[j], s.Costed[j], s.Discount[j], [2]map[string][2]int64{{}, {}}}
				for n := range l.Sides {
					side := s.Side(n)
					for e := side.Start[j]; e < side.Start[j+1]; e++ {
						if e > side.Start[j] && side.Code[e-1] >= side.Code[e] {
							return fmt.Errorf("%q: codes out of order", k)
						}
						got.sides[n][l.Sides[n].Values[side.Code[e]]] = [2]int64{int64(side.Lines[e]), side.Net[e]}
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(*want) {
					return fmt.Errorf("%q on %s: got %v, want %v", k, s.Day[j], got, *want)
				}
			}
		}
	}
	return nil
}

func drawRow(t *rapid.T) testRow {
	customers := []string{"42", "00042", "7", "-3", "C1", "C2", "13", "walkin", "INTERNAL-9", "", "  ", "é", "x\xff", " 7", "9223372036854775808", "1", "2", "3", "4", "5"}
	orders := []string{"1", "2", "01", "O-1", "O-2", "O-3", "", "7"}
	sides := []string{"", " ", "a", "b", "é", "10", "9"}
	pick := func(from []string, label string) *string {
		i := rapid.IntRange(-1, len(from)-1).Draw(t, label)
		if i < 0 {
			return nil
		}
		return &from[i]
	}
	num := func(label string) *int64 {
		if rapid.IntRange(0, 4).Draw(t, label+" null") == 0 {
			return nil
		}
		x := rapid.Int64Range(-500, 500).Draw(t, label)
		return &x
	}
	r := testRow{
		Day:      int64(testAsOf) + int64(rapid.IntRange(-6, 1).Draw(t, "day")),
		Customer: pick(customers, "customer"),
		Amount:   rapid.Int64Range(-3, 5).Draw(t, "amount"),
		AmountOK: rapid.IntRange(0, 30).Draw(t, "amount ok") > 0,
		Units:    rapid.Int64Range(-5, 5).Draw(t, "units"),
		Cost:     num("cost"), Discount: num("discount"),
		Order:  pick(orders, "order"),
		Status: rapid.SampledFrom([]string{"ok", "ok", "ok", "CANCELLED", "Void", "cancelled "}).Draw(t, "status"),
		Side:   [2]*string{pick(sides, "cat"), pick(sides, "rep")},
	}
	if rapid.IntRange(0, 40).Draw(t, "no day") == 0 {
		r.Day = math.MinInt64
	}
	if !r.AmountOK {
		r.Amount = 0
	}
	return r
}

func usable(rows []testRow) bool {
	cells, _ := reference(rows)
	return len(cells) > 0
}

// The Ledger is what a naive reading gives, however rows are cut into units and
// batches, represented, ordered, and spread over workers.
func TestCoreEqualsReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 120).Draw(t, "rows")
		if !usable(rows) {
			t.Skip("no usable row")
		}
		size := func(label string) int { return rapid.IntRange(1, len(rows)).Draw(t, label) }
		l, err := coreBuild(rows, 1+size("workers")%5, size("unit"), size("batch"), size("variant"))
		if err != nil {
			t.Fatal(err)
		}
		if err := sameAsReference(l, rows); err != nil {
			t.Fatal(err)
		}
		shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
		again, err := coreBuild(shuffled, 1+size("workers 2")%5, size("unit 2"), size("batch 2"), size("variant 2"))
		if err != nil {
			t.Fatal(err)
		}
		if l.Digest() != again.Digest() {
			t.Fatal("shuffled and split differently, the same rows gave another ledger")
		}
	})
}

// Nothing after the as-of date leaves a trace: not in cells, not in dictionaries.
func TestFutureLeavesNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 60).Draw(t, "rows")
		if !usable(rows) {
			t.Skip("no usable row")
		}
		future := rapid.SliceOfN(rapid.Custom(drawRow), 1, 30).Draw(t, "future")
		side := "never seen before"
		for i := range future {
			future[i].Day = int64(testAsOf) + 1 + int64(i)
			future[i].Side[0] = &side
			future[i].Customer = &side
		}
		want, err := coreBuild(rows, 2, 10, 7, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := coreBuild(append(slices.Clone(future), rows...), 2, 10, 7, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got.Digest() != want.Digest() {
			t.Fatal("rows after the as-of date changed the ledger")
		}
	})
}

func text(s string) *string { return &s }

func TestOverflowIsNamed(t *testing.T) {
	big := int64(math.MaxInt64)
	row := func(amount, units int64, cost, discount *int64) testRow {
		return testRow{Day: int64(testAsOf), Customer: text("C1"), Amount: amount, AmountOK: true, Units: units, Cost: cost, Discount: discount}
	}
	fails := func(want string, rows ...testRow) {
		t.Helper()
		_, err := coreBuild(rows, 1, 10, 10, 1)
		var q *QualityError
		if !errors.As(err, &q) || !strings.Contains(q.Msg, want) || !strings.Contains(q.Msg, `customer "C1" on 2024-10-04`) || !strings.Contains(q.Msg, "--money-places") {
			t.Errorf("got %v, want a QualityError naming %q, the customer and the day", err, want)
		}
	}
	one := int64(1)
	fails("sales", row(big, 0, nil, nil), row(1, 0, nil, nil))
	fails("returns", row(math.MinInt64, 0, nil, nil), row(-1, 0, nil, nil))
	fails("units", row(1, big, nil, nil), row(1, 1, nil, nil))
	fails("cost", row(1, 0, &big, nil), row(1, 0, &one, nil))
	fails("discount", row(1, 0, nil, &big), row(1, 0, nil, &one))

	rows := []testRow{row(big, 0, nil, nil), row(math.MinInt64, 0, nil, nil), row(big, 0, nil, nil)}
	rows[2].Day--
	l, err := coreBuild(rows, 2, 1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Tally.MoneyUsed.Format(0); got != "9223372036854775806" {
		t.Errorf("the total of extreme cells is %s", got)
	}
}

func TestGate(t *testing.T) {
	good := testRow{Day: int64(testAsOf), Customer: text("C1"), Amount: 1, AmountOK: true}
	bad := good
	bad.AmountOK = false
	rows := append(slices.Repeat([]testRow{good}, 98), bad, bad)
	old := testConfig.MaxBadRate
	defer func() { testConfig.MaxBadRate = old }()

	testConfig.MaxBadRate = 0.02
	if _, err := coreBuild(rows, 2, 7, 3, 1); err != nil {
		t.Errorf("2 of 100 bad rows pass at 2 %%: %v", err)
	}
	testConfig.MaxBadRate = 0.019
	l, err := coreBuild(rows, 2, 7, 3, 1)
	var q *QualityError
	if !errors.As(err, &q) {
		t.Fatalf("want a QualityError, got %v", err)
	}
	for _, want := range []string{"2 of 100 rows", "bad_amount (2 rows", "unit14, row 0", `column "amount"`, "--max-bad-rate"} {
		if !strings.Contains(q.Msg, want) {
			t.Errorf("%q does not say %q", q.Msg, want)
		}
	}
	if l == nil || l.Tally.RowsRead != 100 {
		t.Error("the tally is not there to be shown")
	}
	future := good
	future.Day++
	worse := future
	worse.AmountOK = false
	if _, err := coreBuild(append(slices.Repeat([]testRow{future, worse}, 50), rows...), 2, 7, 3, 1); !errors.As(err, &q) || !strings.Contains(q.Msg, "2 of 100 rows are bad, besides 100 after the as-of date (2.00 %") {
		t.Errorf("later rows count: %v", err)
	}
	testConfig.MaxBadRate = 0.02
	if _, err := coreBuild(append(slices.Repeat([]testRow{worse}, 50), rows...), 2, 7, 3, 1); err != nil {
		t.Errorf("later bad rows count: %v", err)
	}
	if _, err := coreBuild([]testRow{future}, 1, 1, 1, 1); !errors.As(err, &q) || !strings.Contains(q.Msg, "none of the 1 rows") || !strings.Contains(q.Msg, "after_as_of") {
		t.Errorf("no usable row: %v", err)
	}
	if _, err := coreBuild(nil, 1, 1, 1, 1); !errors.As(err, &q) {
		t.Errorf("no row at all: %v", err)
	}
}

// Shards with many customers each: keys sort by bytes, and an order id that several
// customers use counts for each of them.
func TestManyCustomersToAShard(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]testRow, 20000)
	for i := range rows {
		n := rng.IntN(3000)
		name := strconv.Itoa(n - 1000)
		if n%3 == 0 {
			name = fmt.Sprintf("customer-%05d", n) // longer than the sort prefix
		}
		rows[i] = testRow{
			Day: int64(testAsOf) - rng.Int64N(5), Customer: &name, Amount: rng.Int64N(9) - 2, AmountOK: true,
			Order: text(strconv.Itoa(rng.IntN(6))), Side: [2]*string{text(strconv.Itoa(rng.IntN(3)))},
		}
		if n%2 == 0 {
			rows[i].Order = text("O-" + *rows[i].Order)
		}
	}
	l, err := coreBuild(rows, 3, 6000, batchRows, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := sameAsReference(l, rows); err != nil {
		t.Fatal(err)
	}
}
