package segment

import (
	"testing"

	"mainstay/markov/attrition"
)

// A law that a file claims is one that a run would use.
func TestStoredLawsAreBounded(t *testing.T) {
	for _, c := range []struct {
		law  law
		good bool
	}{
		{law{Model: attrition.MBGNBD, Params: []float64{1, 10, 1, 8}}, true},
		{law{Model: attrition.MBGNBD, Params: []float64{1e300, 10, 1, 8}}, false}, // sums without end
		{law{Model: attrition.MBGCNBD, K: 2, Params: []float64{1e9, 10, 1, 8}}, false},
		{law{Model: attrition.ParetoNBD, Params: []float64{1, 10, 1, 8}}, true},
		{law{Model: attrition.ParetoNBD, Params: []float64{1, 10, 1, 1e300}}, false},
		{law{Model: attrition.BGNBD, Params: []float64{1, 10, 1, 8}}, false},
	} {
		if err := c.law.known(); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.law, err)
		}
	}
}

// What is printed of a file steers no terminal.
func TestStoredNamesAreText(t *testing.T) {
	files, _ := storedExample(t)
	s, err := ParseStored(files[0])
	if err != nil {
		t.Fatal(err)
	}
	s.Churn.Name = "pooled\x1b[2J"
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseStored(b); err == nil {
		t.Error("a name with an escape sequence is read")
	}
}
