package segment

import "sync"

// gather hands every visit of a Scan a T to add to: as many are made as visits run at the same time, so that none
// waits for another. Which visits share one is chance; what is gathered must be sums of integers, which have no order.
type gather[T any] struct {
	new  func() T
	mu   sync.Mutex
	free []T
	all  []T
}

// take is a T for one visit; give hands it back.
func (g *gather[T]) take() T {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.free); n > 0 {
		t := g.free[n-1]
		g.free = g.free[:n-1]
		return t
	}
	t := g.new()
	g.all = append(g.all, t)
	return t
}

func (g *gather[T]) give(t T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free = append(g.free, t)
}
