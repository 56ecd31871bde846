package column

import (
	"bytes"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// What is trusted of a footer, and what is not.
func TestBoundsThatAreTrusted(t *testing.T) {
	five, nine := []byte{5, 0, 0, 0, 0, 0, 0, 0}, []byte{9, 0, 0, 0, 0, 0, 0, 0}
	yes, no := thrift.New(true), thrift.New(false)
	for _, c := range []struct {
		name string
		node parquet.Node
		s    statistics
		want Bounds
	}{
		{"in order", parquet.Int(64), statistics{MinValue: five, MaxValue: nine, NullCount: thrift.New(int64(2))}, Bounds{true, 5, 9, 2}},
		{"said to be exact", parquet.Int(64), statistics{MinValue: five, MaxValue: nine, IsMinExact: yes, IsMaxExact: yes}, Bounds{true, 5, 9, -1}},
		{"of an old writer", parquet.Timestamp(parquet.Microsecond), statistics{SignedMin: five, SignedMax: nine, NullCount: thrift.New(int64(0))}, Bounds{true, 5, 9, 0}},
		{"not exact", parquet.Int(64), statistics{MinValue: five, MaxValue: nine, IsMaxExact: no}, Bounds{Nulls: -1}},
		{"one end", parquet.Int(64), statistics{MinValue: five}, Bounds{Min: 5, Nulls: -1}},
		{"upside down", parquet.Int(64), statistics{MinValue: nine, MaxValue: five}, Bounds{Min: 9, Max: 5, Nulls: -1}},
		{"of another width", parquet.Int(64), statistics{MinValue: five[:4], MaxValue: nine[:4]}, Bounds{Nulls: -1}},
		{"impossible nulls", parquet.Int(64), statistics{NullCount: thrift.New(int64(8))}, Bounds{Nulls: -1}},
		{"nothing but nulls", parquet.Int(64), statistics{MinValue: five, MaxValue: nine, NullCount: thrift.New(int64(7))}, Bounds{Nulls: 7}},
		{"none", parquet.Int(64), statistics{}, Bounds{Nulls: -1}},
		{"unsigned", parquet.Uint(64), statistics{MinValue: five, MaxValue: nine}, Bounds{Nulls: -1}},
		{"decimals", parquet.Decimal(2, 18, parquet.Int64Type), statistics{MinValue: five, MaxValue: nine}, Bounds{true, 5, 9, -1}},
		{"decimals in bytes", parquet.Decimal(2, 18, parquet.FixedLenByteArrayType(8)), statistics{MinValue: five, MaxValue: nine}, Bounds{Nulls: -1}},
		{"floats", parquet.Leaf(parquet.DoubleType), statistics{MinValue: five, MaxValue: nine}, Bounds{Nulls: -1}},
		{"text", parquet.String(), statistics{MinValue: five, MaxValue: nine}, Bounds{Nulls: -1}},
	} {
		f := openBytes(t, writeColumn(t, c.node, true, 0, 1, nil))
		if got := c.s.of(&f.Columns[0], 7); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Bounds are those of the values that are read.
func TestBoundsHoldForValues(t *testing.T) {
	b := writeColumn(t, parquet.Int(32), true, 40, 7, func(i int) parquet.Value { return parquet.Int32Value(int32(wave(i))) })
	f, err := Open("f", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for g, bounds := range f.Bounds(&f.Columns[0]) {
		r, err := f.NewReader(g, &f.Columns[0])
		if err != nil {
			t.Fatal(err)
		}
		var v Vector
		if _, err := r.Next(&v, 100); err != nil {
			t.Fatal(err)
		}
		nulls, least, most := int64(0), int64(1<<62), int64(-1<<62)
		for i, x := range v.Int {
			if v.IsNull(i) {
				nulls++
				continue
			}
			least, most = min(least, x), max(most, x)
		}
		if want := (Bounds{true, least, most, nulls}); bounds != want {
			t.Errorf("row group %d: %+v, want %+v", g, bounds, want)
		}
	}
}
