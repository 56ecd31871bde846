package column

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	magic          = "PAR1"
	encryptedMagic = "PARE"
	tailBytes      = 8 // length of the footer (4 bytes), magic (4 bytes)
)

// readFooter reads the metadata at the end of a file and returns it with its bytes and the
// offset at which it starts, where the pages end.
func readFooter(r io.ReaderAt, size int64) (meta *format.FileMetaData, start int64, raw []byte, err error) {
	if size == 0 {
		return nil, 0, nil, fmt.Errorf("the file is empty: export it again")
	}
	tail := make([]byte, min(size, tailBytes))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return nil, 0, nil, err
	}
	if string(tail[max(0, len(tail)-len(magic)):]) != magic || size < int64(len(magic))+tailBytes {
		return nil, 0, nil, notParquet(r, size, tail)
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	start = size - tailBytes - length
	if start < int64(len(magic)) {
		return nil, 0, nil, damaged("the footer claims %d bytes of a file of %d", length, size)
	}
	if length > maxFooterBytes {
		return nil, 0, nil, fmt.Errorf("the footer has %d bytes, more than the %d that are read: write fewer columns or larger row groups", length, maxFooterBytes)
	}
	b := make([]byte, length)
	if err := readAt(r, b, start); err != nil {
		return nil, 0, nil, err
	}
	meta, err = decodeFooter(b)
	return meta, start, b, err
}

// notParquet says what a file is that does not end as Parquet does. Only then is it read at its start, which
// may be far from its end.
func notParquet(r io.ReaderAt, size int64, tail []byte) error {
	head := make([]byte, min(size, int64(len(magic))))
	if err := readAt(r, head, 0); err != nil {
		return err
	}
	end := string(tail[max(0, len(tail)-len(magic)):])
	switch {
	case string(head) == encryptedMagic || end == encryptedMagic:
		return errEncrypted
	case string(head) != magic && end != magic:
		return fmt.Errorf("not a Parquet file (it starts with %q, not with %q): check that the right file was named, or export it as Parquet", head, magic)
	}
	return fmt.Errorf("the file is truncated (%d bytes, without the footer that ends a Parquet file): copy or export it again", size)
}

var errEncrypted = fmt.Errorf("the file is encrypted: decrypt it before, keys are not supported")

// decodeFooter decodes the metadata. A signature may follow it in files whose
// columns can be encrypted; it is not checked.
func decodeFooter(b []byte) (*format.FileMetaData, error) {
	n, err := measure(b, roleFooter)
	if err != nil {
		return nil, damaged("the footer cannot be read: %w", err)
	}
	meta := new(format.FileMetaData)
	if err := decodeThrift(b[:n], meta); err != nil {
		return nil, damaged("the footer cannot be read: %w", err)
	}
	return meta, nil
}

// decodeThrift decodes a structure that measure has passed.
func decodeThrift(b []byte, v any) error {
	var p thrift.CompactProtocol
	err := thrift.NewDecoder(p.NewReaderFromBytes(b)).Decode(v)
	if missing := (*thrift.MissingField)(nil); errors.As(err, &missing) {
		return fmt.Errorf("field %d of a structure is missing", missing.Field.ID)
	}
	return err
}
