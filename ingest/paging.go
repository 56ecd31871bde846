package ingest

import (
	"bufio"
	"context"
	"fmt"

	"mainstay/ingest/spill"
)

// pager keeps the partitions of a worker within a share of the memory. Beyond it, all 64 are written to a temporary
// file as one run, and the worker begins with empty ones. A shard comes back as the parts of it in every run, which
// assemblers take in any number and order: what was paged out when leaves no trace.
type pager struct {
	space  *spill.Space
	worker int
	share  int64 // bytes
	total  int64 // rows that this worker may come to see: what the disk must hold is told from that

	file  *spill.File
	runs  [][Shards]*spill.Stream // nil = empty
	rows  [Shards]int             // of the runs
	bytes [Shards]int64           // of the runs
}

// pageBuffer is the bytes of a piece in the file.
const pageBuffer = 256 << 10

// pageWithin gives every worker its share.
func pageWithin(p *Plan, workers []*scatterer) {
	total := int64(0)
	for _, f := range p.Files {
		total += f.File.Rows
	}
	n := int64(len(workers))
	for i, w := range workers {
		w.pager = &pager{space: p.Space, worker: i, share: p.Space.Share(spill.Rows) / n, total: total/n + 1}
	}
}

// keepWithin writes the partitions out when they exceed their share. It is called between batches.
func (g *pager) keepWithin(s *scatterer) error {
	if g == nil {
		return nil
	}
	held := int64(0)
	for k := range s.part {
		held += s.part[k].size()
	}
	if held <= g.share {
		return nil
	}
	return g.pageOut(s)
}

// pageOut writes a run.
func (g *pager) pageOut(s *scatterer) error {
	if err := g.open(s); err != nil {
		return err
	}
	w := bufio.NewWriterSize(nil, pageBuffer)
	var run [Shards]*spill.Stream
	for k := range s.part {
		p := &s.part[k]
		if p.rows > 0 {
			p.worker = g.worker
			run[k] = g.file.Stream()
			w.Reset(run[k])
			if err := p.writeTo(w); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
			g.rows[k] += p.rows
			g.bytes[k] += run[k].Bytes()
		}
		p.empty()
	}
	g.runs = append(g.runs, run)
	s.forget()
	return nil
}

// open makes the file for the first run.
func (g *pager) open(s *scatterer) (err error) {
	if g.file != nil {
		return nil
	}
	var rows, bytes int64
	for k := range s.part {
		rows += int64(s.part[k].rows)
		bytes += s.part[k].size()
	}
	g.file, err = g.space.File("rows", int64(float64(bytes)/float64(max(rows, 1))*float64(g.total)))
	return err
}

// parts reads the parts of a shard.
func (g *pager) parts(shard int) ([]*partition, error) {
	var parts []*partition
	for _, run := range g.runs {
		if run[shard] == nil {
			continue
		}
		p, err := readPartition(bufio.NewReader(run[shard].Reader()))
		if err != nil {
			return nil, fmt.Errorf("cannot read waiting rows back: %w", err)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// pageRest writes what is left, where anything was written: then assembly has the memory for itself.
func pageRest(ctx context.Context, workers []*scatterer) error {
	paged := false
	for _, w := range workers {
		paged = paged || w.pager != nil && len(w.pager.runs) > 0
	}
	if !paged {
		return nil
	}
	return inParallel(ctx, len(workers), len(workers), func(_ context.Context, _, i int) error {
		err := workers[i].pager.pageOut(workers[i])
		workers[i].slabs = slabs{}
		return err
	})
}

// closePagers removes the files.
func closePagers(workers []*scatterer) {
	for _, w := range workers {
		if w.pager != nil {
			_ = w.pager.file.Close()
		}
	}
}

// partsOf is the partitions of a shard: those that wait in memory, and those in files.
func partsOf(workers []*scatterer, shard int) ([]*partition, error) {
	var parts []*partition
	for i, w := range workers {
		w.part[shard].worker, w.part[shard].from = i, nil // its memory goes where the assembler says
		parts = append(parts, &w.part[shard])
		if w.pager != nil {
			paged, err := w.pager.parts(shard)
			if err != nil {
				return nil, err
			}
			parts = append(parts, paged...)
		}
	}
	return parts, nil
}

// assemblyShare is how much of the memory, in percent, shards may take while they are assembled.
const assemblyShare = 50

// assemblersFor is how many shards can be assembled at a time, up to the number of workers. A shard that the memory does
// not hold is a *ConfigError.
func assemblersFor(l *recordLayout, space *spill.Space, workers []*scatterer) (int, error) {
	var largest, rows int64
	for k := range Shards {
		n, bytes := 0, int64(0)
		for _, w := range workers {
			n += w.part[k].rows
			bytes += w.part[k].size()
			if w.pager != nil {
				n += w.pager.rows[k]
				bytes += w.pager.bytes[k]
			}
		}
		if need := bytes + int64(n)*l.assemblyBytes(); need > largest {
			largest, rows = need, int64(n)
		}
	}
	if largest > space.Memory() {
		return 0, &ConfigError{fmt.Sprintf("memory: %s is too little: the largest of %d shards has %d rows and takes %s while it is put together; allow %s with --memory",
			spill.FormatSize(space.Memory()), Shards, rows, spill.FormatSize(largest), spill.FormatSize(largest*100/assemblyShare))}
	}
	return int(min(max(1, space.Share(assemblyShare)/max(largest, 1)), int64(len(workers)))), nil
}

// assemblyBytes is about how many bytes a row takes in an assembler: its columns, and the cell that it may become.
func (l *recordLayout) assemblyBytes() int64 {
	const (
		row, number, code = 4 + 8 + 8 + 1, 8, 4      // id, where, amount, flags; each further column; each side code
		cell, entry       = 4 + 4 + 8 + 8, 4 + 4 + 8 // day, lines, sales, returns; of a side table
	)
	further := int64(l.columns - optionalColumns - l.nSides)
	return (row + cell + further*(number+number) + int64(l.nSides)*(code+4+entry)) * 5 / 4
}
