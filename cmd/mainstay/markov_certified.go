package main

import (
	"fmt"
	"strings"

	"mainstay/internal/num"
)

// certified is an error that says why a fit may not be used, nil where it may.
func certified(c *num.Certificate, what string) error {
	if c.Certified() {
		return nil
	}
	var reasons []string
	for _, w := range c.Warnings {
		reasons = append(reasons, fmt.Sprintf("%s: %s", w.Code, w.Message))
	}
	return qualityError{fmt.Errorf("%s may not be used: %s", what, strings.Join(reasons, "; "))}
}
