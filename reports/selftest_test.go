package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"mainstay/internal/num"
)

func TestSelftest(t *testing.T) {
	groups := GroupAgreements([]num.Agreement{
		{Model: "a", Quantity: "b 1", Source: "s", Computed: 2.00001, Published: 2, Digits: 4},
		{Model: "c", Quantity: "\x1bz", Source: "s", Computed: math.NaN(), Published: 1, Digits: 3},
		{Model: "a", Quantity: "b 2", Source: "s", Computed: 1.0004, Published: 1, Digits: 4},
		{Model: "a", Quantity: "b 1", Source: "another", Computed: 1, Published: 1},
	})
	if len(groups) != 3 || groups[0].Worst != 1 || !groups[0].Holds() || groups[1].Holds() || Failing(groups) != 1 {
		t.Fatalf("%+v", groups)
	}
	for _, all := range []bool{false, true} {
		var out bytes.Buffer
		if err := Selftest(&out, groups, all); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if strings.Count(text, "BELOW") != 1 || strings.Contains(text, "\x1b") || strings.Contains(text, "NaN") ||
			!strings.Contains(text, "4 figures of 3 models: 1 below the floor") {
			t.Error(text)
		}
	}
	var out bytes.Buffer
	if err := WriteSelftestJSON(&out, groups, "0"); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema string
		Holds  bool
		Models []struct {
			Digits  float64
			Figures []struct{ Computed *float64 }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != SelftestSchema || doc.Holds || doc.Models[1].Figures[0].Computed != nil || doc.Models[1].Digits != 0 {
		t.Errorf("%s", out.String())
	}
}
