package generate

import (
	"context"
	"sync"
	"sync/atomic"
)

// ordered makes n things on several threads and hands them over in order. worker is called once for each thread
// and returns what makes thing i, so that scratch is not shared; use is never called twice at once. Things are
// used again, and there are never more than two for each thread, so that memory does not grow with n.
func ordered[T any](ctx context.Context, n, threads int, worker func() func(i int, thing *T) error, use func(i int, thing *T) error) error {
	type done struct {
		i     int
		thing *T
		err   error
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	free, made := make(chan *T, 2*threads), make(chan done, 2*threads)
	for range cap(free) {
		free <- new(T)
	}
	var next atomic.Int64
	var running sync.WaitGroup
	for range threads {
		running.Go(func() {
			work := worker()
			for {
				var thing *T
				select { // first the thing, then the number: whoever has the lowest number can finish it
				case thing = <-free:
				case <-ctx.Done():
					return
				}
				i := int(next.Add(1)) - 1
				if i >= n {
					free <- thing
					return
				}
				made <- done{i, thing, work(i, thing)}
			}
		})
	}
	defer running.Wait()
	waiting := map[int]*T{}
	for at := 0; at < n; {
		select {
		case d := <-made:
			if d.err != nil {
				stop()
				return d.err
			}
			waiting[d.i] = d.thing
		case <-ctx.Done():
			return ctx.Err()
		}
		for thing := waiting[at]; thing != nil; thing = waiting[at] {
			if err := use(at, thing); err != nil {
				stop()
				return err
			}
			delete(waiting, at)
			free <- thing
			at++
		}
	}
	return nil
}
