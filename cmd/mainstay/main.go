// Command mainstay reads a company's transaction exports and writes, for every customer and every
// segment, what they are worth, how likely they are to leave, and which service tier fits.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
