package main

import (
	"fmt"
	"os"

	"mainstay/ingest"
	"mainstay/ingest/spill"
)

// memoryAuto is a sensible share of what there is.
const memoryAuto = "auto"

// leastMemory is what code, open files and one row group take, whatever the export: less would be a promise nobody keeps.
// Tests allow less, so that small exports need temporary files.
var leastMemory int64 = 64 << 20

// memory is how many bytes the work may take; 0 = without end, where nothing says what the machine has. The folder for
// temporary files must be one.
func (c *config) memory() (int64, error) {
	if c.TempDir != "" {
		if info, err := os.Stat(c.TempDir); err != nil || !info.IsDir() {
			return 0, &ingest.ConfigError{Msg: fmt.Sprintf("temp: there is no folder %s: create it, or name another with --temp", c.TempDir)}
		}
	}
	if c.Memory == memoryAuto {
		return spill.Default(), nil
	}
	n, err := spill.ParseSize(c.Memory, spill.Machine())
	if err == nil && n < leastMemory {
		err = fmt.Errorf("size %q: expected %s or more", c.Memory, spill.FormatSize(leastMemory))
	}
	if err != nil {
		return 0, &ingest.ConfigError{Msg: fmt.Sprintf("memory: %v, with --memory", err)}
	}
	return n, nil
}
