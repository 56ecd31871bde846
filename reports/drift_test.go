package reports

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mainstay/regress/evaluate"
)

// drifting is a reference whose feature is so high.
func drifting(at float64, ratio float64) *evaluate.Reference {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = at + float64(i%20)
	}
	return &evaluate.Reference{Schema: evaluate.ReferenceSchema, AsOf: "2026-10-31", Model: "logistic", HorizonDays: 90,
		Features: []evaluate.Distribution{evaluate.NewDistribution("log_recency", values)}, Score: evaluate.NewDistribution("churn_probability", values),
		Calibration: &evaluate.CalibrationRecord{Rows: 10000, Events: 1000, Ratio: ratio, RatioSE: .03}}
}

func TestDriftIsSaid(t *testing.T) {
	same := &Drift{drifting(0, 1).Compare(drifting(0, 1.05))}
	if text := same.say(Style{}); text != "" || same.Warnings() != nil || (*Drift)(nil).Warnings() != nil {
		t.Errorf("nothing moved: %q", text)
	}
	moved := &Drift{drifting(0, 1).Compare(drifting(8, 1.6))}
	for style, want := range map[string][]string{
		English: {"since the run of 2026-10-31", "log_recency ", "churn probabilities are far", "from 1.00 to 1.60"},
		Chinese: {"2026-10-31", "log_recency ", "流失概率变化很大", "由 1.00 变为 1.60"},
	} {
		for _, w := range want {
			if text := moved.say(Style{Lang: style}); !strings.Contains(text, w) {
				t.Errorf("%q does not say %q", text, w)
			}
		}
	}
	if w := moved.Warnings(); len(w) != 1 || w[0].Code != WarnDrift {
		t.Errorf("%v", w)
	}
}

func TestReadReference(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadReference(dir); err == nil || !strings.Contains(err.Error(), "name the folder of a run") {
		t.Errorf("no file: %v", err)
	}
	for _, text := range []string{"{", `{"schema":"x"}`} {
		if err := os.WriteFile(filepath.Join(dir, referenceName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadReference(dir); err == nil || !strings.Contains(err.Error(), referenceName) {
			t.Errorf("%s: %v", text, err)
		}
	}
	b, err := json.Marshal(drifting(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, referenceName), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := ReadReference(dir); err != nil || r.AsOf != "2026-10-31" {
		t.Errorf("%v %v", r, err)
	}
}
