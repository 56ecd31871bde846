package column

import (
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// TestResetForgets: whatever a Reader read before, half of it or damaged, it reads the next column as a new one does.
func TestResetForgets(t *testing.T) {
	cases := typeCases()
	rapid.Check(t, func(rt *rapid.T) {
		var r Reader
		var v Vector
		for range 6 {
			c := rapid.SampledFrom(cases).Draw(rt, "type")
			encoding := rapid.SampledFrom(encodingsOf(c.node.Type().Kind())).Draw(rt, "encoding")
			codec := rapid.SampledFrom(codecs).Draw(rt, "codec")
			b := writeColumn(t, parquet.Encoded(c.node, encoding), rapid.Bool().Draw(rt, "optional"), 150, rapid.IntRange(40, 150).Draw(rt, "group"), c.value,
				parquet.PageBufferSize(rapid.IntRange(50, 2000).Draw(rt, "page")), parquet.Compression(codec))
			damaged := rapid.IntRange(0, 3).Draw(rt, "damage") == 0
			f := openBytes(t, b)
			want := columnText(t, f, "x", 1000)
			if damaged {
				i := rapid.IntRange(4, int(f.pagesEnd)-1).Draw(rt, "at")
				b[i] ^= rapid.ByteRange(1, 255).Draw(rt, "by")
			}
			size, leave := rapid.IntRange(1, 100).Draw(rt, "batch"), rapid.Bool().Draw(rt, "left half-read")
			for g := range f.RowGroups {
				if err := r.Reset(f, g, &f.Columns[0]); err != nil {
					rt.Fatal(err)
				}
				for {
					n, err := r.Next(&v, size)
					if err != nil && !damaged {
						rt.Fatal(err)
					}
					if n == 0 || err != nil {
						break
					}
					for i := range n {
						if got := textOf(&v, i); got != want[i] && !damaged {
							rt.Fatalf("row %d of %s is %s, want %s", i, c.name, got, want[i])
						}
					}
					if want = want[n:]; leave {
						want = want[r.left:]
						break
					}
				}
			}
		}
	})
}
