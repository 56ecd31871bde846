package generate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	magic     = "PAR1"
	createdBy = "mainstay-generate version 1" // no build number: the same parameters give the same bytes
)

// file is a Parquet file being written: row groups in order, then the footer.
type file struct {
	f    *os.File
	w    *bufio.Writer
	at   int64
	meta format.FileMetaData
}

func create(path string, schema []format.SchemaElement) (*file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	out := &file{f: f, w: bufio.NewWriterSize(f, 1<<20), meta: format.FileMetaData{Version: 1, Schema: schema, CreatedBy: createdBy}}
	out.put([]byte(magic))
	for range schema[1:] {
		out.meta.ColumnOrders = append(out.meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	return out, nil
}

// put writes bytes; the first error comes out of close, as bufio keeps it.
func (f *file) put(b []byte) {
	n, _ := f.w.Write(b)
	f.at += int64(n)
}

// add writes a row group; an empty one leaves no trace.
func (f *file) add(g *rowGroup) {
	if g.rows == 0 {
		return
	}
	row := format.RowGroup{NumRows: int64(g.rows), FileOffset: f.at, Ordinal: int16(len(f.meta.RowGroups))}
	for _, c := range g.chunks {
		m := &c.MetaData
		m.DataPageOffset += f.at
		first := m.DataPageOffset
		if slices.Contains(m.Encoding, format.RLEDictionary) {
			m.DictionaryPageOffset += f.at
			first = m.DictionaryPageOffset
		}
		c.FileOffset = first
		row.TotalByteSize += m.TotalUncompressedSize
		row.TotalCompressedSize += m.TotalCompressedSize
		row.Columns = append(row.Columns, c)
	}
	f.put(g.body)
	f.meta.RowGroups = append(f.meta.RowGroups, row)
	f.meta.NumRows += int64(g.rows)
}

// close writes the footer and makes the file durable.
func (f *file) close() error {
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &f.meta)
	if err != nil {
		return errors.Join(err, f.f.Close())
	}
	f.put(footer)
	f.put(binary.LittleEndian.AppendUint32(nil, uint32(len(footer))))
	f.put([]byte(magic))
	return errors.Join(f.w.Flush(), f.f.Sync(), f.f.Close())
}
