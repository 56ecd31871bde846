package column

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// BenchmarkRead decodes a column of a million rows in batches of 8,192. MB/s are of
// 8-byte numbers, or of the text itself.
func BenchmarkRead(b *testing.B) {
	const rows, batch = 1 << 20, 8192
	customer := func(i int) string { return "C" + strconv.Itoa(100_000+i*7919%50_000) }
	for _, c := range []struct {
		name  string
		node  parquet.Node
		width int
		value func(i int) parquet.Value
	}{
		{"int64", parquet.Leaf(parquet.Int64Type), 8, func(i int) parquet.Value { return parquet.Int64Value(wave(i)) }},
		{"double", parquet.Leaf(parquet.DoubleType), 8, func(i int) parquet.Value { return parquet.DoubleValue(float64(wave(i)) / 100) }},
		{"float", parquet.Leaf(parquet.FloatType), 8, func(i int) parquet.Value { return parquet.FloatValue(float32(wave(i)) / 100) }},
		{"decimal fixed", parquet.Decimal(2, 12, parquet.FixedLenByteArrayType(6)), 8, func(i int) parquet.Value {
			return parquet.FixedLenByteArrayValue([]byte{0, 0, 0, byte(i >> 8), byte(i), 7})
		}},
		{"text dictionary", parquet.Encoded(parquet.String(), &parquet.RLEDictionary), 7, func(i int) parquet.Value { return parquet.ByteArrayValue([]byte(customer(i))) }},
		{"text plain", parquet.Encoded(parquet.String(), &parquet.Plain), 7, func(i int) parquet.Value { return parquet.ByteArrayValue([]byte(customer(i))) }},
	} {
		for _, optional := range []bool{false, true} {
			f := openBytes(b, writeColumn(b, parquet.Compressed(c.node, &parquet.Snappy), optional, rows, rows, c.value))
			b.Run(fmt.Sprintf("%s/optional=%v", c.name, optional), func(b *testing.B) {
				b.SetBytes(rows * int64(c.width))
				b.ReportAllocs()
				var v Vector
				for b.Loop() {
					r, err := f.NewReader(0, &f.Columns[0])
					if err != nil {
						b.Fatal(err)
					}
					for n := 1; n > 0; {
						if n, err = r.Next(&v, batch); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}
