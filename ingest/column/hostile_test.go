package column

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// readAll reads every column of a file, up to most rows of each, once more behind a few that are skipped, and
// returns the first error.
func readAll(b []byte, most int64) error {
	f, err := Open("hostile.parquet", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	var first error
	var v Vector
	for i := range f.Columns {
		f.Bounds(&f.Columns[i])
		for g := range f.RowGroups {
			for _, err := range []error{readSome(f, g, &f.Columns[i], &v, most), skipSome(f, g, &f.Columns[i], &v)} {
				if first == nil {
					first = err
				}
			}
		}
	}
	return first
}

// skipSome reads a row behind some that are skipped.
func skipSome(f *File, g int, c *Info, v *Vector) error {
	if _, err := f.PageRows(g, c); err != nil {
		return err
	}
	r, err := f.NewReader(g, c)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, n := range []int64{1, 700, 3} {
		if err := r.Skip(n); err != nil {
			return err
		}
		if _, err := r.Next(v, 1); err != nil {
			return err
		}
	}
	return nil
}

func readSome(f *File, g int, c *Info, v *Vector, most int64) error {
	r, err := f.NewReader(g, c)
	if err != nil {
		return err
	}
	defer r.Close()
	for rows := int64(0); rows < most; {
		n, err := r.Next(v, 1000)
		if err != nil || n == 0 {
			return err
		}
		for i := range n {
			if !v.IsNull(i) && v.Code != nil {
				v.Dict.Value(v.Code[i])
			}
		}
		rows += int64(n)
	}
	return nil
}

// seeds are small files of every kind of column, encoding and codec.
func seeds(t testing.TB) [][]byte {
	var out [][]byte
	for k, c := range typeCases() {
		for e, enc := range encodingsOf(c.node.Type().Kind()) {
			node := parquet.Compressed(parquet.Encoded(c.node, enc), codecs[(k+e)%len(codecs)])
			out = append(out, writeColumn(t, node, e%2 == 0, 40, 30, c.value, parquet.DataPageVersion(1+k%2), parquet.PageBufferSize(100)))
		}
	}
	return out
}

func sample(t testing.TB) []byte {
	return writeColumn(t, parquet.Compressed(parquet.String(), &parquet.Snappy), true, 60, 60,
		func(i int) parquet.Value { return parquet.ByteArrayValue([]byte(word(i))) }, parquet.PageBufferSize(200))
}

func TestTruncated(t *testing.T) {
	b := sample(t)
	for n := range b {
		if err := readAll(b[:n], 1000); err == nil {
			t.Fatalf("the first %d of %d bytes are read without an error", n, len(b))
		}
	}
}

// wantAllocated is the most that reading a damaged file of a few KB may allocate: a page
// of anyRatioBytes, and little beside.
const wantAllocated = 3 * anyRatioBytes

// TestMutated flips bytes all over: errors or values, never a panic, and never
// memory out of proportion.
func TestMutated(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var before, after runtime.MemStats
	for k, seed := range seeds(t) {
		for range 60 {
			b := slices.Clone(seed)
			for range 1 + random.IntN(4) {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			runtime.ReadMemStats(&before)
			err := readAll(b, 10_000)
			runtime.ReadMemStats(&after)
			if err != nil && strings.Contains(err.Error(), "runtime error") {
				t.Errorf("seed %d: a panic had to be caught: %v", k, err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > wantAllocated {
				t.Errorf("seed %d: %d MB allocated for a file of %d bytes: %v", k, used>>20, len(b), err)
			}
		}
	}
}

// withFooter replaces the footer of b.
func withFooter(b, footer []byte) []byte {
	out := append(slices.Clone(b), footer...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(footer))), magic...)
}

func TestWrongFiles(t *testing.T) {
	b := sample(t)
	check := func(name, want string, b []byte) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readAll(b, 1000)
		runtime.ReadMemStats(&after)
		var e *Error
		switch {
		case err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "hostile.parquet"):
			t.Errorf("%s: %v; want %q", name, err, want)
		case !errors.As(err, &e):
			t.Errorf("%s: not an *Error: %v", name, err)
		case after.TotalAlloc-before.TotalAlloc > 1<<22:
			t.Errorf("%s: %d MB allocated", name, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	}
	meta := func(change func(*format.FileMetaData)) []byte { return rewrite(t, b, change) }
	chunk := func(change func(*format.ColumnChunk)) []byte {
		return meta(func(m *format.FileMetaData) { change(&m.RowGroups[0].Columns[0]) })
	}
	check("empty", "empty", nil)
	check("text", "not a Parquet file", []byte("customer,date,amount\n1,2024-01-01,3\n"))
	check("short", "not a Parquet file", []byte("x"))
	check("cut", "truncated", b[:len(b)-5])
	check("magic only", "truncated", []byte("PAR1"))
	check("two magics", "truncated", []byte("PAR1PAR1"))
	check("encrypted", "encrypted", append(slices.Clone(b[:len(b)-4]), "PARE"...))
	check("footer beyond the file", "footer claims", append(slices.Clone(b[:len(b)-8]), "\xff\xff\xff\x7fPAR1"...))
	check("footer of noise", "footer cannot be read", withFooter([]byte(magic), []byte("\x15\x02\x19\xfc\xff\xff\xff\xff\x07")))
	check("list of 2^28 structures", "footer cannot be read", withFooter([]byte(magic), []byte{0x29, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x01, 0}))
	// a million empty column chunks of one byte each
	chunks := append([]byte{0x49, 0x1c, 0x19, 0xfc, 0xc0, 0x84, 0x3d}, make([]byte, 1_000_002)...)
	check("list of empty structures", "footer cannot be read", withFooter([]byte(magic), chunks))
	check("deep", "footer cannot be read", withFooter([]byte(magic), bytes.Repeat([]byte{0x1c}, 1<<20)))
	check("no schema", "no schema", meta(func(m *format.FileMetaData) { m.Schema = thrift.Slice[format.SchemaElement]{} }))
	check("schema ends early", "schema ends early", meta(func(m *format.FileMetaData) { m.Schema[0].NumChildren.V = 9 }))
	check("schema goes on", "more than its columns need", meta(func(m *format.FileMetaData) { m.Schema = append(m.Schema, m.Schema[1]) }))
	check("missing column chunk", "has 0 columns", meta(func(m *format.FileMetaData) { m.RowGroups[0].Columns = thrift.Slice[format.ColumnChunk]{} }))
	check("rows that cannot be", "more than the 16777216", meta(func(m *format.FileMetaData) { m.RowGroups[0].NumRows, m.NumRows = 1<<60, 1<<60 }))
	check("negative rows", "more than the 16777216", meta(func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }))
	check("rows that do not add up", "row groups have 60", meta(func(m *format.FileMetaData) { m.NumRows = 61 }))
	check("chunk beyond the file", `row group 0, column "x"`, chunk(func(c *format.ColumnChunk) { c.MetaData.TotalCompressedSize = 1 << 40 }))
	check("chunk before the file", "pages end at byte", chunk(func(c *format.ColumnChunk) { c.MetaData.DataPageOffset = -5 }))
	check("other type", "schema says BYTE_ARRAY", chunk(func(c *format.ColumnChunk) { c.MetaData.Type = format.Int32 }))
	check("other number of values", "claims 7 values", chunk(func(c *format.ColumnChunk) { c.MetaData.NumValues = 7 }))
	check("another file", "lies in another file", chunk(func(c *format.ColumnChunk) { c.FilePath = "part-2" }))
	check("unknown codec", "compression", chunk(func(c *format.ColumnChunk) { c.MetaData.Codec = 99 }))
	check("wrong codec", "decompress", chunk(func(c *format.ColumnChunk) { c.MetaData.Codec = format.Lz4Raw }))
	check("chunk too short", "beyond the end of its column", chunk(func(c *format.ColumnChunk) { c.MetaData.TotalCompressedSize -= 3 }))
	check("encrypted column", "encrypted", chunk(func(c *format.ColumnChunk) { c.EncryptedColumnMetadata = []byte("x") }))
}

// onePage is a file of one optional column "x" with a single page of the given header
// and body.
func onePage(t testing.TB, c typeCase, rows int64, codec format.CompressionCodec, h *format.PageHeader, body []byte) []byte {
	t.Helper()
	header, err := thrift.Marshal(new(thrift.CompactProtocol), h)
	if err != nil {
		t.Fatal(err)
	}
	pages := slices.Concat([]byte(magic), header, body)
	whole := writeColumn(t, c.node, true, 1, 1, c.value)
	meta, _, _, err := readFooter(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	m := &meta.RowGroups[0].Columns[0].MetaData
	m.DataPageOffset, m.DictionaryPageOffset, m.TotalCompressedSize = 4, 0, int64(len(pages)-4)
	m.NumValues, m.Codec, meta.NumRows, meta.RowGroups[0].NumRows = rows, codec, rows, rows
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	return withFooter(pages, footer)
}

// pageHeader is the header of a page of n rows whose body decompresses to size bytes.
func pageHeader(n, size int, encoding format.Encoding, body []byte) *format.PageHeader {
	return &format.PageHeader{Type: format.DataPage, UncompressedPageSize: int32(size), CompressedPageSize: int32(len(body)),
		DataPageHeader: thrift.Null[format.DataPageHeader]{Valid: true, V: format.DataPageHeader{NumValues: int32(n), Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE}}}
}

// TestHostilePages: pages that make a decoder which trusts them allocate or run
// without end.
func TestHostilePages(t *testing.T) {
	page, int64s := pageHeader, typeCases()[2]
	levels := func(runs ...byte) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(runs))), runs...)
	}
	check := func(name, want string, rows int64, codec format.CompressionCodec, h *format.PageHeader, body []byte) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readAll(onePage(t, int64s, rows, codec, h, body), 1_000_000)
		runtime.ReadMemStats(&after)
		if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<22 {
			t.Errorf("%s: %d MB allocated", name, used>>20)
		}
	}
	run := []byte{0xfe, 0xff, 0xff, 0xff, 0x03, 0} // 2^29−1 nulls
	body := levels(run...)
	check("a run of nulls that the row group does not have", "where 5 are left", 5, format.Uncompressed, page(1<<29-1, len(body), format.Plain, body), body)
	check("a run longer than the page", "", 5, format.Uncompressed, page(5, len(body), format.Plain, body), body)
	check("millions of nulls in six bytes", "", 3_000_000, format.Uncompressed, page(3_000_000, len(body), format.Plain, body), body)
	check("LZ4 that does not end", "decompressed", 5, format.Lz4Raw, page(5, 100, format.Plain, []byte{0x0f, 0xff}), []byte{0x0f, 0xff})
	check("half a gigabyte of nothing", "more than is read", 5, format.Zstd, page(5, 1<<29, format.Plain, body), body)
	check("negative size", "negative size", 5, format.Snappy, page(5, -1, format.Plain, body), body)
	present := levels(0x0a, 1) // 5 present values
	check("values that are not there", "cut off", 5, format.Uncompressed, page(5, len(present), format.Plain, present), present)
	delta := append(slices.Clone(present), 0x80, 0x80, 0x80, 0x80, 0x08, 1, 5, 0) // blocks of 2^31 values
	check("delta blocks of any size", "DELTA_BINARY_PACKED", 5, format.Uncompressed, page(5, len(delta), format.DeltaBinaryPacked, delta), delta)
	codes := append(slices.Clone(present), 1, 0x0a, 1)
	check("indices without a dictionary", "dictionary that is not there", 5, format.Uncompressed, page(5, len(codes), format.RLEDictionary, codes), codes)
	check("an encoding of other types", "another encoding", 5, format.Uncompressed, page(5, len(codes), format.DeltaByteArray, codes), codes)
	dictionary := &format.PageHeader{Type: format.DictionaryPage, UncompressedPageSize: 8, CompressedPageSize: 8,
		DictionaryPageHeader: thrift.Null[format.DictionaryPageHeader]{Valid: true, V: format.DictionaryPageHeader{NumValues: 1 << 30}}}
	check("a dictionary of claims", "claims 1073741824 values", 5, format.Uncompressed, dictionary, make([]byte, 8))
	wrongSum := page(5, len(present), format.Plain, present)
	wrongSum.CRC = 7
	check("checksum", "checksum", 5, format.Uncompressed, wrongSum, present)
}

