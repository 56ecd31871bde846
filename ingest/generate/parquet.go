package generate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageRows bounds a page: 1 MiB of 8-byte values.
const pageRows = 1 << 17

// schemaOf takes the schema from the tags of T, as parquet-go spells it in a footer: the root, then the columns.
func schemaOf[T any]() []format.SchemaElement {
	var buf bytes.Buffer
	if err := parquet.NewGenericWriter[T](&buf).Close(); err != nil {
		panic(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		panic(err)
	}
	return f.Metadata().Schema
}

// rowGroup is an encoded row group; offsets in its chunks count from its first byte.
type rowGroup struct {
	body   []byte
	chunks []format.ColumnChunk
	rows   int
}

// encoder makes row groups. Its columns must be given in the order of the schema. It writes pages itself, with
// parquet-go's encodings and structures, because a generator knows each value's place in the dictionary: through
// parquet-go's writer, which looks every value up, an order line costs several times as much (BenchmarkPages).
type encoder struct {
	schema []format.SchemaElement
	codec  format.CompressionCodec
	zstd   *zstd.Encoder

	group        *rowGroup
	raw, packed  []byte
	levels, dict []byte
	dense        []int32
}

func newEncoder(schema []format.SchemaElement, codec format.CompressionCodec) *encoder {
	e := &encoder{schema: schema, codec: codec}
	if codec == format.Zstd {
		var err error
		if e.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)); err != nil {
			panic(err)
		}
	}
	return e
}

// begin starts a row group of so many rows in g, whose memory is used again.
func (e *encoder) begin(g *rowGroup, rows int) {
	g.body, g.chunks, g.rows = g.body[:0], g.chunks[:0], rows
	e.group = g
}

// int64s adds a column of integers, decimals or times. present has 1 for every row with a value; nil = all.
func (e *encoder) int64s(values []int64, present []uint8) {
	lo, hi := span(values, present)
	e.column(format.Plain, present, [2][]byte{binary.LittleEndian.AppendUint64(nil, uint64(lo)), binary.LittleEndian.AppendUint64(nil, uint64(hi))},
		func(from, to int) {
			for i := from; i < to; i++ {
				if present == nil || present[i] == 1 {
					e.raw = binary.LittleEndian.AppendUint64(e.raw, uint64(values[i]))
				}
			}
		})
}

// int32s adds a column of narrow integers or dates.
func (e *encoder) int32s(values []int32, present []uint8) {
	lo, hi := span(values, present)
	e.column(format.Plain, present, [2][]byte{binary.LittleEndian.AppendUint32(nil, uint32(lo)), binary.LittleEndian.AppendUint32(nil, uint32(hi))},
		func(from, to int) {
			for i := from; i < to; i++ {
				if present == nil || present[i] == 1 {
					e.raw = binary.LittleEndian.AppendUint32(e.raw, uint32(values[i]))
				}
			}
		})
}

// float64s adds a column of floats, none of them null.
func (e *encoder) float64s(values []float64) {
	e.column(format.Plain, nil, [2][]byte{}, func(from, to int) {
		for _, v := range values[from:to] {
			e.raw = binary.LittleEndian.AppendUint64(e.raw, math.Float64bits(v))
		}
	})
}

