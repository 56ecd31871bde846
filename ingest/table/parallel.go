package table

import (
	"sync"
	"sync/atomic"

	"mainstay/internal/num"
)

// inParallel runs f for every task on so many goroutines. The error is that of the first task, in order, that
// has one; a panic is an error.
func inParallel(threads, tasks int, f func(task int) error) error {
	errs := make([]error, tasks)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(max(threads, 1), tasks) {
		wg.Go(func() {
			for task := int(next.Add(1)) - 1; task < tasks; task = int(next.Add(1)) - 1 {
				errs[task] = num.Safely(func() error { return f(task) })
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
