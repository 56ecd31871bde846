//go:build unix

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"mainstay/regress"
	"mainstay/regress/penalised"
)

// regressJobWord asks this program for Mainstay's side of a regression.
const regressJobWord = "regress-job"

// write makes the file of a case: the design row by row (8 bytes a value, little-endian), then the response. Columns are normal; those of a
// lasso depend on their neighbours, and every fifth counts.
func (c regressCase) write(path string) error {
	if exists(path) {
		return nil
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(1, 2))
	y := make([]float64, c.Rows)
	row := make([]float64, c.Columns)
	for i := range y {
		row[0] = 1
		eta := -1.0
		for j := 1; j < c.Columns; j++ {
			row[j] = rng.NormFloat64()
			switch {
			case c.Job == "logistic":
				eta += 0.1 * row[j]
			case j > 1:
				row[j] = row[j-1]/2 + math.Sqrt(0.75)*row[j]
			}
			if c.Job != "logistic" && j%5 == 1 {
				eta += 0.3 * row[j]
			}
		}
		y[i] = eta + rng.NormFloat64()
		if c.Job != "lasso-gaussian" {
			y[i] = 0
			if rng.Float64() < 1/(1+math.Exp(-eta)) {
				y[i] = 1
			}
		}
		w.Write(bytesOf(row))
	}
	w.Write(bytesOf(y))
	if err := w.Flush(); err != nil { // Flush gives the first error of all writes
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// bytesOf are the bytes of values on a little-endian machine, which the machines of the benchmark are.
func bytesOf(v []float64) []byte {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		panic("the benchmark needs a little-endian machine")
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 8*len(v))
}

// regressJob does one fit and says what it took. args: job, way, file, rows, columns.
func regressJob(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("%s: five words are needed", regressJobWord)
	}
	rows, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	columns, err := strconv.Atoi(args[4])
	if err != nil {
		return err
	}
	f, err := os.Open(args[2])
	if err != nil {
		return err
	}
	defer f.Close()
	d := &regress.Design{Names: make([]string, columns)}
	y := make([]float64, rows)
	streamed := args[1] == "streamed"
	if !streamed {
		d.X = make([]float64, rows*columns)
		if _, err := io.ReadFull(f, bytesOf(d.X)); err != nil {
			return err
		}
		if _, err := io.ReadFull(f, bytesOf(y)); err != nil {
			return err
		}
	}
	for j := range d.Names {
		d.Names[j] = fmt.Sprint("x", j)
	}
	start, before := time.Now(), processor()
	coef, err := regressFit(args[0], d, y, f, streamed)
	if err != nil {
		return err
	}
	return reply{Seconds: time.Since(start).Seconds(), CPU: processor() - before, Coef: coef}.say()
}

func regressFit(job string, d *regress.Design, y []float64, f *os.File, streamed bool) ([]float64, error) {
	const threads = 2
	switch {
	case streamed:
		fit, err := regress.LogisticFrom(&fileBlocks{f, d.Names, len(y)}, regress.Options{Threads: threads})
		if err != nil {
			return nil, err
		}
		return fit.Coef, nil
	case job == "logistic":
		fit, err := regress.Logistic(d, y, regress.Options{Threads: threads})
		if err != nil {
			return nil, err
		}
		return fit.Coef, nil
	}
	o := penalised.Options{Family: job[len("lasso-"):], Alpha: 1, Threads: threads}
	for k := range regressLambdas {
		o.Lambda = append(o.Lambda, math.Pow(10, -float64(k+1)*3/regressLambdas))
	}
	p, err := penalised.Fit(d, y, o)
	if err != nil {
		return nil, err
	}
	return p.Coef[len(p.Coef)-1], nil
}

// regressLambdas is how many λ all tools fit: from 0.79 down to 0.001, even on the scale of logarithms.
const regressLambdas = 30

// fileBlocks reads the design from its file, block by block.
type fileBlocks struct {
	f     *os.File
	names []string
	rows  int
}

const fileBlockRows = 16_384

func (b *fileBlocks) Names() []string { return b.names }
func (b *fileBlocks) Blocks() int     { return (b.rows + fileBlockRows - 1) / fileBlockRows }

func (b *fileBlocks) Block(i int, into *regress.Rows) error {
	k, lo := len(b.names), i*fileBlockRows
	n := min(fileBlockRows, b.rows-lo)
	into.X, into.Y = sized(into.X, n*k), sized(into.Y, n)
	if _, err := b.f.ReadAt(bytesOf(into.X), int64(8*lo*k)); err != nil {
		return err
	}
	_, err := b.f.ReadAt(bytesOf(into.Y), int64(8*(b.rows*k+lo)))
	return err
}

// sized is v with n values, in its memory where they fit.
func sized(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	return v[:n]
}

// processor is the processor time of this process so far, in seconds.
func processor() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
