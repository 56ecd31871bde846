package reports

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// Output is one file of a run, as the manifest lists it. Rows and Columns are those of a table, 0 for
// documents.
type Output struct {
	Name    string `json:"name"`
	SHA256  string `json:"sha256"`
	Bytes   int64  `json:"bytes"`
	Rows    int64  `json:"rows"`
	Columns int    `json:"columns"`
}

// File is an output being written into the staging folder. Close makes it durable and records it.
type File struct {
	Rows    int64 // for the manifest; set before Close
	Columns int

	ctx  context.Context
	run  *Run
	name string
	f    *os.File
	buf  *bufio.Writer
	hash hash.Hash
	n    int64

	asked   int64       // of n, how much the disk was asked to take
	busy    atomic.Bool // it is asked
	syncing sync.WaitGroup
	lost    atomic.Pointer[error] // of the disk: it says so once
}

// syncEvery is how many bytes are written before the disk is asked to take them, so that Close does not wait for all.
const syncEvery = 64 << 20

// fileBuffer gathers small writes.
const fileBuffer = 256 * 1024

// Create opens an output of that name. Writes fail once ctx has ended.
func (r *Run) Create(ctx context.Context, name string) (*File, error) {
	if r.staging == "" {
		return nil, fmt.Errorf("cannot write %s: the run is closed", name)
	}
	if err := r.step("create " + name); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(r.staging, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	out := &File{ctx: ctx, run: r, name: name, f: f, hash: sha256.New()}
	out.buf = bufio.NewWriterSize(io.MultiWriter(f, out.hash), fileBuffer)
	r.open = append(r.open, out)
	return out, nil
}

// Write implements io.Writer.
func (f *File) Write(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.buf.Write(p)
	if f.n += int64(n); f.n-f.asked >= syncEvery {
		f.sync()
	}
	return n, err
}

// sync asks the disk to take what has been written, unless it is still at work, and does not wait.
func (f *File) sync() {
	if !f.busy.CompareAndSwap(false, true) {
		return
	}
	f.asked = f.n
	f.syncing.Go(func() {
		if err := f.f.Sync(); err != nil {
			f.lost.CompareAndSwap(nil, &err)
		}
		f.busy.Store(false)
	})
}

// Close flushes, waits for the disk, and adds the file to the manifest's outputs.
func (f *File) Close() error {
	err := errors.Join(f.run.step("close "+f.name), f.ctx.Err(), f.buf.Flush())
	f.syncing.Wait()
	if lost := f.lost.Load(); lost != nil {
		err = errors.Join(err, *lost)
	}
	if err == nil {
		err = f.f.Sync()
	}
	err = errors.Join(err, f.f.Close())
	f.run.open = slices.DeleteFunc(f.run.open, func(o *File) bool { return o == f })
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", f.name, err)
	}
	f.run.outputs = append(f.run.outputs, Output{
		Name: f.name, SHA256: hex.EncodeToString(f.hash.Sum(nil)), Bytes: f.n, Rows: f.Rows, Columns: f.Columns,
	})
	return nil
}

// sortedOutputs lists the recorded outputs by name.
func (r *Run) sortedOutputs() []Output {
	out := slices.Clone(r.outputs)
	slices.SortFunc(out, func(a, b Output) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
