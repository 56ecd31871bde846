package column

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
)

// typeCase is a column type with a source of values: value(i) is stored, and reads
// as text(i).
type typeCase struct {
	name  string
	node  parquet.Node
	value func(i int) parquet.Value
	text  func(i int) string
}

// wave is a sequence of mixed signs, small and large steps, and repeats.
func wave(i int) int64 { return int64(i%17-5) * int64(1+i%3*1000) }

// wide has every eighth value beyond 64 bits.
func wide(i int) *big.Int {
	v := big.NewInt(wave(i))
	if i%8 == 3 {
		v.Lsh(big.NewInt(-1), 70)
	}
	if i%8 == 4 {
		v.SetInt64(math.MinInt64)
	}
	return v
}

func wideText(i int) string {
	if v := wide(i); !v.IsInt64() {
		return "bad"
	} else {
		return v.String()
	}
}

// twosComplement is v in n big-endian bytes.
func twosComplement(v *big.Int, n int) []byte {
	m := new(big.Int).Set(v)
	if v.Sign() < 0 {
		m.Add(m, new(big.Int).Lsh(big.NewInt(1), uint(8*n)))
	}
	return m.FillBytes(make([]byte, n))
}

func integer(i int) string { return strconv.FormatInt(wave(i), 10) }

func word(i int) string {
	return [...]string{"", "a", "Größe", "a rather longer value that recurs", "12"}[i%5] + strconv.Itoa(i%40)
}

func int96At(i int) (deprecated.Int96, int64) {
	day, nanos := wave(i), int64(i)*1_000_003
	return deprecated.Int96{uint32(nanos), uint32(nanos >> 32), uint32(julianEpoch + day)}, day*dayNanos + nanos
}

func exp10(k int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil) }

// sparkDecimal is a number of up to 15 places as a coefficient of 18.
func sparkDecimal(i int) *big.Int { return new(big.Int).Mul(big.NewInt(wave(i)), exp10(18-i%16)) }

