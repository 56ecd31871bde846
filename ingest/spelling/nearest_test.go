package spelling

import "testing"

func TestNearest(t *testing.T) {
	f := func(name, want string, candidates ...string) {
		t.Helper()
		if got := Nearest(name, candidates); got != want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", name, candidates, got, want)
		}
	}
	f("UnitPrise", "UnitPrice", "Quantity", "UnitPrice")
	f("unit price", "UnitPrice", "Quantity", "UnitPrice")
	f("rnu", "run", "inspect", "run", "segment")
	f("nothing", "", "rfm", "abc", "ladder")
	f("ab", "aa", "aa", "bb")
	f("x", "")
}
