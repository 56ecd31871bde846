package num

import (
	"math"
	"strings"
	"sync/atomic"
	"testing"

	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

func TestBlocksCoverEveryRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 500).Draw(t, "n")
		block := rapid.IntRange(0, 60).Draw(t, "block")
		threads := rapid.IntRange(0, 5).Draw(t, "threads")
		seen := make([]atomic.Int32, n)
		Blocks(n, block, threads, func(b, lo, hi int) {
			if block > 0 && lo != b*block {
				t.Errorf("block %d starts at %d", b, lo)
			}
			for i := lo; i < hi; i++ {
				seen[i].Add(1)
			}
		})
		for i := range seen {
			if seen[i].Load() != 1 {
				t.Fatalf("row %d visited %d times", i, seen[i].Load())
			}
		}
	})
}

func TestBlockSumsDoNotDependOnThreads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 0, 400).Draw(t, "values")
		sum := func(threads int) []float64 {
			return BlockSums(len(values), 7, threads, 2, func(lo, hi int, sum []float64) {
				for _, v := range values[lo:hi] {
					sum[0] += v
					sum[1] += v * v
				}
			})
		}
		one, three := sum(1), sum(3)
		if one[0] != three[0] || one[1] != three[1] {
			t.Fatalf("one thread %v, three %v", one, three)
		}
		if want := Sum(values); math.Abs(one[0]-want) > 1e-13*1e9*float64(len(values)+1) {
			t.Fatalf("got %v, want %v", one[0], want)
		}
	})
}

func TestBlocksRaisePanicsWhereTheyCanBeCaught(t *testing.T) {
	for _, threads := range []int{1, 2} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(r.(string), "broken block") {
					t.Errorf("threads %d: recovered %v", threads, r)
				}
			}()
			Blocks(100, 10, threads, func(b, _, _ int) {
				if b == 3 {
					panic("broken block")
				}
			})
		}()
	}
}

func TestTreeOrder(t *testing.T) {
	parts := []string{"a", "b", "c", "d", "e"}
	got := Tree(parts, func(into, from string) string { return "(" + into + from + ")" })
	if want := "(((ab)(cd))e)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := Tree[string](nil, nil); got != "" {
		t.Errorf("empty tree is %q", got)
	}
}
