package published

import "testing"

func TestAgreements(t *testing.T) {
	all, err := Agreements()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Errorf("only %d figures; the test would prove little", len(all))
	}
	seen := map[string]bool{}
	for _, a := range all {
		if !a.Holds() {
			t.Errorf("%s, %s: computed %.15g, published %.15g: %.1f digits, want %.1f", a.Model, a.Quantity, a.Computed, a.Published, a.LRE(), a.Least())
		}
		if key := a.Model + "|" + a.Quantity; seen[key] || a.Source == "" {
			t.Errorf("%s is named twice, or has no source", key)
		} else {
			seen[key] = true
		}
	}
}
