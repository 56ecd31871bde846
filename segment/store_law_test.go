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
		{law{Model: attrition.ParetoNBD, Params: []float64{1, 10, 1, 8}}, false},
	} {
		if err := c.law.known(); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.law, err)
		}
	}
}
