package segment

import (
	"context"
	"sync"
	"sync/atomic"

	"mainstay/internal/num"
)

// lazily is what is computed when it is first asked for, by whichever goroutine, and kept unless it failed.
type lazily[T any] struct {
	mu    sync.Mutex
	made  bool
	value T
}

func (l *lazily[T]) get(compute func() (T, error)) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made {
		return l.value, nil
	}
	value, err := compute()
	if err == nil {
		l.value, l.made = value, true
	}
	return value, err
}

// each does 0 to n − 1 on up to threads goroutines, until the context ends. The error is that of the first in order.
func each(ctx context.Context, n, threads int, do func(k int) error) error {
	errs := make([]error, n)
	var cancelled atomic.Bool // asked once by each goroutine at most
	num.Blocks(n, 1, threads, func(k, _, _ int) {
		if cancelled.Load() {
			return
		}
		if errs[k] = ctx.Err(); errs[k] != nil {
			cancelled.Store(true)
			return
		}
		errs[k] = do(k)
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