// span is the least and the greatest value present.
func span[T int32 | int64](values []T, present []uint8) (lo, hi T) {
	first := true
	for i, v := range values {
		switch {
		case present != nil && present[i] == 0:
		case first:
			lo, hi, first = v, v, false
		default:
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

// texts adds a column of texts as they are.
func (e *encoder) texts(text func(dst []byte, i int) []byte, present []uint8) {
	e.column(format.Plain, present, [2][]byte{}, func(from, to int) {
		for i := from; i < to; i++ {
			if present == nil || present[i] == 1 {
				e.raw = appendText(e.raw, func(b []byte) []byte { return text(b, i) })
			}
		}
	})
}

// indices adds a column of texts as places in a dictionary, which dictionary writes (see words).
func (e *encoder) indices(values []int32, words int, dictionary func(dst []byte, i int) []byte, present []uint8) {
	e.dict = e.dict[:0]
	for i := range words {
		e.dict = appendText(e.dict, func(b []byte) []byte { return dictionary(b, i) })
	}
	start, inflated := len(e.group.body), 0
	inflated += e.page(format.PageHeader{Type: format.DictionaryPage,
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(words), Encoding: format.Plain})}, e.dict)
	dictionaryAt := start
	e.column(format.RLEDictionary, present, [2][]byte{}, func(from, to int) {
		dense := values[from:to]
		if present != nil {
			e.dense = e.dense[:0]
			for i := from; i < to; i++ {
				if present[i] == 1 {
					e.dense = append(e.dense, values[i])
				}
			}
			dense = e.dense
		}
		coded, err := new(rle.DictionaryEncoding).EncodeInt32(e.packed[:0], dense)
		if err != nil {
			panic(err)
		}
		e.packed = coded
		e.raw = append(e.raw, coded...)
	})
	m := &e.group.chunks[len(e.group.chunks)-1].MetaData
	m.Encoding = append(m.Encoding, format.Plain) // of the dictionary
	m.DictionaryPageOffset = int64(dictionaryAt)
	m.TotalUncompressedSize += int64(inflated)
	m.TotalCompressedSize += m.DataPageOffset - int64(dictionaryAt)
}

// appendText appends a text with its length before it, as PLAIN wants it.
func appendText(dst []byte, text func([]byte) []byte) []byte {
	at := len(dst)
	dst = text(append(dst, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// column writes the pages of one column; fill appends the values of rows [from, to) to e.raw.
func (e *encoder) column(encoding format.Encoding, present []uint8, bounds [2][]byte, fill func(from, to int)) {
	g := e.group
	element := &e.schema[1+len(g.chunks)]
	optional := element.RepetitionType.V == format.Optional
	if present != nil && !optional {
		panic(fmt.Sprintf("column %s has no nulls", element.Name))
	}
	start, inflated, nulls := len(g.body), 0, int64(0)
	for from := 0; from < max(g.rows, 1); from += pageRows {
		to := min(from+pageRows, g.rows)
		e.raw = e.raw[:0]
		if optional {
			nulls += e.definitions(present, from, to)
		}
		fill(from, to)
		inflated += e.page(format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{NumValues: int32(to - from),
			Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}, e.raw)
	}
	statistics := format.Statistics{NullCount: nulls}
	if bounds[0] != nil && nulls < int64(g.rows) {
		statistics.MinValue, statistics.MaxValue = bounds[0], bounds[1]
	}
	g.chunks = append(g.chunks, format.ColumnChunk{MetaData: format.ColumnMetaData{
		Type: element.Type.V, Encoding: []format.Encoding{format.RLE, encoding}, PathInSchema: []string{element.Name}, Codec: e.codec,
		NumValues: int64(g.rows), TotalUncompressedSize: int64(inflated), TotalCompressedSize: int64(len(g.body) - start),
		DataPageOffset: int64(start), Statistics: statistics,
	}})
}

// definitions appends the levels that say which rows have a value, and returns how many have none.
func (e *encoder) definitions(present []uint8, from, to int) (nulls int64) {
	for i := from; present != nil && i < to; i++ {
		nulls += int64(1 - present[i])
	}
	e.levels = e.levels[:0]
	if nulls == 0 { // one run of ones
		e.levels = append(binary.AppendUvarint(e.levels, uint64(to-from)<<1), 1)
	} else {
		coded, err := (&rle.Encoding{BitWidth: 1}).EncodeLevels(e.levels, present[from:to])
		if err != nil {
			panic(err)
		}
		e.levels = coded
	}
	e.raw = append(binary.LittleEndian.AppendUint32(e.raw, uint32(len(e.levels))), e.levels...)
	return nulls
}

// page appends a page and returns its size before compression, header included.
func (e *encoder) page(h format.PageHeader, raw []byte) int {
	body := raw
	switch e.codec {
	case format.Snappy:
		if n := s2.MaxEncodedLen(len(raw)); cap(e.packed) < n {
			e.packed = make([]byte, n)
		}
		body = s2.EncodeSnappy(e.packed[:cap(e.packed)], raw)
	case format.Zstd:
		e.packed = e.zstd.EncodeAll(raw, e.packed[:0])
		body = e.packed
	}
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(raw)), int32(len(body))
	header, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		panic(err)
	}
	e.group.body = append(append(e.group.body, header...), body...)
	return len(header) + len(raw)
}
