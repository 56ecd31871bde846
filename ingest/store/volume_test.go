package store

import (
	"slices"
	"testing"
)

// A drive or share is never part of the pattern, and is kept.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		volume, rest, start string
		pattern             []string
	}{
		{"", "*.parquet", ".", []string{"*.parquet"}},
		{"", "/*.parquet", "/", []string{"*.parquet"}},
		{"", "in/**/*.parquet", "in", []string{"**", "*.parquet"}},
		{"", "/in/y=[12]/a", "/in", []string{"y=[12]", "a"}},
		{"C:", "/*.parquet", "C:/", []string{"*.parquet"}},
		{"C:", "*.parquet", "C:.", []string{"*.parquet"}},
		{"C:", "/in/*.parquet", "C:/in", []string{"*.parquet"}},
		{"//server/share", "/*.parquet", "//server/share/", []string{"*.parquet"}},
		{"//server/share", "/in/*/a.parquet", "//server/share/in", []string{"*", "a.parquet"}},
		{"//?/C:", "/in/*.parquet", "//?/C:/in", []string{"*.parquet"}},
	} {
		start, pattern := split(c.volume+c.rest, len(c.volume))
		if start != c.start || !slices.Equal(pattern, c.pattern) {
			t.Errorf("%s: %s and %q", c.volume+c.rest, start, pattern)
		}
	}
}
