package reports

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"mainstay/internal/num"
)

// SelftestSchema is the version of what WriteSelftestJSON writes.
const SelftestSchema = "mainstay.selftest/1"

// Tested is the published figures of one model from one source, with what was computed for them.
type Tested struct {
	Model, Source string
	Figures       []num.Agreement
	Worst         int // the figure with the least digits to spare
}

// Holds reports whether every figure reaches its floor.
func (t *Tested) Holds() bool { return t.Figures[t.Worst].Holds() }

// GroupAgreements puts the figures of a model together, models in the order in which they come.
func GroupAgreements(all []num.Agreement) []Tested {
	var groups []Tested
	for _, a := range all {
		i := slices.IndexFunc(groups, func(t Tested) bool { return t.Model == a.Model && t.Source == a.Source })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Tested{Model: a.Model, Source: a.Source})
		}
		t := &groups[i]
		t.Figures = append(t.Figures, a)
		if worst := t.Figures[t.Worst]; a.LRE()-a.Least() < worst.LRE()-worst.Least() {
			t.Worst = len(t.Figures) - 1
		}
	}
	return groups
}

// Failing counts the figures that do not reach their floor.
func Failing(groups []Tested) (n int) {
	for _, t := range groups {
		for _, a := range t.Figures {
			if !a.Holds() {
				n++
			}
		}
	}
	return n
}

// Selftest writes a line per model with its least certain figure, or, with all, a line per figure.
func Selftest(w io.Writer, groups []Tested, all bool) error {
	b := bufio.NewWriter(w)
	total := 0
	g := &grid{right: []bool{false, true, false, true, true, true, true, false}}
	g.rows = append(g.rows, []string{"model", "figures", "least certain", "computed", "published", "digits", "floor", ""})
	for i := range groups {
		t := &groups[i]
		total += len(t.Figures)
		if all {
			title := wrap(printable(t.Model)+" ("+printable(t.Source)+")", pageWidth-len(columnGap))
			section(b, strings.Join(title, "\n"+columnGap), figureGrid(t.Figures))
			continue
		}
		a := &t.Figures[t.Worst]
		g.rows = append(g.rows, append([]string{printable(t.Model), count(len(t.Figures))}, figureCells(a)...))
	}
	if !all {
		g.squeeze(2, pageWidth, valuesLeast)
		g.squeeze(0, pageWidth, valuesLeast)
		for _, line := range g.lines() {
			b.WriteString(line + "\n")
		}
	}
	verdict := "all agree to their floors"
	if n := Failing(groups); n > 0 {
		verdict = fmt.Sprintf("%s below the floor", count(n))
	}
	b.WriteByte('\n')
	for _, line := range wrap(fmt.Sprintf("%s of %s: %s; digits = −log₁₀ of the relative error, at most those published; %s/%s, %s",
		plural(int64(total), "figure"), plural(int64(len(groups)), "model"), verdict, runtime.GOOS, runtime.GOARCH, runtime.Version()), pageWidth) {
		b.WriteString(line + "\n")
	}
	return b.Flush()
}

func figureGrid(figures []num.Agreement) *grid {
	g := &grid{right: []bool{false, true, true, true, true, false}}
	g.rows = append(g.rows, []string{"quantity", "computed", "published", "digits", "floor", ""})
	for i := range figures {
		g.rows = append(g.rows, figureCells(&figures[i]))
	}
	g.squeeze(0, pageWidth-len(columnGap), valuesLeast)
	return g
}

// figureCells shows as many digits as a figure can agree to, and a mark where they are too few.
func figureCells(a *num.Agreement) []string {
	mark := "ok"
	if !a.Holds() {
		mark = "BELOW"
	}
	return []string{printable(a.Quantity), precise(a.Computed), precise(a.Published), fixed(a.LRE(), 1), fixed(a.Least(), 1), mark}
}

// precise is v to eight digits.
func precise(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dash
	}
	return strconv.FormatFloat(v, 'g', 8, 64)
}

type selftestInfo struct {
	Schema  string       `json:"schema"`
	Version string       `json:"version"`
	Go      string       `json:"go"`
	OS      string       `json:"os"`
	Arch    string       `json:"arch"`
	Holds   bool         `json:"holds"`
	Models  []testedInfo `json:"models"`
}

type testedInfo struct {
	Model   string       `json:"model"`
	Source  string       `json:"source"`
	Holds   bool         `json:"holds"`
	Digits  number       `json:"digits"`
	Figures []figureInfo `json:"figures"`
}

type figureInfo struct {
	Quantity        string `json:"quantity"`
	Computed        number `json:"computed"`
	Published       number `json:"published"`
	PublishedDigits int    `json:"published_digits"`
	Digits          number `json:"digits"`
	Floor           number `json:"floor"`
	Holds           bool   `json:"holds"`
}

// WriteSelftestJSON writes every figure; version is the program's.
func WriteSelftestJSON(w io.Writer, groups []Tested, version string) error {
	doc := selftestInfo{Schema: SelftestSchema, Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Holds: Failing(groups) == 0}
	for i := range groups {
		t := &groups[i]
		m := testedInfo{Model: t.Model, Source: t.Source, Holds: t.Holds(), Digits: number(math.Inf(1))}
		for _, a := range t.Figures {
			m.Digits = min(m.Digits, number(a.LRE()))
			m.Figures = append(m.Figures, figureInfo{a.Quantity, number(a.Computed), number(a.Published), a.Digits, number(a.LRE()), number(a.Least()), a.Holds()})
		}
		doc.Models = append(doc.Models, m)
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
