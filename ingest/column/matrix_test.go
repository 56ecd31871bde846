package column

import (
	"fmt"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
)

var codecs = []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd, &parquet.Lz4Raw, &parquet.Brotli}

// encodingsOf lists the encodings that the format allows for a physical type.
func encodingsOf(k parquet.Kind) []encoding.Encoding {
	out := []encoding.Encoding{&parquet.Plain}
	switch k {
	case parquet.Boolean:
		return append(out, &parquet.RLE)
	case parquet.Int32, parquet.Int64:
		return append(out, &parquet.RLEDictionary, &parquet.DeltaBinaryPacked, &parquet.ByteStreamSplit)
	case parquet.Float, parquet.Double:
		return append(out, &parquet.RLEDictionary, &parquet.ByteStreamSplit)
	case parquet.ByteArray:
		return append(out, &parquet.RLEDictionary, &parquet.DeltaLengthByteArray, &parquet.DeltaByteArray)
	case parquet.FixedLenByteArray:
		return append(out, &parquet.RLEDictionary, &parquet.DeltaByteArray, &parquet.ByteStreamSplit)
	}
	return append(out, &parquet.RLEDictionary)
}

// TestMatrix reads back every type × encoding × codec × page version, with and
// without nulls, from small pages and in batches that do not fit them. In short mode
// the codecs take turns.
func TestMatrix(t *testing.T) {
	const rows, group = 300, 230
	turn := 0
	for _, c := range typeCases() {
		for _, enc := range encodingsOf(c.node.Type().Kind()) {
			turn++
			for k, codec := range codecs {
				for variant := range 4 {
					if testing.Short() && k != (turn+variant)%len(codecs) {
						continue
					}
					optional, version := variant&1 == 1, 1+variant>>1
					name := fmt.Sprintf("%s/%s/%s/v%d/optional=%v", c.name, enc, codec, version, optional)
					node := parquet.Compressed(parquet.Encoded(c.node, enc), codec)
					b := writeColumn(t, node, optional, rows, group, c.value, parquet.DataPageVersion(version), parquet.PageBufferSize(200))
					var want []string
					for i := range rows {
						if optional && nullAt(i) {
							want = append(want, "null")
						} else {
							want = append(want, c.text(i))
						}
					}
					f := openBytes(t, b)
					if f.Columns[0].Type.Kind == Unsupported {
						t.Fatalf("%s: %s", name, f.Columns[0].Type.Why)
					}
					got := columnText(t, f, "x", []int{1, 7, 64, 100, 300, 5000}[k])
					if !slices.Equal(got, want) {
						t.Errorf("%s: read\n%v\nwant\n%v", name, got, want)
					}
				}
			}
		}
	}
}
