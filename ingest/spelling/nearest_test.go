package spelling

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	f := func(name, want string, candidates ...string) {
		t.Helper()
		if got := Nearest(name, candidates); got != want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", name, candidates, got, want)
		}
	}
	f("UnitPrise", "UnitPrice", "Quantity", "UnitPrice")
	f("unit price", "UnitPrice", "Quantity", "UnitPrice")
	f("tenuer", "tenure", "gender", "tenure", "Partner")
	f("rnu", "run", "inspect", "run", "segment")
	f("nothing", "", "rfm", "abc", "ladder")
	f("ab", "aa", "aa", "bb")
	f("x", "")
	if got := AllNearest("C001", []string{"C0010", "C00", "x", "C0011", "C001"}, 2); !slices.Equal(got, []int{4}) {
		t.Errorf("nearest %v", got)
	}
	if got := AllNearest("C003", []string{"C0010", "C004", "x", "C005", "C006"}, 2); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("nearest %v", got)
	}
}
