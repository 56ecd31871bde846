package money

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"mainstay/ingest/column"
	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"amount", "amount"}, {" 金额 ", "金额"}, {"Quantity*UnitPrice", "Quantity*UnitPrice"},
		{"`net price` * qty", "`net price`*qty"}, {`"net price"*qty`, "`net price`*qty"}, {"`a``b`", "`a``b`"},
		{"a-(b-c)", "a - (b - c)"}, {"(a-b)-c", "a - b - c"}, {"a*(1-d)", "a*(1 - d)"}, {"-(a+b)*2.50", "-(a + b)*2.50"},
		{"--a", "--a"}, {"a*(b*c)", "a*(b*c)"}, {"00.5*x", "0.5*x"}, {"2.*x", "2*x"},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		if got := e.String(); got != c.want {
			t.Errorf("%q is %q, want %q", c.src, got, c.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", "position 1: expected a column name, a number or a parenthesis, found the end"},
		{"a b", `position 3: expected +, - or *, found "b"`},
		{"a/b", "there is no division"}, {"金额*", "position 4"}, {"(a", "expected a closing parenthesis, found the end"},
		{"a)", `position 2: expected +, - or *, found ")"`}, {"`a", "a quote that is not closed"}, {"``", "an empty name"},
		{"1e3", "not a plain decimal number"}, {"1.2.3", "not a plain decimal number"}, {"2nd", "not a plain decimal number"},
		{"a + 1,000", `position 6: expected +, - or *, found ","`}, {"\xff", "not valid UTF-8"},
		{strings.Repeat("(", 1000), "at most 64 nested"}, {strings.Repeat("-", 4000) + "a", "at most 64 nested"},
		{strings.Repeat("a*", 1000) + "a", "at most 64 names"}, {strings.Repeat("a", 5000), "at most 4096"},
	} {
		_, err := Parse(c.src)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: error is %v, want %q", c.src, err, c.want)
		}
	}
}

func TestColumnsAndScale(t *testing.T) {
	dec := func(s int) column.Type { return column.Type{Kind: column.Decimal, Scale: s} }
	whole, float := column.Type{Kind: column.Int}, column.Type{Kind: column.Float}
	for _, c := range []struct {
		src   string
		types []column.Type
		want  int
	}{
		{"a", []column.Type{dec(2)}, 2}, {"a", []column.Type{whole}, 0}, {"a", []column.Type{float}, 4},
		{"a*b", []column.Type{dec(2), dec(3)}, 5}, {"a+b", []column.Type{dec(2), dec(3)}, 3}, {"a*b", []column.Type{whole, float}, 4},
		{"a*1.10-b", []column.Type{dec(2), dec(3)}, 4}, {"a*a", []column.Type{dec(2)}, 4},
	} {
		e, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Scale(c.types, 4); got != c.want {
			t.Errorf("%s has scale %d, want %d", c.src, got, c.want)
		}
	}
	e, _ := Parse("b*a + b")
	if got := fmt.Sprint(e.Columns()); got != "[b a]" {
		t.Errorf("columns are %s", got)
	}
	if _, single := e.Column(); single {
		t.Error("b*a + b is not a single column")
	}
	if name, single := Column("net price").Column(); !single || name != "net price" {
		t.Error("a single column is not known as one")
	}
}

// drawColumn makes a column of n rows of any kind that can hold a number, with the
// exact value of each row (nil where it has none).
func drawColumn(t *rapid.T, n int) (*column.Vector, column.Type, []*big.Rat, []Status) {
	typ := column.Type{Kind: rapid.SampledFrom([]column.Kind{column.Int, column.Decimal, column.Float, column.Text}).Draw(t, "kind")}
	if typ.Kind == column.Decimal {
		typ.Scale = rapid.IntRange(0, 9).Draw(t, "scale")
	}
	v := &column.Vector{N: n, Null: make([]bool, n), Bad: make([]bool, n)}
	if typ.Kind == column.Text {
		v.Dict = &column.Dict{Start: []uint32{0}, Shared: rapid.Bool().Draw(t, "shared")}
	}
	exact, status := make([]*big.Rat, n), make([]Status, n)
	for i := range n {
		var d Decimal
		st := OK
		switch typ.Kind {
		case column.Int, column.Decimal:
			x := rapid.Int64().Draw(t, "int")
			if rapid.IntRange(0, 3).Draw(t, "small") > 0 {
				x %= 1e6
			}
			v.Int = append(v.Int, x)
			d = Decimal{x, typ.Scale}
		case column.Float:
			x := drawFloat(t)
			v.Float = append(v.Float, x)
			d, st = FromFloat(x)
		case column.Text:
			s := rapid.SampledFrom([]string{"", " 1.5", "-1234.56", "x", "1e3", "0.00000001", "99999999999999999", "1e-20"}).Draw(t, "text")
			v.Code = append(v.Code, uint32(v.Dict.Len()))
			v.Dict.Bytes = append(v.Dict.Bytes, s...)
			v.Dict.Start = append(v.Dict.Start, uint32(len(v.Dict.Bytes)))
			d, st = ParseDecimal([]byte(s))
		}
		switch rapid.IntRange(0, 19).Draw(t, "missing") {
		case 0:
			v.Null[i], st = true, Null
		case 1:
			v.Bad[i], st = true, TooLarge
		}
		exact[i], status[i] = d.rat(), st
	}
	return v, typ, exact, status
}

