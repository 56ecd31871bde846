package segment

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestABC(t *testing.T) {
	f := func(want string, values ...int64) {
		t.Helper()
		got := ""
		for _, c := range abcOf(values) {
			got += abcNames[c]
		}
		if got != want {
			t.Errorf("ABC(%v) = %s, want %s", values, got, want)
		}
	}
	f("AABBCC", 50, 30, 10, 5, 4, 1) // 50 and 30 reach exactly 80 %, 10 and 5 exactly 95 %
	f("CCABBA", 1, 4, 50, 10, 5, 30) // in any order
	f("AAA", 50, 29, 21)             // 79 % are not enough
	f("AAAAA", 1, 1, 1, 1, 1)        // ties are never split
	f("ABBC", 84, 6, 6, 4)
	f("ACC", 10, 0, -5)
	f("CC", 0, -1)
	f("")
	f("AC", math.MaxInt64-1, 1)
}

func TestConcentrateByHand(t *testing.T) {
	// x = 0, 10, 30, 60: Gini = (−1·10 + 1·30 + 3·60) / (4·100)
	c := Concentrate([]int64{30, -7, 60, 10})
	if math.Abs(c.Gini-0.5) > 1e-15 || math.Abs(c.HHI-0.46) > 1e-15 || c.Negative != -7 || c.NegativeCustomers != 1 {
		t.Errorf("got %+v", c)
	}
	want := []TopShare{{0.01, 1, 0.6}, {0.05, 1, 0.6}, {0.1, 1, 0.6}, {0.2, 1, 0.6}, {0.5, 2, 0.9}, {1, 4, 1}}
	if !slices.Equal(c.Top, want) {
		t.Errorf("top %v, want %v", c.Top, want)
	}
	if c := Concentrate([]int64{0, -1}); !math.IsNaN(c.Gini) || !math.IsNaN(c.HHI) || !math.IsNaN(c.Top[0].Revenue) {
		t.Errorf("nothing above zero: %+v", c)
	}
	if c := Concentrate(nil); !math.IsNaN(c.Gini) || len(c.Top) != 0 {
		t.Errorf("nobody: %+v", c)
	}
}

func TestConcentrateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(-1000, 1_000_000), 1, 80).Draw(t, "values")
		c := Concentrate(values)
		if math.IsNaN(c.Gini) {
			return
		}
		n := float64(len(values))
		if c.Gini < 0 || c.Gini > (n-1)/n+1e-12 {
			t.Fatalf("Gini %v outside [0, (n−1)/n]", c.Gini)
		}
		if c.HHI < 1/n-1e-12 || c.HHI > 1+1e-12 {
			t.Fatalf("HHI %v outside [1/n, 1]", c.HHI)
		}
		if again := Concentrate(rapid.Permutation(values).Draw(t, "shuffled")); again.Gini != c.Gini || again.HHI != c.HHI {
			t.Fatalf("order matters: %v, %v", again, c)
		}
		// Definition by mean absolute difference: G = Σᵢⱼ |xᵢ − xⱼ| / (2 n² mean).
		var differences, total float64
		for _, x := range values {
			total += float64(max(x, 0))
			for _, y := range values {
				differences += math.Abs(float64(max(x, 0) - max(y, 0)))
			}
		}
		if want := differences / (2 * n * total); math.Abs(c.Gini-want) > 1e-12 {
			t.Fatalf("Gini %v, by differences %v", c.Gini, want)
		}
		scaled := slices.Clone(values)
		for i := range scaled {
			scaled[i] *= 7
		}
		if s := Concentrate(scaled); math.Abs(s.Gini-c.Gini) > 1e-12 || math.Abs(s.HHI-c.HHI) > 1e-12 {
			t.Fatalf("money's unit matters: %v, %v", s, c)
		}
	})
}

func TestABCProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(-50, 100), 1, 60).Draw(t, "values")
		class := abcOf(values)
		var total, a int64
		smallestA := int64(math.MaxInt64)
		for i, v := range values {
			total += max(v, 0)
			if class[i] == 0 {
				a += v
				smallestA = min(smallestA, v)
			}
			for j, w := range values {
				if v == w && class[i] != class[j] || v > w && class[i] > class[j] {
					t.Fatalf("%d is %s, %d is %s", v, abcNames[class[i]], w, abcNames[class[j]])
				}
			}
		}
		if total == 0 {
			return
		}
		ties := int64(0)
		for _, v := range values {
			if v == smallestA {
				ties += v
			}
		}
		if a*100 < total*abcPercentA || (a-ties)*100 >= total*abcPercentA {
			t.Fatalf("A makes %d of %d: not the smallest set that reaches 80 %%", a, total)
		}
	})
}

// abcOf are the classes of values.
func abcOf(values []int64) []int8 {
	floors, class := abcFloorsOf(slices.Clone(values)), make([]int8, len(values))
	for i, v := range values {
		class[i] = floors.class(v)
	}
	return class
}
