package column

import (
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// skipBatch is how many rows of a page that is skipped in part are decoded at a time.
const skipBatch = 4096

// Skip passes over the next n rows, or to the end of the row group. Pages that lie wholly in between are
// not decompressed; of the last one the values in front are decoded.
func (r *Reader) Skip(n int64) error {
	n = min(n, r.left)
	for n > 0 {
		k, err := r.skipPage(n)
		if err != nil {
			e := r.error(err).(*Error)
			e.Row = r.row
			return e
		}
		if k == 0 {
			rows, err := r.Next(&r.skipped, int(min(n, skipBatch)))
			if err != nil {
				return err
			}
			n -= int64(rows)
			continue
		}
		r.row, r.left, n = r.row+k, r.left-k, n-k
	}
	return nil
}

// skipPage passes over the next page if it is one of at most n rows, and says how many it has; 0 where there
// is something to decode. A dictionary on the way is read.
func (r *Reader) skipPage(n int64) (rows int64, err error) {
	defer guard(&err)
	for !r.opened || r.page.left == 0 {
		c := &r.chunk
		if c.next >= c.end {
			return 0, damaged("the column ends after %d rows of %d", r.row, r.row+r.left)
		}
		var h format.PageHeader
		length, err := c.header(&h)
		if err != nil {
			return 0, err
		}
		if rows = dataRows(&h); rows == 0 {
			if err := r.nextPage(0); err != nil {
				return 0, err
			}
			continue
		}
		if rows < 0 || rows > n {
			return 0, nil
		}
		if h.CompressedPageSize < 0 || int64(h.CompressedPageSize) > c.end-c.next-int64(length) {
			return 0, damaged("a page goes beyond the end of its column")
		}
		c.next += int64(length) + int64(h.CompressedPageSize)
		return rows, nil
	}
	return 0, nil
}

// dataRows is how many rows a data page has, 0 for another page.
func dataRows(h *format.PageHeader) int64 {
	switch {
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		return int64(h.DataPageHeader.V.NumValues)
	case h.Type == format.DataPageV2 && h.DataPageHeaderV2.Valid:
		return int64(h.DataPageHeaderV2.V.NumValues)
	}
	return 0
}

// PageRows is how many rows the first data page of column c of row group g has: what Skip can save at least is
// told by it. Without any it is 0.
func (f *File) PageRows(g int, c *Info) (rows int64, err error) {
	defer func() {
		if err != nil {
			err = &Error{File: f.Name, RowGroup: g, Column: c.Name, Row: -1, Err: err}
		}
	}()
	defer guard(&err)
	if f.RowGroups[g] == 0 {
		return 0, nil
	}
	var k chunk
	if err := k.open(f, g, c); err != nil {
		return 0, err
	}
	for {
		var h format.PageHeader
		if _, err := k.page(&h); err != nil {
			if err == io.EOF {
				return 0, nil
			}
			return 0, err
		}
		if rows := dataRows(&h); rows != 0 {
			return rows, nil
		}
	}
}
