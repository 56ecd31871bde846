package moves

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// hiddenCovariates puts covariates beside the periods: those of the last row of a period, for they are known when the move out of it begins. A period without them
// has those that all ids share in it, as a season or a price index, else those of the period before.
type hiddenCovariates struct {
	*Covariates
	shared []map[float64]float64 // by covariate: its value by step, where all ids have the same in a step; nil where they differ
	filled int64                 // periods that have those of the period before
	early  int64                 // periods left out, for nothing was known in them or before
	nobody int64                 // ids left out, of whom nothing is known
}

// covariates reads those that c.On names on rows; nil without.
func (r *hiddenReader) covariates(rows []int) error {
	if r.c.On == "" {
		return nil
	}
	sorted := make([]int, 0, len(rows))
	used := make([]bool, r.t.Rows)
	for _, row := range rows {
		used[row] = true
	}
	for row, u := range used {
		if u {
			sorted = append(sorted, row)
		}
	}
	x, frame, err := readCovariates(r.t, r.c.ID, r.c.On, sorted)
	if err != nil {
		return err
	}
	r.x = &hiddenCovariates{Covariates: x}
	r.panel.Covariates = x
	if frame.Dropped > 0 {
		r.panel.Notes = append(r.panel.Notes, sentences(sentence{int64(frame.Dropped), "row lacks " + lacking(frame), "rows lack " + lacking(frame)})...)
	}
	r.share(sorted)
	return nil
}

// share finds the covariates that are the same for all ids in a step. They must be seen to be: in half of the steps at least, of more than one id.
func (r *hiddenReader) share(rows []int) {
	who, many := map[float64]string{}, map[float64]bool{}
	for _, row := range rows {
		step, id := r.step(row), r.id[row]
		if first, seen := who[step]; !seen {
			who[step] = id
		} else if first != id {
			many[step] = true
		}
	}
	r.x.shared = make([]map[float64]float64, len(r.x.Names))
	if 2*len(many) < len(who) {
		return
	}
	for q := range r.x.Names {
		values := map[float64]float64{}
		same := true
		for _, row := range rows {
			x, known := r.x.X[row]
			if !known {
				continue
			}
			before, seen := values[r.step(row)]
			if same = same && (!seen || before == x[q]); !same {
				break
			}
			values[r.step(row)] = x[q]
		}
		if same {
			r.x.shared[q] = values
		}
	}
}

// covariatesAt are those of a period: of the last of its rows that has them, in the order of time; last are those of the period before, nil where nothing is known yet.
func (r *hiddenReader) covariatesAt(step float64, rows []int, last []float64) []float64 {
	latest := math.Inf(-1)
	var out []float64
	for _, row := range rows {
		if x, known := r.x.X[row]; known && r.at.time[row] >= latest {
			latest, out = r.at.time[row], x
		}
	}
	if out != nil {
		return out
	}
	carried := false
	out = make([]float64, len(r.x.Names))
	for q := range out {
		v, known := r.x.shared[q][step]
		switch {
		case known:
			out[q] = v
		case last == nil:
			return nil
		default:
			out[q], carried = last[q], true
		}
	}
	if carried {
		r.x.filled++
	}
	return out
}

// settleCovariates leaves out the periods of an id from first on, its first, until from: they have none.
func (r *hiddenReader) settleCovariates(first, from int) {
	d, p := r.panel.Data, r.panel
	cut := from - first
	if cut == 0 {
		return
	}
	if from == len(d.Activity) {
		r.x.nobody++
	} else {
		r.x.early += int64(cut)
	}
	d.Activity = append(d.Activity[:first], d.Activity[from:]...)
	if r.spend != nil {
		d.Spend = append(d.Spend[:first], d.Spend[from:]...)
	}
	p.Times = append(p.Times[:first], p.Times[from:]...)
	p.Number = append(p.Number[:first], p.Number[from:]...)
}

// notes say what was done about covariates that are not known.
func (x *hiddenCovariates) notes() []string {
	var shared []string
	for q, name := range x.Names {
		if x.shared[q] != nil {
			shared = append(shared, name)
		}
	}
	out := sentences(
		sentence{x.filled, "period has no row with covariates: those of the period before hold on", "periods have no row with covariates: those of the period before hold on"},
		sentence{x.early, "period before the first known covariates of its id was left out", "periods before the first known covariates of their ids were left out"},
		sentence{x.nobody, "id of whom no covariates are known was left out", "ids of whom no covariates are known were left out"})
	if len(shared) > 0 && len(shared) <= 8 {
		out = append(out, fmt.Sprintf("%s: the same for all ids in a period, and for those without a row in it", strings.Join(shared, ", ")))
	}
	return out
}

// DistinctX are the different covariates of periods, and how many periods have each; nil without.
func (p *HiddenPanel) DistinctX() (rows [][]float64, weights []float64) {
	if p.Covariates == nil {
		return nil, nil
	}
	k := len(p.Covariates.Names)
	return distinct(len(p.Data.Activity), func(t int) []float64 { return p.Data.X[t*k : (t+1)*k] })
}

// DistinctAt are the different covariates of rows at a profile (see At), and how many rows have each.
func (x *Covariates) DistinctAt(profile string) (rows [][]float64, weights []float64, err error) {
	at, err := x.At(profile)
	if err != nil {
		return nil, nil, err
	}
	rows, weights = distinct(len(x.rows), func(i int) []float64 { return at[x.rows[i]] })
	return rows, weights, nil
}

// distinct are the different ones of n rows, in the order in which they come, and how many there are of each.
func distinct(n int, row func(i int) []float64) (rows [][]float64, weights []float64) {
	known := map[string]int{}
	var key []byte
	for i := range n {
		key = key[:0]
		for _, v := range row(i) {
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(v))
		}
		at, seen := known[string(key)]
		if !seen {
			at = len(rows)
			known[string(key)] = at
			rows, weights = append(rows, row(i)), append(weights, 0)
		}
		weights[at]++
	}
	return rows, weights
}
