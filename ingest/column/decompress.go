package column

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// The most that a byte can decompress to, by the codecs' formats: a page that claims
// more is damaged.
const (
	snappyRatio = 32      // a 3-byte copy makes 64 bytes
	lz4Ratio    = 256     // a length byte adds 255
	zstdRatio   = 1 << 16 // a 4-byte block makes 128 KiB
)

// firstStreamBytes is the first buffer of codecs that decompress a stream, whose
// output grows as it comes.
const firstStreamBytes = 1 << 16

var errSize = errors.New("a page does not decompress to the size it declares")

// inflater decompresses pages. The readers of streaming codecs are kept between pages.
type inflater struct {
	gzip   *gzip.Reader
	brotli *brotli.Reader
}

// blockZstd is shared: DecodeAll may run in any number of goroutines, in which it
// works synchronously. It writes into the given buffer or fails.
var blockZstd = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxPageBytes))
})

// inflate decompresses src, which must come to exactly size bytes, into dst or, when
// that is too small, a new buffer.
func (d *inflater) inflate(codec format.CompressionCodec, dst, src []byte, size int) ([]byte, error) {
	if size == 0 && len(src) == 0 {
		return dst[:0], nil
	}
	var err error
	switch codec {
	case format.Snappy:
		if n, lengthErr := snappy.DecodedLen(src); lengthErr != nil || n != size {
			return nil, errSize
		}
		if dst, err = room(dst, src, size, snappyRatio); err == nil {
			dst, err = snappy.Decode(dst, src)
		}
	case format.Lz4Raw:
		if dst, err = room(dst, src, size, lz4Ratio); err == nil {
			var n int
			n, err = lz4.UncompressBlock(src, dst)
			dst = dst[:max(n, 0)]
		}
	case format.Zstd:
		var z *zstd.Decoder
		if z, err = blockZstd(); err != nil {
			return nil, err
		}
		if dst, err = room(dst, src, size, zstdRatio); err == nil {
			dst, err = z.DecodeAll(src, dst[:0:size])
		}
	case format.Gzip:
		if d.gzip == nil {
			d.gzip = new(gzip.Reader)
		}
		if err = d.gzip.Reset(bytes.NewReader(src)); err == nil {
			dst, err = stream(dst, d.gzip, size)
		}
	case format.Brotli:
		if d.brotli == nil {
			d.brotli = brotli.NewReader(nil)
		}
		if err = d.brotli.Reset(bytes.NewReader(src)); err == nil {
			dst, err = stream(dst, d.brotli, size)
		}
	default:
		return nil, fmt.Errorf("compression %s is not read: write the file with SNAPPY, ZSTD, GZIP, BROTLI, LZ4_RAW or none", codec)
	}
	switch {
	case err != nil:
		return nil, damaged("a page cannot be decompressed (%s: %w)", codec, err)
	case len(dst) != size:
		return nil, damaged("%w (%s)", errSize, codec)
	}
	return dst, nil
}

// room returns dst with length size, enlarged if need be, unless src cannot hold as much.
func room(dst, src []byte, size, ratio int) ([]byte, error) {
	if size > len(src)*ratio {
		return nil, errSize
	}
	return resize(dst, size), nil
}

// stream reads size bytes and proves that no more follow.
func stream(dst []byte, r io.Reader, size int) ([]byte, error) {
	dst = dst[:0]
	for len(dst) < size {
		if len(dst) == cap(dst) {
			dst = slices.Grow(dst, min(size-len(dst), max(len(dst), firstStreamBytes)))
		}
		n, err := io.ReadFull(r, dst[len(dst):min(size, cap(dst))])
		dst = dst[:len(dst)+n]
		if err != nil {
			return nil, err
		}
	}
	var extra [1]byte
	if n, err := io.ReadFull(r, extra[:]); n > 0 || err != io.EOF {
		return nil, errSize
	}
	return dst, nil
}

// resize returns s with length n, keeping the memory where it suffices; the elements
// are unspecified.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
