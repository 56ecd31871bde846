package formula

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rReference is what R makes of formulas: testdata/ref/r/formula.R.
type rReference struct {
	Data []struct {
		Name   []string
		Values []any
	}
	Formulas []struct {
		Formula []string
		Names   []string
		X       [][]float64
		Offset  []float64
	}
}

func readReference(t testing.TB) (rReference, *Data) {
	t.Helper()
	raw, err := os.ReadFile("testdata/ref/r/formula.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref rReference
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	d := &Data{}
	for _, c := range ref.Data {
		column := Column{Name: c.Name[0]}
		for _, v := range c.Values {
			switch v := v.(type) {
			case float64:
				column.Number = append(column.Number, v)
			case bool:
				column.Text, column.Logical = append(column.Text, strconv.FormatBool(v)), true
			case string:
				column.Text = append(column.Text, v)
			}
		}
		d.Rows = len(c.Values)
		d.Columns = append(d.Columns, column)
	}
	return ref, d
}

func names(d *Data) []string {
	var out []string
	for _, c := range d.Columns {
		out = append(out, c.Name)
	}
	return out
}

// Names and values of every design matrix are R's.
func TestDesignsAreThoseOfR(t *testing.T) {
	ref, d := readReference(t)
	if len(ref.Formulas) < 50 {
		t.Fatalf("%d formulas", len(ref.Formulas))
	}
	for _, want := range ref.Formulas {
		text := want.Formula[0]
		f, err := Parse(text, names(d))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		fr, err := NewFrame(f, d, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		c, err := fr.Learn(nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		m, _ := c.Design(nil)
		if !slices.Equal(m.Names, want.Names) {
			t.Errorf("%s\n got %q\nwant %q", text, m.Names, want.Names)
			continue
		}
		for j, column := range want.X {
			for i, v := range column {
				if got := m.Row(i)[j]; !(math.Abs(got-v) <= 1e-12*max(1, math.Abs(v))) {
					t.Fatalf("%s: row %d, %s: %v, want %v", text, i, m.Names[j], got, v)
				}
			}
		}
		for i, v := range want.Offset {
			if math.Abs(fr.Offset()[i]-v) > 1e-14 {
				t.Errorf("%s: offset %v, want %v", text, fr.Offset()[i], v)
			}
		}
		again, err := Parse(f.String(), nil)
		if err != nil || again.Intercept != f.Intercept || len(again.Terms) != len(f.Terms) {
			t.Errorf("%s: as text it is %s, which reads as %v, %v", text, f, again, err)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "at its end: something is missing",
		"y":                         "at its end: expected response ~ terms",
		"y ~":                       "at its end: something is missing",
		"y ~ x +":                   "at its end: something is missing",
		"y ~ x ~ z":                 `at character 7, before "~ z": a formula has one ~`,
		"y ~ my column":             `before "column": an operator is missing`,
		"y ~ (x":                    "at its end: expected )",
		"y ~ x)":                    "does not belong here",
		"y ~ 2*x":                   `before "2*x": a number stands here for no column`,
		"y ~ x > 5":                 "arithmetic, which goes into I()",
		"y ~ x^z":                   "the power of a number is I(x^2)",
		"y ~ x @ z":                 `before "@ z": this character has no meaning`,
		"y ~ `x":                    "no closing backquote",
		"y ~ I(x < 3 < z)":          "comparisons do not chain",
		"y ~ 'x":                    "a text has no closing quote",
		"y ~ f(x = )":               "expected a column",
		"y ~ I(2 = x)":              "= names an argument",
		"y ~ 0":                     "nothing is left to estimate",
		"log(y) ~ x + y + log( y )": `before "log( y )": log(y) is the response`,
		"y ~ a:offset(x)":           "does not interact",
		"y ~ 客户 客户":                 `at character 8, before "客户"`,
		"y ~ \xff":                  "not valid UTF-8",
		"y ~ " + deep(500):          "nested more than 200 deep",
		"y ~ " + many(3000):         "more than 2000",
		"y ~ (" + many(100) + ")^3": "more than 2000 terms",
		strings.Repeat("y", 1<<17):  "longer than 65536 bytes",
	} {
		_, err := Parse(text, nil)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func deep(n int) string { return strings.Repeat("(", n) + "x" + strings.Repeat(")", n) }

func many(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = "x" + strconv.Itoa(i)
	}
	return strings.Join(parts, "+")
}

// What is wrong with a formula on its data is said with the place.
func TestFrameErrors(t *testing.T) {
	d := &Data{Rows: 4, Columns: []Column{
		{Name: "y", Number: []float64{1, 2, 3, 4}},
		{Name: "x", Number: []float64{1, 0, -1, 2}},
		{Name: "a", Text: []string{"p", "q", "p", "r"}},
		{Name: "one", Text: []string{"p", "p", "p", "p"}},
		{Name: "huge", Number: []float64{1, 1e60, 3, 4}},
	}}
	for text, want := range map[string]string{
		"y ~ log(x)":                    "row 2, log(x): the value is -Inf; in 2 of 4 rows",
		"y ~ I(1/x)":                    "row 2, I(1/x): the value is +Inf; in 1 of 4 rows",
		"y ~ I(log(x) > 0)":             "in 1 of 4 rows",
		"y ~ I(a + 1)":                  "a is text, and + needs numbers",
		"y ~ log(a)":                    "a is text, and log() needs numbers",
		"y ~ I(a > 5)":                  "compares a number with text",
		"y ~ ln(x)":                     "there is no function ln; there are I, abs",
		"y ~ log(scale(x))":             "scale() stands alone",
		"y ~ poly(x, 2)":                "poly(x, 3, raw = TRUE)",
		"y ~ poly(huge, 2, raw = TRUE)": "too large",
		"y ~ relevel(a, ref = \"s\")":   `a has no level "s"; it has "p", "q", "r"`,
		"y ~ nobody":                    `there is no column "nobody"`,
		"y ~ one":                       `one is "p" in every row`,
		"y ~ scale(one == \"p\")":       "does not vary",
		"y ~ I(x^99999999999)":          "no finite number",
		"y ~ log(x, base = 2)":          "log() takes one argument",
		"y ~ I(x && a)":                 "a is text, and && needs numbers",
		"y ~ I(\"a\")":                  `in every row`,
		"y ~ factor(log(x))":            "in 2 of 4 rows",
		"y ~ I(x:x)":                    "joins terms",
		"y ~ relevel(a)":                "write relevel(x, ref",
		"y ~ factor(a, levels = \"p\")": "factor() takes one argument",
		"y ~ relevel(a, ref = x)":       "the base level is a text in quotes",
		"y ~ poly(x, 99, raw = TRUE)":   "from 1 to 20",
		"y ~ scale(x, x)":               "scale() takes one",
	} {
		f, err := Parse(text, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		fr, err := NewFrame(f, d, nil)
		if err == nil {
			var c *Coding
			if c, err = fr.Learn(nil); err == nil {
				err = c.Usable()
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Rows that lack a column of the model are left out and counted; columns taken out of the formula do
// not matter.
func TestMissingRows(t *testing.T) {
	nan := math.NaN()
	d := &Data{Rows: 5, Columns: []Column{
		{Name: "y", Number: []float64{1, 2, 3, 4, 5}},
		{Name: "x", Number: []float64{1, nan, 3, nan, 5}},
		{Name: "a", Text: []string{"p", "q", "", "", "q"}},
		{Name: "w", Number: []float64{1, 1, 1, 1, nan}},
	}}
	f, err := Parse("y ~ . - a", []string{"y", "x", "a"})
	if err != nil {
		t.Fatal(err)
	}
	fr, err := NewFrame(f, d, nil)
	if err != nil || !slices.Equal(fr.Rows, []int{0, 2, 4}) || fr.Dropped != 2 {
		t.Errorf("%+v, %v", fr, err)
	}
	if f, err = Parse("y ~ x + a", nil); err != nil {
		t.Fatal(err)
	}
	fr, err = NewFrame(f, d, []int{4, 3, 2, 1, 0}, "w")
	if err != nil || !slices.Equal(fr.Rows, []int{0}) || !slices.Equal(fr.Missing, []Missing{{"x", 2}, {"a", 2}, {"w", 1}}) {
		t.Errorf("%+v, %v", fr, err)
	}
}

// What is learnt on some rows codes the others: an unknown level counts as the average of the known.
func TestCodingOfHeldOutRows(t *testing.T) {
	d := &Data{Rows: 6, Columns: []Column{
		{Name: "y", Number: []float64{1, 2, 3, 4, 5, 6}},
		{Name: "x", Number: []float64{1, 2, 3, 6, 100, 200}},
		{Name: "a", Text: []string{"p", "q", "p", "r", "new", "q"}},
	}}
	f, err := Parse("y ~ a*scale(x)", nil)
	if err != nil {
		t.Fatal(err)
	}
	fr, err := NewFrame(f, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := fr.Learn([]int{0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	m, unseen := c.Design([]int{4, 5})
	if want := []string{"(Intercept)", "aq", "ar", "scale(x)", "aq:scale(x)", "ar:scale(x)"}; !slices.Equal(m.Names, want) {
		t.Fatalf("%q", m.Names)
	}
	z := 97 / math.Sqrt(14/3.0)
	for j, want := range []float64{1, 0.25, 0.25, z, z / 4, z / 4} {
		if math.Abs(m.Row(0)[j]-want) > 1e-12 {
			t.Errorf("column %s: %v, want %v", m.Names[j], m.Row(0)[j], want)
		}
	}
	if !unseen[0] || unseen[1] || m.Row(1)[1] != 1 {
		t.Errorf("%v %v", unseen, m.X)
	}
}

func TestResponses(t *testing.T) {
	d := &Data{Rows: 4, Columns: []Column{
		{Name: "churn", Text: []string{"Yes", "No", "No", "Yes"}},
		{Name: "n", Number: []float64{0, 1, 1, 5}},
		{Name: "three", Text: []string{"a", "b", "c", "a"}},
		{Name: "ok", Text: []string{"true", "false", "false", "true"}, Logical: true},
	}}
	for text, want := range map[string]string{
		"churn ~ 1":                     "No Yes [1 0 0 1]",
		"I(n > 0) ~ 1":                  "FALSE TRUE [0 1 1 1]",
		"three == \"a\" ~ 1":            "FALSE TRUE [1 0 0 1]",
		"relevel(churn, ref='Yes') ~ 1": "Yes No [0 1 1 0]",
		"ok ~ 1":                        "FALSE TRUE [1 0 0 1]",
		"n ~ 1":                         "row 4, n: 5, but the response",
		"three ~ 1":                     `three has 3 values, "a", "b", "c"; two outcomes are needed, as in I(three == "a")`,
		"factor(\"x\") ~ 1":             "in every row",
	} {
		f, err := Parse(text, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		fr, err := NewFrame(f, d, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		y, classes, err := fr.Events()
		got := strings.Join(classes[:], " ") + " " + strings.ReplaceAll(strings.Trim(strings.Join(strings.Fields(jsonOf(y)), ""), ""), ",", " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	f, _ := Parse("churn ~ 1", nil)
	fr, _ := NewFrame(f, d, nil)
	if _, err := fr.Numbers(); err == nil || !strings.Contains(err.Error(), "use --family binomial") {
		t.Error(err)
	}
}

func jsonOf(v any) string { b, _ := json.Marshal(v); return string(b) }

func TestCondition(t *testing.T) {
	d := &Data{Rows: 4, Columns: []Column{
		{Name: "n", Number: []float64{0, 10, math.NaN(), 30}},
		{Name: "a", Text: []string{"p", "q", "p", ""}},
	}}
	find := func(name string) (*Column, error) {
		if c := d.Column(name); c != nil {
			return c, nil
		}
		return nil, errors.New("no " + name)
	}
	for text, want := range map[string]string{
		"n > 5": "[1 3]", "!(n > 5)": "[0]", "a == 'p'": "[0 2]", "n >= 10 | a == \"p\"": "[0 1]", "TRUE": "[0 1 2 3]",
		"n": "neither true nor false", "b > 1": "no b", "log(n) > -99": "[1 3]", "n > 1 n": "an operator is missing", "1 / n > 0": "[0 1 3]",
	} {
		got := ""
		keep, err := Condition(text, find)
		if err != nil {
			got = err.Error()
		} else {
			var rows []string
			for i := range d.Rows {
				if keep(i) {
					rows = append(rows, strconv.Itoa(i))
				}
			}
			got = "[" + strings.Join(rows, " ") + "]"
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Whatever the text, parsing ends with a formula or an error with a place, and a formula's text reads
// back as the same terms.
func FuzzParse(f *testing.F) {
	ref, d := readReference(f)
	for _, r := range ref.Formulas {
		f.Add(r.Formula[0])
	}
	f.Add("y ~ `a b`:relevel(q, ref = 'x') - 1 + offset(log(z))^2")
	f.Add("Surv(x, y == 2) ~ z + strata(a, x > 1)")
	f.Add("Surv(x, y, z > 0) ~ strata(x)*strata(y) + Surv(x) - strata(x)")
	f.Fuzz(func(t *testing.T, text string) {
		form, err := Parse(text, names(d))
		if err != nil {
			if syntax, ok := err.(*SyntaxError); !ok || syntax.Pos < 0 || syntax.Pos > len(text) {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := Parse(form.String(), nil)
		if err != nil || again.Intercept != form.Intercept || len(again.Terms) != len(form.Terms) {
			t.Fatalf("%q becomes %q, which reads as %v, %v", text, form, again, err)
		}
		fr, err := NewFrame(form, d, nil)
		if err != nil {
			return
		}
		c, err := fr.Learn([]int{0, 1, 2, 3, 4, 5})
		if err != nil {
			return
		}
		if m, _ := c.Design(nil); len(m.X) != len(c.Names)*d.Rows || len(m.X) == 0 {
			t.Fatalf("%q: %d values for %d columns", text, len(m.X), len(c.Names))
		}
	})
}
