package num

import (
	"fmt"
	"runtime/debug"
)

// Safely turns a panic of f into an error, with its trace: what one file or one format holds must not end the program, which goes on to
// say so.
func Safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error: %v (please report it with this trace)\n%s", r, debug.Stack())
		}
	}()
	return f()
}
