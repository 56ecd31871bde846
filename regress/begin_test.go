package regress

import (
	"testing"
)

// blocksOf cuts a design into count blocks.
func blocksOf(d *Design, y []float64, count int) *cut {
	c := &cut{d: d, rows: Rows{X: d.X, Y: y}}
	for b := range count {
		c.ends = append(c.ends, (b+1)*len(y)/count)
	}
	return c
}

// A large fit begins on samples and ends a pass early; one of few blocks takes the long way.
func TestLargeFitsEndWhereOthersDo(t *testing.T) {
	d, y := simulated(sampleEvery*sampleRows+4321, 4)
	compare := func(name string) {
		t.Helper()
		want, err := LogisticFrom(blocksOf(d, y, sampleEvery-1), Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, count := range []int{0, sampleEvery, 40} {
			got := mustLogistic(t, d, y, Options{Threads: 2})
			if count > 0 {
				if got, err = LogisticFrom(blocksOf(d, y, count), Options{Threads: 2}); err != nil {
					t.Fatal(err)
				}
			}
			if !got.Certificate.Certified() {
				t.Fatalf("%s: %+v", name, got.Certificate)
			}
			nearAll(t, name+": coefficients", got.Coef, want.Coef, 1e-11)
			nearAll(t, name+": standard errors", got.SE, want.SE, 1e-9)
			near(t, name+": deviance", got.Deviance/want.Deviance, 1, 1e-12)
		}
	}
	compare("as they come")
	for i := range y {
		if i/rowBlock%sampleEvery == 0 {
			y[i] = 0
		}
	}
	compare("samples of one class")
}
