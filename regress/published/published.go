// Package published recomputes regressions that others have published, so that anybody can see on their
// own machine how many digits agree.
package published

import (
	"context"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress/formula"
	"mainstay/regress/model"
)

// nist.json holds the eleven linear least-squares sets of NIST's Statistical Reference Datasets with their
// certified values (a work of the United States government, in the public domain), spector.csv the 32
// students of Spector & Mazzeo 1980, rossi.csv the convicts of Rossi, Berk & Lenihan 1980, sex2.csv the 239 women of Foxman et al. 1997, counted.
//
//go:embed rossi.csv nist.json spector.csv sex2.csv
var files embed.FS

const (
	nistSource    = "NIST StRD, linear least squares (1997)"
	spectorSource = "Spector & Mazzeo 1980, J. Economic Education 11(2):37–44; figures of Stata in the tests of statsmodels"
)

// nistSet is one set; figures are texts of up to 15 digits, x by row.
type nistSet struct {
	Name     string
	Formula  string
	Floor    float64 // digits that must agree
	Y        []string
	X        [][]string
	Estimate []string
	SD       []string
	Residual string `json:"residual_sd"`
	RSquared string `json:"r_squared"`
}

// Agreements fits every published set through its formula and sets each figure beside the published
// one, set by set. The error is a fit that failed.
func Agreements() ([]num.Agreement, error) {
	raw, err := files.ReadFile("nist.json")
	if err != nil {
		return nil, err
	}
	var sets []nistSet
	if err := json.Unmarshal(raw, &sets); err != nil {
		return nil, err
	}
	var out []num.Agreement
	for i := range sets {
		a, err := sets[i].agreements()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sets[i].Name, err)
		}
		out = append(out, a...)
	}
	a, err := spector()
	if err != nil {
		return nil, fmt.Errorf("spector: %w", err)
	}
	infections, err := infections()
	if err != nil {
		return nil, fmt.Errorf("sex2: %w", err)
	}
	arrests, err := rossi()
	if err != nil {
		return nil, fmt.Errorf("rossi: %w", err)
	}
	r, err := ratings()
	return append(append(append(append(out, a...), infections...), arrests...), r...), err
}

func (s *nistSet) agreements() ([]num.Agreement, error) {
	d := &formula.Data{Rows: len(s.Y), Columns: []formula.Column{{Name: "y"}}}
	for j := range s.X[0] {
		name := "x"
		if len(s.X[0]) > 1 {
			name += strconv.Itoa(j + 1)
		}
		d.Columns = append(d.Columns, formula.Column{Name: name})
	}
	for i, y := range s.Y {
		for j, text := range append([]string{y}, s.X[i]...) {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, err
			}
			d.Columns[j].Number = append(d.Columns[j].Number, v)
		}
	}
	r, err := fit(d, s.Formula, model.Gaussian)
	if err != nil {
		return nil, err
	}
	l := &list{model: "NIST: " + s.Name, source: nistSource, floor: s.Floor}
	for j, c := range r.Coefficients {
		l.add(c.Name, c.Estimate, s.Estimate[j])
	}
	for j, c := range r.Coefficients {
		l.add("SE "+c.Name, c.SE, s.SD[j])
	}
	l.add("residual SD", r.Measures.Sigma, s.Residual)
	l.add("R²", r.Measures.R2, s.RSquared)
	return l.all, l.err
}

// spector is the logistic regression of the textbooks. The published figures are of GPA stored in single
// precision.
func spector() ([]num.Agreement, error) {
	d, err := numbers("spector.csv", func(v float64) float64 { return float64(float32(v)) })
	if err != nil {
		return nil, err
	}
	r, err := fit(d, "grade ~ gpa + tuce + psi", model.Binomial)
	if err != nil {
		return nil, err
	}
	l := &list{model: "logistic: Spector & Mazzeo", source: spectorSource}
	for j, text := range []string{"-13.02134832", "2.82611297", "0.09515767", "2.37868773"} {
		l.add(r.Coefficients[j].Name, r.Coefficients[j].Estimate, text)
	}
	l.add("log-likelihood", r.Measures.LogLik, "-12.8896334653335")
	return l.all, l.err
}

// numbers reads a CSV file of numbers, each passed through stored.
func numbers(name string, stored func(float64) float64) (*formula.Data, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	d := &formula.Data{Rows: len(records) - 1}
	for j, name := range records[0] {
		c := formula.Column{Name: name}
		for _, r := range records[1:] {
			v, err := strconv.ParseFloat(r[j], 64)
			if err != nil {
				return nil, err
			}
			c.Number = append(c.Number, stored(v))
		}
		d.Columns = append(d.Columns, c)
	}
	return d, nil
}

func fit(d *formula.Data, text string, family model.Family) (*model.Result, error) {
	return fitWith(d, text, model.Options{Family: family})
}

func fitWith(d *formula.Data, text string, o model.Options) (*model.Result, error) {
	f, err := formula.Parse(text, nil)
	if err != nil {
		return nil, err
	}
	o.Level = 0.95
	return model.Fit(context.Background(), d, f, o)
}

// list gathers the agreements of one fit.
type list struct {
	model, source string
	floor         float64
	all           []num.Agreement
	err           error
}

// add sets a computed figure beside a published text, whose digits are counted. A floor beyond what the
// text has is lowered to it.
func (l *list) add(quantity string, computed float64, text string) {
	published, err := strconv.ParseFloat(text, 64)
	if err != nil {
		l.err = err
		return
	}
	mantissa, _, _ := strings.Cut(text, "E")
	digits := len(strings.TrimLeft(strings.ReplaceAll(mantissa, ".", ""), "-0"))
	if digits == 0 { // 0: the published places
		digits = len(mantissa) - strings.IndexByte(mantissa, '.') - 1
	}
	a := num.Agreement{Model: l.model, Quantity: quantity, Source: l.source, Computed: computed, Published: published, Digits: digits}
	if l.floor > 0 {
		a.Floor = math.Min(l.floor, float64(digits))
	}
	l.all = append(l.all, a)
}
