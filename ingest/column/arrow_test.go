package column

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"mainstay/internal/refdata"
)

// arrowText is value i of an Arrow array as textOf writes it.
func arrowText(t testing.TB, a arrow.Array, i int) string {
	if a.IsNull(i) {
		return "null"
	}
	switch a := a.(type) {
	case *array.Boolean:
		if a.Value(i) {
			return "1"
		}
		return "0"
	case *array.Int8:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Int16:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Int32:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Int64:
		return strconv.FormatInt(a.Value(i), 10)
	case *array.Uint8:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Uint32:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Float32:
		return strconv.FormatFloat(float64(a.Value(i)), 'g', -1, 32)
	case *array.Float64:
		return strconv.FormatFloat(a.Value(i), 'g', -1, 64)
	case *array.Date32:
		return strconv.Itoa(int(a.Value(i)))
	case *array.Timestamp:
		return strconv.FormatInt(int64(a.Value(i)), 10)
	case *array.Decimal128:
		if v := a.Value(i).BigInt(); v.IsInt64() {
			return v.String()
		}
		return "bad"
	case *array.String:
		return strconv.Quote(a.Value(i))
	case *array.LargeString:
		return strconv.Quote(a.Value(i))
	case *array.Binary:
		return strconv.Quote(string(a.Value(i)))
	}
	t.Fatalf("no comparison for %s", a.DataType())
	return ""
}

// compareWithArrow reads every column of a file both ways.
func compareWithArrow(t *testing.T, name string, b []byte) {
	t.Helper()
	table, err := pqarrow.ReadTable(context.Background(), bytes.NewReader(b), parquet.NewReaderProperties(memory.DefaultAllocator), pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	f := openBytes(t, b)
	if f.Rows != table.NumRows() || int64(len(f.Columns)) != table.NumCols() {
		t.Fatalf("%s: %d rows, %d columns; Arrow says %d, %d", name, f.Rows, len(f.Columns), table.NumRows(), table.NumCols())
	}
	for k := range f.Columns {
		chunks := table.Column(k).Data().Chunks()
		chunk, at, row := 0, 0, 0
		eachBatch(t, f, f.Columns[k].Name, 10_007, func(v *Vector) {
			for i := range v.N {
				for at == chunks[chunk].Len() {
					chunk, at = chunk+1, 0
				}
				if got, want := textOf(v, i), arrowText(t, chunks[chunk], at); got != want {
					t.Fatalf("%s, column %s (%s), row %d: %s, Arrow says %s", name, f.Columns[k].Name, f.Columns[k].Type.Name, row, got, want)
				}
				at, row = at+1, row+1
			}
		})
	}
}

// TestArrowAgrees takes Arrow's word for every value of real exports.
func TestArrowAgrees(t *testing.T) {
	for _, name := range []string{
		"cdnow.parquet", "cdnow_integer_dates.parquet", "cdnow_sample.parquet", "adventureworks_orders.parquet", "adventureworks_accounts.parquet",
		"classicmodels_orders.parquet", "contoso_sales.parquet", "complete_journey.parquet", "ravenstack_subscriptions.parquet", "ravenstack_accounts.parquet",
		"telco_churn.parquet", "online_retail/year=2011/month=11/data_0.parquet",
	} {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(refdata.Shared(t, "data", name))
			if err != nil {
				t.Fatal(err)
			}
			compareWithArrow(t, name, b)
		})
	}
}

// TestArrowWrites reads what Arrow wrote: its pages and fallbacks are cut differently
// from parquet-go's. (Its DELTA_BYTE_ARRAY is left out: pyarrow and DuckDB reject it too.)
func TestArrowWrites(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "j", Type: arrow.PrimitiveTypes.Int32},
		{Name: "f", Type: arrow.PrimitiveTypes.Float32, Nullable: true},
		{Name: "d", Type: &arrow.Decimal128Type{Precision: 30, Scale: 4}, Nullable: true},
		{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "b", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "t", Type: &arrow.TimestampType{Unit: arrow.Microsecond}, Nullable: true},
	}, nil)
	const rows = 3000
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer builder.Release()
	for i := range rows {
		if nullAt(i) {
			for k := range schema.NumFields() {
				if k == 1 {
					builder.Field(k).(*array.Int32Builder).Append(int32(i))
				} else {
					builder.Field(k).AppendNull()
				}
			}
			continue
		}
		builder.Field(0).(*array.Int64Builder).Append(wave(i))
		builder.Field(1).(*array.Int32Builder).Append(int32(-wave(i)))
		builder.Field(2).(*array.Float32Builder).Append(float32(wave(i)) / 8)
		builder.Field(3).(*array.Decimal128Builder).Append(decimal128.FromBigInt(wide(i)))
		builder.Field(4).(*array.StringBuilder).Append(fmt.Sprint(word(i), i/9))
		builder.Field(5).(*array.BooleanBuilder).Append(i%5 < 2)
		builder.Field(6).(*array.TimestampBuilder).Append(arrow.Timestamp(wave(i)))
	}
	record := builder.NewRecord()
	defer record.Release()
	for _, options := range [][]parquet.WriterProperty{
		{parquet.WithDictionaryDefault(true), parquet.WithDictionaryPageSizeLimit(400)},
		{parquet.WithDictionaryDefault(true), parquet.WithDataPageVersion(parquet.DataPageV2), parquet.WithCompression(compress.Codecs.Zstd)},
		{parquet.WithDictionaryDefault(false), parquet.WithCompression(compress.Codecs.Gzip)},
		{parquet.WithDictionaryDefault(false), parquet.WithDataPageVersion(parquet.DataPageV2),
			parquet.WithEncodingFor("i", parquet.Encodings.DeltaBinaryPacked), parquet.WithEncodingFor("j", parquet.Encodings.DeltaBinaryPacked)},
		{parquet.WithDictionaryDefault(false), parquet.WithEncodingFor("s", parquet.Encodings.DeltaLengthByteArray), parquet.WithCompression(compress.Codecs.Brotli)},
	} {
		var out bytes.Buffer
		w, err := pqarrow.NewFileWriter(schema, &out, parquet.NewWriterProperties(append(options, parquet.WithDataPageSize(512), parquet.WithBatchSize(50), parquet.WithMaxRowGroupLength(1700))...), pqarrow.DefaultWriterProps())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		compareWithArrow(t, "written by Arrow", out.Bytes())
	}
}
