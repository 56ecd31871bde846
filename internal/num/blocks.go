package num

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Blocks cuts 0..n into blocks of the given size (the last may be shorter) and calls
// f(b, lo, hi) once for every block b = [lo, hi), on up to threads goroutines.
//
// The cut depends on n and block alone, so a computation that keeps one result per
// block and combines them in block order is bit-identical for any number of threads.
// f must write only to what belongs to its block. threads < 1 means 1; block < 1 means
// one block. A panic in f is raised again on the caller's goroutine, where the caller
// can recover it.
func Blocks(n, block, threads int, f func(b, lo, hi int)) {
	if n <= 0 {
		return
	}
	if block < 1 {
		block = n
	}
	count := blockCount(n, block)
	threads = min(threads, count)
	if threads <= 1 {
		for b := range count {
			f(b, b*block, min(n, (b+1)*block))
		}
		return
	}
	var next atomic.Int64
	var failed atomic.Pointer[string]
	work := func() {
		defer func() {
			if r := recover(); r != nil {
				text := fmt.Sprint(r)
				failed.CompareAndSwap(nil, &text)
			}
		}()
		for failed.Load() == nil {
			b := int(next.Add(1)) - 1
			if b >= count {
				return
			}
			f(b, b*block, min(n, (b+1)*block))
		}
	}
	var wg sync.WaitGroup
	for range threads {
		wg.Go(work)
	}
	wg.Wait()
	if text := failed.Load(); text != nil {
		panic(*text)
	}
}

func blockCount(n, block int) int { return (n-1)/block + 1 }

// BlockSums sums a vector of width floats over 0..n: f adds the share of rows
// [lo, hi) to sum, which starts at zero and belongs to that block. The block vectors
// are added in a fixed binary tree (see Tree), so the result does not depend on threads.
func BlockSums(n, block, threads, width int, f func(lo, hi int, sum []float64)) []float64 {
	if n <= 0 || width <= 0 {
		return make([]float64, max(width, 0))
	}
	if block < 1 {
		block = n
	}
	parts := make([][]float64, blockCount(n, block))
	Blocks(n, block, threads, func(b, lo, hi int) {
		parts[b] = make([]float64, width)
		f(lo, hi, parts[b])
	})
	return Tree(parts, func(into, from []float64) []float64 {
		for j, v := range from {
			into[j] += v
		}
		return into
	})
}

// Tree combines parts in a fixed binary tree: neighbours first, then neighbours of
// those, whatever the number of threads that made them. merge may change and return
// into. The error of a float sum grows with log₂ len(parts), not len(parts) (Higham
// 2002, Accuracy and Stability of Numerical Algorithms, §4.2). parts is overwritten;
// an empty slice gives the zero value.
func Tree[T any](parts []T, merge func(into, from T) T) T {
	var zero T
	if len(parts) == 0 {
		return zero
	}
	for stride := 1; stride < len(parts); stride *= 2 {
		for i := 0; i+stride < len(parts); i += 2 * stride {
			parts[i] = merge(parts[i], parts[i+stride])
		}
	}
	return parts[0]
}
