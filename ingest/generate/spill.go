package generate

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// spill holds all lines in one temporary file, by bucket: a slice of time or of the hash, so that a bucket is a
// row group and no more than that is ever sorted in memory.
type spill struct {
	f       *os.File
	buckets int

	mu      sync.Mutex
	end     int64
	extents [][]extent // by bucket
}

type extent struct{ at, bytes int64 }

const (
	lineBytes   = 32
	spillBuffer = 8 << 20 // for all buckets of a worker
)

func newSpill(dir string, buckets int) (*spill, error) {
	f, err := os.Create(filepath.Join(dir, "spill.tmp"))
	if err != nil {
		return nil, err
	}
	// Without a name it goes when the program does, whatever happens. Windows keeps the name until close.
	_ = os.Remove(f.Name())
	return &spill{f: f, buckets: buckets, extents: make([][]extent, buckets)}, nil
}

// close frees the disk.
func (s *spill) close() error {
	err := s.f.Close()
	_ = os.Remove(s.f.Name()) // gone already, but on Windows
	return err
}

// scatter sends the lines of one worker to their buckets. Those of one customer stay in their order.
type scatter struct {
	*spill
	buffers [][]byte
	size    int
}

func (s *spill) scatter() *scatter {
	size := max(lineBytes, min(64<<10, spillBuffer/s.buckets)/lineBytes*lineBytes)
	return &scatter{spill: s, buffers: make([][]byte, s.buckets), size: size}
}

func (s *scatter) put(bucket int, l *line) error {
	b := s.buffers[bucket]
	if b == nil {
		b = make([]byte, 0, s.size)
	}
	b = l.append(b)
	if len(b) == s.size {
		if err := s.write(bucket, b); err != nil {
			return err
		}
		b = b[:0]
	}
	s.buffers[bucket] = b
	return nil
}

// flush writes what is left in the buffers.
func (s *scatter) flush() error {
	for bucket, b := range s.buffers {
		if len(b) > 0 {
			if err := s.write(bucket, b); err != nil {
				return err
			}
			s.buffers[bucket] = b[:0]
		}
	}
	return nil
}

func (s *spill) write(bucket int, b []byte) error {
	s.mu.Lock()
	at := s.end
	s.end += int64(len(b))
	s.extents[bucket] = append(s.extents[bucket], extent{at, int64(len(b))})
	s.mu.Unlock()
	if _, err := s.f.WriteAt(b, at); err != nil {
		return fmt.Errorf("cannot keep lines in a temporary file (%d MB so far; 32 bytes a row are needed beside the export): %w", at>>20, err)
	}
	return nil
}

// read returns the lines of a bucket, in dst.
func (s *spill) read(bucket int, dst []line) ([]line, error) {
	extents := s.extents[bucket]
	slices.SortFunc(extents, func(a, b extent) int { return int(a.at - b.at) })
	dst = dst[:0]
	var buf []byte
	for _, x := range extents {
		buf = slices.Grow(buf[:0], int(x.bytes))[:x.bytes]
		if _, err := s.f.ReadAt(buf, x.at); err != nil {
			return nil, fmt.Errorf("cannot read the temporary file back: %w", err)
		}
		for b := buf; len(b) > 0; b = b[lineBytes:] {
			dst = append(dst, lineOf(b))
		}
	}
	return dst, nil
}

func (l *line) append(b []byte) []byte {
	for _, v := range [6]uint32{l.at, l.customer, l.order, l.seq, l.price, uint32(l.quantity)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = binary.LittleEndian.AppendUint16(b, l.product)
	b = binary.LittleEndian.AppendUint16(b, l.manager)
	return append(b, l.industry, l.region, l.channel, byte(l.fate))
}

func lineOf(b []byte) line {
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	return line{at: word(0), customer: word(1), order: word(2), seq: word(3), price: word(4), quantity: int32(word(5)),
		product: binary.LittleEndian.Uint16(b[24:]), manager: binary.LittleEndian.Uint16(b[26:]),
		industry: b[28], region: b[29], channel: b[30], fate: fate(b[31])}
}
