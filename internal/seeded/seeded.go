// Package seeded gives property tests (rapid) the same draws in every run, so that their verdict depends on the commit only. Tests that use
// rapid import it blank; rapid itself draws anew each time, and packages without it refuse its flags. New draws:
//
//	RAPID_SEED=0 RAPID_CHECKS=5000 go test -count=1 ./markov/...
//
// A failure names its seed, for -rapid.seed.
package seeded

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // whose init registers the flag
)

func init() {
	if _, asked := os.LookupEnv("RAPID_SEED"); asked {
		return
	}
	if err := flag.Set("rapid.seed", "1"); err != nil {
		panic(err)
	}
}
