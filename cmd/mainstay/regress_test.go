package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fitJSON is what the test reads of mainstay.regress/1.
type fitJSON struct {
	Coefficients []struct {
		Term         string
		Estimate, SE *float64
		Dropped      bool
	}
	Measures struct {
		Deviance, AIC float64
		LogLik        float64 `json:"log_likelihood"`
	}
	Rows            struct{ Used int }
	CrossValidation struct{ AUC struct{ Value, SE float64 } } `json:"cross_validation"`
}

func regressJSON(t *testing.T, args ...string) (fit fitJSON) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), append([]string{"regress", "--json"}, args...), nil, &stdout, &stderr); code != 0 {
		t.Fatalf("status %d: %s", code, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), &fit); err != nil {
		t.Fatal(err)
	}
	return fit
}

// Telco churn, all of whose columns are text in the export, has R's coefficients to 1e-7
// (regress/model/testdata/ref/r/model.R), and predicts as well as others report.
func TestTelcoAgainstR(t *testing.T) {
	shared := sharedData(t)
	if shared == "" {
		t.Skip("SKIPPED: no ../shared/data, so R's coefficients of the Telco table prove nothing here")
	}
	raw, err := os.ReadFile("../../regress/model/testdata/ref/r/model.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Fits []struct {
			Table, Formula, Family, Cluster       string
			Names, Dropped                        any
			Estimate, SE, HC0, HC1, HC2, HC3, CR1 []float64
			LogLik, AIC                           float64
			N                                     int
		}
	}
	if err := json.Unmarshal(raw, &ref); err != nil && !strings.Contains(err.Error(), "cannot unmarshal number") {
		t.Fatal(err) // jsonlite writes a list of one as a number; those are not of this table
	}
	table := filepath.Join(shared, "telco_churn.parquet")
	tested := 0
	for _, want := range ref.Fits {
		if want.Table != "telco" {
			continue
		}
		kinds := map[string][]float64{"--robust=none": want.SE}
		if want.HC0 != nil {
			kinds["--robust=hc0"], kinds["--robust=hc1"], kinds["--robust=hc2"], kinds["--robust=hc3"] = want.HC0, want.HC1, want.HC2, want.HC3
		}
		if want.Cluster != "" {
			kinds["--cluster="+want.Cluster] = want.CR1
		}
		for flag, se := range kinds {
			tested++
			fit := regressJSON(t, table, want.Formula, "--family", want.Family, flag)
			names, dropped := []any{}, []any{}
			k := 0
			for _, c := range fit.Coefficients {
				names = append(names, c.Term)
				if c.Dropped {
					dropped = append(dropped, c.Term)
					continue
				}
				if !near(*c.Estimate, want.Estimate[k]) || !near(*c.SE, se[k]) {
					t.Errorf("%.30s… %s: %s is %.12g (%.12g), want %.12g (%.12g)", want.Formula, flag, c.Term, *c.Estimate, *c.SE, want.Estimate[k], se[k])
				}
				k++
			}
			if one, ok := want.Dropped.(string); ok {
				want.Dropped = []any{one}
			}
			if !slices.Equal(names, want.Names.([]any)) || !slices.Equal(dropped, want.Dropped.([]any)) {
				t.Errorf("%s: columns %q, dropped %q; want %q, %q", want.Formula, names, dropped, want.Names, want.Dropped)
			}
			if fit.Rows.Used != want.N || !near(fit.Measures.LogLik, want.LogLik) || !near(fit.Measures.AIC, want.AIC) {
				t.Errorf("%s: %+v", want.Formula, fit)
			}
		}
	}
	if tested < 10 {
		t.Errorf("%d fits", tested)
	}
	fit := regressJSON(t, table, "Churn ~ . - customerID", "--family", "binomial", "--cv", "10")
	if auc := fit.CrossValidation.AUC; auc.Value < 0.84 || auc.Value > 0.85 || auc.SE > 0.01 {
		t.Errorf("cross-validated AUC %+v, want .84 to .85", auc)
	}
}

// near is agreement to 1e-7.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-7*math.Max(1, math.Abs(want)) }
