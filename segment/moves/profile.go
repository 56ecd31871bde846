package moves

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/spelling"
	"mainstay/regress/formula"
)

// At are the covariates of every row that a move begins in, some columns set to what the profile says, COLUMN=VALUE,…, the rest as they
// are: what moves would be averaged over if everybody were like that.
func (x *Covariates) At(profile string) (values map[int][]float64, err error) {
	data := &formula.Data{Rows: x.data.Rows, Columns: slices.Clone(x.data.Columns)}
	var set []string
	for pair := range strings.SplitSeq(profile, ",") {
		name, value, found := strings.Cut(pair, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		at := slices.IndexFunc(data.Columns, func(c formula.Column) bool { return c.Name == name })
		switch {
		case !found || value == "":
			return nil, &ConfigError{fmt.Sprintf("a profile is COLUMN=VALUE,…, and %q is not", pair)}
		case at < 0 || !slices.Contains(x.names, name):
			hint := ""
			if near := spelling.Nearest(name, x.names); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return nil, &ConfigError{fmt.Sprintf("profile %q: %q is no covariate of the moves%s (they are %s)", profile, name, hint, strings.Join(x.names, ", "))}
		case slices.Contains(set, name):
			return nil, &ConfigError{fmt.Sprintf("profile %q sets %s twice", profile, name)}
		}
		set = append(set, name)
		if data.Columns[at], err = constant(data.Columns[at], value, data.Rows); err != nil {
			return nil, &ConfigError{fmt.Sprintf("profile %q: %v", profile, err)}
		}
	}
	coded, why, err := x.coding.Code(data, x.rows)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(why, func(s string) bool { return s != "" }); i >= 0 {
		return nil, &ConfigError{fmt.Sprintf("profile %q: %s", profile, why[i])}
	}
	k := len(coded.Design.Names)
	values = make(map[int][]float64, len(coded.Rows))
	for i, row := range coded.Rows {
		values[row] = coded.Design.X[i*k+1 : (i+1)*k]
	}
	return values, nil
}

// constant is a column that holds one value.
func constant(c formula.Column, value string, rows int) (formula.Column, error) {
	if c.Number == nil {
		c.Text = slices.Repeat([]string{value}, rows)
		return c, nil
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return c, fmt.Errorf("%s is a number, and %q is none", c.Name, value)
	}
	c.Number = slices.Repeat([]float64{v}, rows)
	return c, nil
}
