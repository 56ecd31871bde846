package column

import (
	"fmt"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// What is read behind what is skipped is what is read there without skipping, in every type, encoding and
// page version.
func TestSkip(t *testing.T) {
	cases := typeCases()
	rapid.Check(t, func(rt *rapid.T) {
		c := cases[rapid.IntRange(0, len(cases)-1).Draw(rt, "type")]
		node := c.node
		if rapid.Bool().Draw(rt, "dictionary") {
			node = parquet.Encoded(node, &parquet.RLEDictionary)
		}
		if node.Type().Kind() == parquet.Boolean {
			node = c.node
		}
		n := rapid.IntRange(1, 120).Draw(rt, "rows")
		b := writeColumn(t, node, rapid.Bool().Draw(rt, "optional"), n, n, c.value, parquet.PageBufferSize(rapid.SampledFrom([]int{16, 100, 1 << 20}).Draw(rt, "page")), parquet.DataPageVersion(rapid.IntRange(1, 2).Draw(rt, "version")))
		f := openBytes(t, b)
		all := columnText(t, f, "x", n)
		r, err := f.NewReader(0, &f.Columns[0])
		if err != nil {
			rt.Fatal(err)
		}
		defer r.Close()
		var v Vector
		for at := 0; at < n; {
			skip := rapid.IntRange(0, n).Draw(rt, "skip")
			if err := r.Skip(int64(skip)); err != nil {
				rt.Fatal(err)
			}
			at = min(at+skip, n)
			k, err := r.Next(&v, rapid.IntRange(1, n).Draw(rt, "next"))
			if err != nil {
				rt.Fatal(err)
			}
			var got []string
			for i := range k {
				got = append(got, textOf(&v, i))
			}
			if !slices.Equal(got, all[at:at+k]) {
				rt.Fatalf("from row %d: %q, want %q", at, got, all[at:at+k])
			}
			at += k
		}
		if rows, err := f.PageRows(0, &f.Columns[0]); err != nil || rows < 1 || rows > int64(n) {
			rt.Fatal(fmt.Sprint("the first page has ", rows, " rows: ", err))
		}
	})
}
