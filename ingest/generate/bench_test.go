package generate

import (
	"bytes"
	"context"
	"runtime"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// drawn are all lines of a process, customer by customer.
func (p *process) drawn(lines []line) []line {
	var c customer
	var t Tally
	for i := range p.Customers {
		s := p.draw(&c, i)
		lines = p.buy(&c, &s, lines, &t)
	}
	return lines
}

func benchmark(b *testing.B, prepare func(p *process, lines []line) func()) {
	p, err := newProcess(Default())
	if err != nil {
		b.Fatal(err)
	}
	lines := p.drawn(nil)
	work := prepare(p, lines)
	b.ResetTimer()
	for range b.N {
		work()
	}
	perRow(b, len(lines))
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

// BenchmarkDraw is the process alone.
func BenchmarkDraw(b *testing.B) {
	benchmark(b, func(p *process, lines []line) func() { return func() { p.drawn(lines[:0]) } })
}

func BenchmarkSort(b *testing.B) {
	benchmark(b, func(p *process, lines []line) func() {
		w := newPages(p, format.Snappy)
		return func() { w.sort(lines) }
	})
}

// BenchmarkPages encodes lines; BenchmarkPagesPeer is parquet-go's own writer on the same rows.
func BenchmarkPages(b *testing.B) {
	benchmark(b, func(p *process, lines []line) func() {
		w, g := newPages(p, format.Snappy), new(rowGroup)
		lines = w.sort(lines)
		return func() { w.encode(lines, g) }
	})
}

func BenchmarkPagesPeer(b *testing.B) {
	benchmark(b, func(p *process, lines []line) func() {
		w := newPages(p, format.Snappy)
		rows := w.asRows(w.sort(lines))
		return func() {
			var buf bytes.Buffer
			peer := parquet.NewGenericWriter[orderRow](&buf, parquet.Compression(&parquet.Snappy))
			if _, err := peer.Write(rows); err != nil {
				b.Fatal(err)
			}
			if err := peer.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWrite is everything.
func BenchmarkWrite(b *testing.B) {
	p := Default()
	p.Customers, p.Rows = 200_000, 2_000_000
	rows := 0
	for range b.N {
		truth, err := Write(context.Background(), b.TempDir(), p, runtime.GOMAXPROCS(0), func(float64) {})
		if err != nil {
			b.Fatal(err)
		}
		rows = int(truth.Rows)
	}
	perRow(b, rows)
}
