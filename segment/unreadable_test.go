package segment

import (
	"context"
	"testing"
)

// A Ledger whose temporary file fails at any moment gives an error, or what it would have given: never results of
// the customers that could still be read.
func TestUnreadableShardsAreAnError(t *testing.T) {
	slow(t)
	held, _ := goldenBook()
	var phases []string
	res, err := Analyse(context.Background(), held, nil, DefaultConfig(), 2, func(phase string, _ float64) {
		if len(phases) == 0 || phases[len(phases)-1] != phase {
			phases = append(phases, phase)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want, failed := dump(t, res), 0
	for at := range phases {
		l := onDisk(t, held, t.TempDir())
		seen, last := -1, ""
		res, err := Analyse(context.Background(), l, nil, DefaultConfig(), 2, func(phase string, _ float64) {
			if phase != last {
				last = phase
				seen++
			}
			if seen == at {
				l.Space.Close()
			}
		})
		switch {
		case err != nil:
			failed++
		case dump(t, res) != want:
			t.Errorf("the file failed in %q, and the result is another without an error", phases[at])
		}
	}
	if failed < 2 {
		t.Errorf("%d failures were found in %q", failed, phases)
	}
}
