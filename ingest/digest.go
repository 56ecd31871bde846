package ingest

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Digest is a SHA-256, in hex, of everything in the Ledger but its Tally: two
// Ledgers with the same Digest give the same results. It does not depend on how
// the rows were ordered, split into files, or read.
func (l *Ledger) Digest() string {
	d := digester{sum: sha256.New()}
	d.w = bufio.NewWriterSize(d.sum, 1<<16)
	d.text("mainstay ledger 1")
	d.number(int64(l.Scale))
	d.number(int64(l.UnitsScale))
	d.text(l.Currency)
	d.number(int64(l.First))
	d.number(int64(l.AsOf))
	for _, b := range []bool{l.ZeroDays, l.Has.Orders, l.Has.Units, l.Has.Cost, l.Has.Discount} {
		if b {
			d.number(1)
		} else {
			d.number(0)
		}
	}
	d.number(int64(len(l.Sides)))
	for _, s := range l.Sides {
		d.text(s.Role)
		d.text(s.Column)
		d.number(int64(len(s.Values)))
		for _, v := range s.Values {
			d.text(v)
		}
	}
	l.Scan(1, func(_ int, s *Shard) { d.shard(s, len(l.Sides)) })
	d.w.Flush()
	return hex.EncodeToString(d.sum.Sum(nil))
}

// digester writes numbers as eight bytes and everything else behind its length, so
// that no two Ledgers share a byte sequence.
type digester struct {
	sum hash.Hash
	w   *bufio.Writer
	buf [8]byte
}

func (d *digester) shard(s *Shard, sides int) {
	d.text(string(s.KeyBytes))
	numbers(d, s.KeyStart)
	numbers(d, s.CellStart)
	numbers(d, s.Day)
	numbers(d, s.Lines)
	numbers(d, s.Sales)
	numbers(d, s.Returns)
	numbers(d, s.Orders)
	numbers(d, s.Units)
	numbers(d, s.Cost)
	numbers(d, s.Costed)
	numbers(d, s.Discount)
	d.number(int64(sides))
	for k := range sides {
		side := s.Side(k)
		numbers(d, side.Start)
		numbers(d, side.Code)
		numbers(d, side.Lines)
		numbers(d, side.Net)
	}
}

func (d *digester) text(s string) {
	d.number(int64(len(s)))
	d.w.WriteString(s)
}

func (d *digester) number(x int64) {
	binary.LittleEndian.PutUint64(d.buf[:], uint64(x))
	d.w.Write(d.buf[:])
}

func numbers[T Day | uint32 | int64](d *digester, xs []T) {
	d.number(int64(len(xs)))
	for _, x := range xs {
		d.number(int64(x))
	}
}
