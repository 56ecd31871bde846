package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestAUC(t *testing.T) {
	for _, c := range []struct {
		y, p []float64
		want float64
		ok   bool
	}{
		{[]float64{0, 0, 1, 1}, []float64{.1, .4, .35, .8}, 0.75, true}, // scikit-learn, roc_auc_score example
		{[]float64{0, 1}, []float64{.5, .5}, 0.5, true},
		{[]float64{1, 0, 1}, []float64{.2, .2, .9}, 0.75, true},
		{[]float64{1, 1}, []float64{.2, .9}, 0, false},
		{[]float64{1, 0}, []float64{.2, math.NaN()}, 0, false},
		{[]float64{1, 0, 1}, []float64{.2, .9}, 0, false},
		{[]float64{1, 0.5}, []float64{.2, .9}, 0, false},
		{nil, nil, 0, false},
	} {
		if got, ok := AUC(c.y, c.p); got != c.want || ok != c.ok {
			t.Errorf("AUC(%v, %v) = %v, %v, want %v, %v", c.y, c.p, got, ok, c.want, c.ok)
		}
	}
}

// drawScores makes outcomes and predictions with many ties.
func drawScores(t *rapid.T) (y, p []float64) {
	n := rapid.IntRange(1, 60).Draw(t, "n")
	levels := rapid.IntRange(1, 20).Draw(t, "levels")
	for range n {
		y = append(y, float64(rapid.IntRange(0, 1).Draw(t, "y")))
		p = append(p, float64(rapid.IntRange(0, levels).Draw(t, "p"))/float64(levels))
	}
	return y, p
}

func TestAUCAgainstEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, p := drawScores(t)
		var u, pairs float64
		for i := range y {
			for j := range y {
				if y[i] == 1 && y[j] == 0 {
					pairs++
					if p[i] > p[j] {
						u++
					} else if p[i] == p[j] {
						u += 0.5
					}
				}
			}
		}
		got, ok := AUC(y, p)
		if ok != (pairs > 0) || ok && got != u/pairs {
			t.Fatalf("got %v, %v, want %v of %v", got, ok, u, pairs)
		}
	})
}

func TestLossesAtTheEdges(t *testing.T) {
	near(t, "log loss", LogLoss([]float64{1, 0}, []float64{.8, .4}), -(math.Log(.8)+math.Log(.6))/2, 1e-15)
	near(t, "clipped", LogLoss([]float64{1, 0}, []float64{0, 1}), 34.53877639491069, 1e-1) // −log 1e-15
	near(t, "brier", Brier([]float64{1, 0}, []float64{.8, .4}), 0.1, 1e-15)
	for _, v := range []float64{LogLoss(nil, nil), Brier(nil, nil), LogLoss([]float64{1}, []float64{math.NaN()}), Brier([]float64{2}, []float64{.5})} {
		if !math.IsNaN(v) {
			t.Errorf("undefined loss is %v", v)
		}
	}
}

func TestCalibrationTable(t *testing.T) {
	p := []float64{.1, .2, .3, .4, .5, .6, .7, .8}
	y := []float64{0, 0, 0, 1, 0, 1, 1, 1}
	want := []Bin{
		{2, .15, 0, 0, 0}, {2, .35, .5, .25, 1}, {2, .55, .5, .5, 1}, {2, .75, 1, 1, 2},
	}
	for b, got := range Calibration(y, p, 4) {
		nearAll(t, "bin", []float64{float64(got.N), got.Predicted, got.Observed, got.CumCapture, got.Lift},
			[]float64{2, want[b].Predicted, want[b].Observed, want[b].CumCapture, want[b].Lift}, 1e-14)
	}
	lift := Lift(y, p, 4)
	for b, capture := range []float64{.5, .75, 1, 1} {
		near(t, "capture", lift[b].CumCapture, capture, 1e-15)
	}
	if lift[0].Lift != 2 || len(Calibration(y, make([]float64, 8), 4)) != 1 || Calibration(y, p, 0) != nil || Lift(nil, nil, 5) != nil {
		t.Error("lift, one tie, no bins, no rows")
	}
}

func TestCalibrationProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, p := drawScores(t)
		bins := rapid.IntRange(1, 12).Draw(t, "bins")
		table := Calibration(y, p, bins)
		var n int
		var events, total float64
		for b, bin := range table {
			n += bin.N
			events += math.Round(bin.Observed * float64(bin.N))
			if bin.N == 0 || b > 0 && !(table[b-1].Predicted < bin.Predicted) {
				t.Fatalf("bins %+v", table)
			}
		}
		for _, v := range y {
			total += v
		}
		if n != len(y) || events != total || len(table) > bins {
			t.Fatalf("%d rows and %v events in %+v", n, events, table)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		sy, sp := append([]float64(nil), y...), append([]float64(nil), p...)
		rng.Shuffle(len(y), func(a, b int) { sy[a], sy[b] = sy[b], sy[a]; sp[a], sp[b] = sp[b], sp[a] })
		again, lift := Calibration(sy, sp, bins), Lift(sy, sp, bins)
		for b := range table {
			if again[b] != table[b] {
				t.Fatalf("the order of rows changes %+v to %+v", table[b], again[b])
			}
			if mirror := lift[len(lift)-1-b]; mirror.N != table[b].N || mirror.Observed != table[b].Observed {
				t.Fatalf("lift is not the mirror: %+v, %+v", mirror, table[b])
			}
		}
		if a, _ := AUC(y, p); a < 0 || a > 1 {
			t.Fatalf("auc %v", a)
		}
	})
}

// aucData is the made-up data of testdata/ref/r/auc.R.
func aucData() (y, p []float64) {
	for i := 1; i <= 40; i++ {
		event := 0.0
		if i*7%11 < 5 {
			event = 1
		}
		y, p = append(y, event), append(p, (float64(i*13%17)+3*event)/21+0.01)
	}
	return y, p
}

// Figures: pROC's DeLong variance, which divides by n − 1 in each class; glm.
func TestAUCInfluence(t *testing.T) {
	y, p := aucData()
	auc, _ := AUC(y, p)
	near(t, "auc", auc, 0.699488491048593, 1e-14)
	var sum, squares, count [2]float64
	_, influence, _ := Area(&Rows{Y: y, P: p})
	for i, psi := range influence {
		class := int(y[i])
		sum[class] += psi
		squares[class] += psi * psi
		count[class]++
	}
	near(t, "sum over events", sum[1], 0, 1e-12)
	near(t, "sum over others", sum[0], 0, 1e-12)
	near(t, "variance", squares[0]*count[0]/(count[0]-1)+squares[1]*count[1]/(count[1]-1), 0.00712175646417802, 1e-15)
	if _, _, ok := Area(&Rows{Y: []float64{1, 1}, P: []float64{0.1, 0.2}}); ok {
		t.Error("one class has an influence")
	}
	twice := make([]float64, len(y)) // a unit of weights changes nothing
	for i := range twice {
		twice[i] = 2
	}
	if got, psi, ok := Area(&Rows{Y: y, P: p, Weight: twice}); !ok || got != auc || psi[3] != influence[3] {
		t.Errorf("%v, %v", got, psi[3]-influence[3])
	}
}

func TestCoxCalibration(t *testing.T) {
	y, p := aucData()
	intercept, slope := CoxCalibration(&Rows{Y: y, P: p})
	near(t, "slope", slope.Value, 0.709963055461124, 1e-10)
	near(t, "its error", slope.SE, 0.320438927692912, 1e-8)
	near(t, "in the large", intercept.Value, -0.168646343741015, 1e-10)
	near(t, "its error", intercept.SE, 0.367154956504563, 1e-8)
	if _, slope = CoxCalibration(&Rows{Y: []float64{0, 1}, P: []float64{0.5, 0.5}}); !math.IsNaN(slope.Value) {
		t.Errorf("predictions without spread have a slope: %v", slope)
	}
}