func typeCases() []typeCase {
	int64s := func(name string, node parquet.Node) typeCase {
		return typeCase{name, node, func(i int) parquet.Value { return parquet.Int64Value(wave(i)) }, integer}
	}
	int32s := func(name string, node parquet.Node) typeCase {
		return typeCase{name, node, func(i int) parquet.Value { return parquet.Int32Value(int32(wave(i))) }, integer}
	}
	words := func(name string, node parquet.Node) typeCase {
		return typeCase{name, node, func(i int) parquet.Value { return parquet.ByteArrayValue([]byte(word(i))) }, func(i int) string { return strconv.Quote(word(i)) }}
	}
	fixed := func(i int) []byte { return []byte(fmt.Sprintf("%05d", i%77)) }
	uuid := func(i int) []byte {
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(i%9)*0x0123456789abcdef), uint64(i))
	}
	return []typeCase{
		{"bool", parquet.Leaf(parquet.BooleanType), func(i int) parquet.Value { return parquet.BooleanValue(i%3 == 0) }, func(i int) string {
			if i%3 == 0 {
				return "1"
			}
			return "0"
		}},
		int32s("int32", parquet.Leaf(parquet.Int32Type)), int64s("int64", parquet.Leaf(parquet.Int64Type)),
		int32s("int16", parquet.Int(16)), int64s("int64 logical", parquet.Int(64)),
		{"uint16", parquet.Uint(16), func(i int) parquet.Value { return parquet.Int32Value(int32(i * 7)) }, func(i int) string { return strconv.Itoa(i * 7) }},
		{"uint32", parquet.Uint(32), func(i int) parquet.Value { return parquet.Int32Value(-int32(i)) }, func(i int) string { return strconv.FormatUint(uint64(uint32(-int32(i))), 10) }},
		{"uint64", parquet.Uint(64), func(i int) parquet.Value { return parquet.Int64Value(wave(i)) }, func(i int) string {
			if wave(i) < 0 {
				return "bad"
			}
			return integer(i)
		}},
		{"float", parquet.Leaf(parquet.FloatType), func(i int) parquet.Value { return parquet.FloatValue(float32(wave(i)) / 100) }, func(i int) string {
			return strconv.FormatFloat(float64(wave(i))/100+0, 'g', -1, 64)
		}},
		{"double", parquet.Leaf(parquet.DoubleType), func(i int) parquet.Value { return parquet.DoubleValue(float64(wave(i)) / 7) }, func(i int) string {
			return strconv.FormatFloat(float64(wave(i))/7, 'g', -1, 64)
		}},
		int32s("decimal int32", parquet.Decimal(2, 9, parquet.Int32Type)),
		int64s("decimal int64", parquet.Decimal(4, 18, parquet.Int64Type)),
		{"decimal fixed", parquet.Decimal(2, 38, parquet.FixedLenByteArrayType(16)), func(i int) parquet.Value { return parquet.FixedLenByteArrayValue(twosComplement(wide(i), 16)) }, wideText},
		{"decimal bytes", parquet.Decimal(2, 38, parquet.ByteArrayType), func(i int) parquet.Value { return parquet.ByteArrayValue(twosComplement(wide(i), 9+i%3)) }, wideText},
		{"decimal of Spark", parquet.Decimal(18, 38, parquet.FixedLenByteArrayType(16)), func(i int) parquet.Value {
			return parquet.FixedLenByteArrayValue(twosComplement(sparkDecimal(i), 16))
		}, func(i int) string {
			held, rest := new(big.Int).QuoRem(sparkDecimal(i), exp10(18-heldPlaces), new(big.Int))
			if rest.Sign() != 0 {
				return "bad"
			}
			return held.String()
		}},
		words("string", parquet.String()), words("bytes", parquet.Leaf(parquet.ByteArrayType)), words("enum", parquet.Enum()), words("json", parquet.JSON()),
		{"fixed", parquet.Leaf(parquet.FixedLenByteArrayType(5)), func(i int) parquet.Value { return parquet.FixedLenByteArrayValue(fixed(i)) }, func(i int) string { return strconv.Quote(string(fixed(i))) }},
		{"uuid", parquet.UUID(), func(i int) parquet.Value { return parquet.FixedLenByteArrayValue(uuid(i)) }, func(i int) string {
			u := uuid(i)
			return fmt.Sprintf("%q", fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
		}},
		int32s("date", parquet.Date()),
		int64s("ts ms utc", parquet.Timestamp(parquet.Millisecond)), int64s("ts us local", parquet.TimestampAdjusted(parquet.Microsecond, false)), int64s("ts ns", parquet.Timestamp(parquet.Nanosecond)),
		{"int96", parquet.Leaf(parquet.Int96Type), func(i int) parquet.Value { v, _ := int96At(i); return parquet.Int96Value(v) }, func(i int) string { _, n := int96At(i); return strconv.FormatInt(n, 10) }},
	}
}

// nullAt is where optional columns have nulls: runs, single ones, and a long stretch
// so that whole pages are null.
func nullAt(i int) bool { return i%7 == 2 || i%31 < 4 || i >= 100 && i < 180 }

// writeColumn writes one column "x" of n rows in row groups of at most group rows.
func writeColumn(t testing.TB, node parquet.Node, optional bool, n, group int, value func(i int) parquet.Value, options ...parquet.WriterOption) []byte {
	t.Helper()
	if optional {
		node = parquet.Optional(node)
	}
	schema := parquet.NewSchema("test", parquet.Group{"x": node})
	var out bytes.Buffer
	w := parquet.NewWriter(&out, append(options, schema)...)
	for i := range n {
		v := value(i).Level(0, 0, 0)
		if optional {
			if v = value(i).Level(0, 1, 0); nullAt(i) {
				v = parquet.NullValue().Level(0, 0, 0)
			}
		}
		if _, err := w.WriteRows([]parquet.Row{{v}}); err != nil {
			t.Fatal(err)
		}
		if (i+1)%group == 0 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openBytes(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Open("test.parquet", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// textOf is row i of v as a test compares it.
func textOf(v *Vector, i int) string {
	switch {
	case v.IsNull(i):
		return "null"
	case v.IsBad(i):
		return "bad"
	case v.Float != nil:
		return strconv.FormatFloat(v.Float[i], 'g', -1, 64)
	case v.Code != nil:
		return strconv.Quote(string(v.Dict.Value(v.Code[i])))
	}
	return strconv.FormatInt(v.Int[i], 10)
}

// column reads a whole column as text, in batches of size rows.
func columnText(t testing.TB, f *File, name string, size int) []string {
	t.Helper()
	var out []string
	eachBatch(t, f, name, size, func(v *Vector) {
		for i := range v.N {
			out = append(out, textOf(v, i))
		}
	})
	return out
}