func TestEvalAgainstRat(t *testing.T) {
	sources := []string{"a", "-a", "a+b", "a-b", "a*b", "a*(1-b)", "a*b - c*0.25", "(a+b)*(b-c)", "2.5", "a*99999999999999999999999", "a + 0.0000000000000000000001"}
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(rapid.SampledFrom(sources).Draw(t, "src"))
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(1, 4).Draw(t, "n")
		scale := rapid.IntRange(0, 9).Draw(t, "scale")
		var cols []*column.Vector
		var types []column.Type
		var values [][]*big.Rat
		want := make([]Status, n)
		for range e.Columns() {
			v, typ, exact, status := drawColumn(t, n)
			cols, types, values = append(cols, v), append(types, typ), append(values, exact)
			for i, st := range status {
				missing := v.Null[i] || v.Bad[i]
				if want[i] == OK || missing && !(cols[0].Null[i] || cols[0].Bad[i]) && !missingBefore(cols[:len(cols)-1], i) {
					if st != OK {
						want[i] = st
					}
				}
			}
		}
		out, status := make([]int64, n), make([]Status, n)
		var total Rounding
		e.Eval(cols, types, n, scale, out, status, &total)
		var sum Rounding
		for i := range n {
			if want[i] != OK {
				if status[i] != want[i] || out[i] != 0 {
					t.Fatalf("row %d: %d, status %v; want %v", i, out[i], status[i], want[i])
				}
				continue
			}
			// One row alone must give the same, and its rounding can be checked.
			var one Rounding
			o, s := make([]int64, 1), make([]Status, 1)
			e.Eval(rowOf(cols, i), types, 1, scale, o, s, &one)
			if o[0] != out[i] || s[0] != status[i] {
				t.Fatalf("row %d: %d (%v) in a batch, %d (%v) alone", i, out[i], status[i], o[0], s[0])
			}
			checkRounded(t, out[i], status[i], evalRat(e, values, i), scale, one, MaxScale-scale)
			sum.Merge(one)
		}
		if sum != total {
			t.Fatalf("rounding is %v in a batch, %v row by row", total, sum)
		}
	})
}

func missingBefore(cols []*column.Vector, i int) bool {
	for _, v := range cols {
		if v.Null[i] || v.Bad[i] {
			return true
		}
	}
	return false
}

// rowOf is row i of each column as a vector of one row.
func rowOf(cols []*column.Vector, i int) []*column.Vector {
	var out []*column.Vector
	for _, v := range cols {
		w := &column.Vector{N: 1, Null: v.Null[i : i+1], Bad: v.Bad[i : i+1], Dict: v.Dict}
		if v.Int != nil {
			w.Int = v.Int[i : i+1]
		}
		if v.Float != nil {
			w.Float = v.Float[i : i+1]
		}
		if v.Code != nil {
			w.Code = v.Code[i : i+1]
		}
		out = append(out, w)
	}
	return out
}

// evalRat evaluates row i in exact rational arithmetic.
func evalRat(e *Expr, values [][]*big.Rat, i int) *big.Rat {
	var stack []*big.Rat
	for _, c := range e.code {
		top := len(stack) - 1
		switch c.op {
		case opColumn:
			stack = append(stack, values[c.column][i])
			continue
		case opNumber:
			x, _ := new(big.Rat).SetString(c.text)
			stack = append(stack, x)
			continue
		case opNeg:
			stack[top] = new(big.Rat).Neg(stack[top])
			continue
		}
		z := new(big.Rat)
		switch c.op {
		case opAdd:
			z.Add(stack[top-1], stack[top])
		case opSub:
			z.Sub(stack[top-1], stack[top])
		case opMul:
			z.Mul(stack[top-1], stack[top])
		}
		stack = append(stack[:top-1], z)
	}
	return stack[0]
}

// The canonical text means the same expression; no source can panic the parser.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a", "a*(1-`b c`)", "-2.5*x+\"y\"", "((((", "a`b", "1e9", "--1", "金额*数量"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			return
		}
		again, err := Parse(e.String())
		if err != nil {
			if len(e.String()) > maxSource || strings.Contains(err.Error(), "nested") {
				return // quotes and blanks may push it over the bounds
			}
			t.Fatalf("%q became %q: %v", src, e.String(), err)
		}
		if again.String() != e.String() {
			t.Fatalf("%q became %q, then %q", src, e.String(), again.String())
		}
	})
}

func benchmarkEval(b *testing.B, src string, price func(i int) float64) {
	const n = 8192
	qty, cost := &column.Vector{N: n, Int: make([]int64, n)}, &column.Vector{N: n, Float: make([]float64, n)}
	for i := range n {
		qty.Int[i], cost.Float[i] = int64(i%50), price(i)
	}
	e, err := Parse(src)
	if err != nil {
		b.Fatal(err)
	}
	cols, types := []*column.Vector{cost}, []column.Type{{Kind: column.Float}}
	if len(e.Columns()) == 2 {
		cols, types = []*column.Vector{qty, cost}, []column.Type{{Kind: column.Int}, {Kind: column.Float}}
	}
	out, status := make([]int64, n), make([]Status, n)
	b.ReportAllocs()
	b.SetBytes(n * 8)
	for b.Loop() {
		e.Eval(cols, types, n, 4, out, status, nil)
	}
}

func BenchmarkEvalFloatColumn(b *testing.B) {
	benchmarkEval(b, "price", func(i int) float64 { return float64(i) / 100 })
}

func BenchmarkEvalNoisyFloatColumn(b *testing.B) {
	benchmarkEval(b, "price", func(i int) float64 { return math.Sqrt(float64(i)) })
}

func BenchmarkEvalProduct(b *testing.B) {
	benchmarkEval(b, "qty*price", func(i int) float64 { return float64(i) / 100 })
}

func BenchmarkEvalNoisyProduct(b *testing.B) {
	benchmarkEval(b, "qty*price", func(i int) float64 { return math.Sqrt(float64(i)) })
}