// TestMoreLengthsThanRows: a page of five strings whose stream of lengths claims 2^31,
// all in a few bytes, is refused before any is passed over.
func TestMoreLengthsThanRows(t *testing.T) {
	lengths := []byte{0x80, 0x80, 0x04, 1, 0x80, 0x80, 0x80, 0x80, 0x08, 0} // blocks of 2^16, 1 miniblock, 2^31 values, the first 0
	for range 1 << 15 {
		lengths = append(lengths, 0, 0) // least difference 0, of width 0
	}
	for _, c := range typeCases() {
		if c.name != "string" {
			continue
		}
		body := append([]byte{2, 0, 0, 0, 0x0a, 1}, lengths...) // 5 present values
		b := onePage(t, c, 5, format.Uncompressed, pageHeader(5, len(body), format.DeltaLengthByteArray, body), body)
		if err := readAll(b, 10); err == nil || !strings.Contains(err.Error(), "DELTA_LENGTH_BYTE_ARRAY") {
			t.Error(err)
		}
	}
}

// FuzzOpen reads all columns of arbitrary bytes.
func FuzzOpen(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := readAll(b, 20_000); err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Errorf("a panic had to be caught: %v", err)
		}
	})
}

// FuzzPage reads a page of arbitrary bytes behind a sound footer and header, in every
// type and encoding, so that the decoders of values are reached at once.
func FuzzPage(f *testing.F) {
	cases := typeCases()
	for k := range cases {
		for encoding := range 10 {
			f.Add(uint8(k), uint8(encoding), uint16(20), []byte{2, 0, 0, 0, 40, 1, 128, 1, 4, 20, 2, 0, 0, 0, 0, 0, 128, 1, 4, 20, 2, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
		}
	}
	f.Fuzz(func(t *testing.T, k, encoding uint8, n uint16, body []byte) {
		h := pageHeader(int(n), len(body), format.Encoding(encoding%10), body)
		b := onePage(t, cases[int(k)%len(cases)], int64(n), format.Uncompressed, h, body)
		if err := readAll(b, 1<<16); err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Errorf("a panic had to be caught: %v", err)
		}
	})
}
