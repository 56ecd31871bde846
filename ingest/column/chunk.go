package column

import (
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// readAhead is how much is read at once where pages are smaller: large enough that
// system calls do not matter, small enough for a buffer per column and worker.
const readAhead = 1 << 18

// firstHeaderBytes is more than most page headers take.
const firstHeaderBytes = 1 << 9

// window reads a column chunk forward. What it returns is valid until the next call.
type window struct {
	source io.ReaderAt
	at     int64 // file offset of buf
	buf    []byte
	end    int64 // of the chunk
}

// bytes returns the n bytes from offset off.
func (w *window) bytes(off int64, n int) ([]byte, error) {
	if int64(n) > w.end-off {
		return nil, damaged("a page goes beyond the end of its column")
	}
	if have := w.at + int64(len(w.buf)) - off; off < w.at || int64(n) > have {
		kept := 0
		size := int(min(max(int64(n), readAhead), w.end-off))
		next := resize(w.buf, size)
		if off >= w.at && have > 0 {
			kept = copy(next, w.buf[off-w.at:])
		}
		w.at, w.buf = off, next[:kept]
		if err := readAt(w.source, next[kept:], off+int64(kept)); err != nil {
			return nil, err
		}
		w.buf = next
	}
	return w.buf[off-w.at:][:n], nil
}

// chunk walks over the pages of one column of one row group.
type chunk struct {
	window
	next     int64 // offset of the next page
	codec    format.CompressionCodec
	inflater inflater
	plain    []byte // decompressed bytes of the current page
}

// Extent is where the pages of a column of a row group lie, as the footer claims: n bytes from off. No bytes
// where the claim cannot be true; NewReader says why.
func (f *File) Extent(g int, c *Info) (off, n int64) {
	m := &f.meta.RowGroups[g].Columns[c.leaf].MetaData
	off, n = firstPage(m), m.TotalCompressedSize
	if off < int64(len(magic)) || n < 0 || off > f.pagesEnd || n > f.pagesEnd-off {
		return 0, 0
	}
	return off, n
}

// firstPage is the offset of the dictionary page where a column has one, of the first data page otherwise.
func firstPage(m *format.ColumnMetaData) int64 {
	if d := m.DictionaryPageOffset; d > 0 && d < m.DataPageOffset {
		return d
	}
	return m.DataPageOffset
}

// open starts a column of a row group, once what the footer says about it is checked. The memory of c is kept.
func (c *chunk) open(f *File, g int, i *Info) error {
	cc := &f.meta.RowGroups[g].Columns[i.leaf]
	m := &cc.MetaData
	start := firstPage(m)
	switch {
	case cc.CryptoMetadata.Value != nil || len(cc.EncryptedColumnMetadata) > 0:
		return fmt.Errorf("the column is encrypted: decrypt it before, keys are not supported")
	case cc.FilePath != "":
		return fmt.Errorf("the column lies in another file (%q): write each file whole", cc.FilePath)
	case m.Type != i.element.Type.V:
		return damaged("the schema says %s but the row group %s", i.element.Type.V, m.Type)
	case m.NumValues != f.RowGroups[g]:
		return damaged("the column claims %d values but the row group has %d rows", m.NumValues, f.RowGroups[g])
	case start < int64(len(magic)) || m.TotalCompressedSize < 0 || start > f.pagesEnd || m.TotalCompressedSize > f.pagesEnd-start:
		return damaged("the column claims %d bytes at byte %d, but the pages end at byte %d", m.TotalCompressedSize, start, f.pagesEnd)
	}
	c.window = window{source: f.source, at: start, buf: c.buf[:0], end: start + m.TotalCompressedSize}
	c.next, c.codec = start, m.Codec
	return nil
}

// page reads the next page: its header, and its body as it is stored. It returns
// io.EOF behind the last one.
func (c *chunk) page(h *format.PageHeader) ([]byte, error) {
	if c.next >= c.end {
		return nil, io.EOF
	}
	length, err := c.header(h)
	if err != nil {
		return nil, err
	}
	size := h.CompressedPageSize
	if size < 0 || h.UncompressedPageSize < 0 {
		return nil, damaged("a page has a negative size")
	}
	if size > maxPageBytes || h.UncompressedPageSize > maxPageBytes || int64(h.UncompressedPageSize) > max(anyRatioBytes, maxInflation*int64(size)) {
		return nil, fmt.Errorf("a page of %d bytes, %d as stored, is more than is read (%d, or %d times what is stored): write the file with smaller pages or row groups",
			h.UncompressedPageSize, size, maxPageBytes, maxInflation)
	}
	body, err := c.bytes(c.next+int64(length), int(size))
	if err != nil {
		return nil, err
	}
	if h.CRC != 0 && crc32.ChecksumIEEE(body) != uint32(h.CRC) {
		return nil, damaged("the checksum of a page is wrong")
	}
	c.next += int64(length) + int64(size)
	return body, nil
}

// header decodes the page header at c.next and returns its length.
func (c *chunk) header(h *format.PageHeader) (int, error) {
	for size := int64(firstHeaderBytes); ; size *= 4 {
		size = min(size, c.end-c.next, maxHeaderBytes)
		b, err := c.bytes(c.next, int(size))
		if err != nil {
			return 0, err
		}
		n, err := measure(b, roleOther)
		if err == errShort && size < min(c.end-c.next, maxHeaderBytes) {
			continue
		}
		if err == nil {
			*h = format.PageHeader{}
			err = decodeThrift(b[:n], h)
		}
		if err != nil {
			return 0, damaged("a page header cannot be read: %w", err)
		}
		return n, nil
	}
}

// inflate returns the size bytes that body decompresses to. They are valid until the
// next call.
func (c *chunk) inflate(body []byte, size int) ([]byte, error) {
	if c.codec == format.Uncompressed {
		return body, nil
	}
	b, err := c.inflater.inflate(c.codec, c.plain, body, size)
	if err == nil {
		c.plain = b
	}
	return b, err
}
