package spill

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// File is a temporary file: what is appended can be read back until it is closed. It may be used from any goroutine.
type File struct {
	space *Space
	f     *os.File
	what  string
	need  int64
	end   atomic.Int64
}

// Span is where something lies in a File. The zero Span is empty.
type Span struct {
	at, bytes int64
	sum       uint32
}

// Bytes is the length of what lies there.
func (s Span) Bytes() int64 { return s.bytes }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append writes b and says where. On a full disk the error is a *FullError.
func (f *File) Append(b []byte) (Span, error) {
	n := int64(len(b))
	s := Span{f.end.Add(n) - n, n, crc32.Checksum(b, castagnoli)}
	err := f.quota()
	if err == nil {
		_, err = f.f.WriteAt(b, s.at)
	}
	if err == nil {
		f.space.written.Add(n)
		return s, nil
	}
	if isFull(err) {
		held, need := f.space.usage()
		return s, &FullError{Folder: f.space.dir, Held: held - n, Failed: n, Need: need, Err: err}
	}
	return s, fmt.Errorf("cannot write %s to a temporary file in %s: %w", f.what, f.space.dir, err)
}

// quota is the error of a full disk when the files hold more than they may.
func (f *File) quota() error {
	if q := f.space.Quota; q > 0 {
		if held, _ := f.space.usage(); held > q {
			return syscall.ENOSPC
		}
	}
	return nil
}

// Read returns the bytes of a span, in buf where that is large enough.
func (f *File) Read(s Span, buf []byte) ([]byte, error) {
	if int64(cap(buf)) < s.bytes {
		buf = make([]byte, s.bytes)
	}
	buf = buf[:s.bytes]
	if _, err := f.f.ReadAt(buf, s.at); err != nil {
		return nil, fmt.Errorf("cannot read %s back from a temporary file in %s: %w", f.what, f.space.dir, err)
	}
	if crc32.Checksum(buf, castagnoli) != s.sum {
		return nil, fmt.Errorf("%s came back from a temporary file in %s other than they were written: check the disk, or choose another folder with --temp", f.what, f.space.dir)
	}
	return buf, nil
}

// Close removes the file.
func (f *File) Close() error {
	if f == nil {
		return nil
	}
	f.space.mu.Lock()
	_, open := f.space.open[f]
	delete(f.space.open, f)
	f.space.mu.Unlock()
	if !open {
		return nil
	}
	err := f.f.Close()
	if runtime.GOOS == "windows" {
		err = errors.Join(err, os.Remove(f.f.Name()))
	}
	return err
}

// Number is what Put and Get carry.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Put appends numbers.
func Put[T Number](f *File, xs []T) (Span, error) { return f.Append(bytesOf(xs)) }

// Get reads numbers back, into the room of buf where that is large enough. T is what was put.
func Get[T Number](f *File, s Span, buf []T) ([]T, error) {
	n := int(s.bytes) / int(unsafe.Sizeof(*new(T)))
	if cap(buf) < n {
		buf = make([]T, n)
	}
	buf = buf[:n]
	_, err := f.Read(s, bytesOf(buf))
	return buf, err
}

// bytesOf is the memory of xs: the files are read by the process that wrote them, so that the order of bytes is its own.
func bytesOf[T Number](xs []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(xs))), len(xs)*int(unsafe.Sizeof(*new(T))))
}

// FullError says that temporary files found no room on the disk.
type FullError struct {
	Folder       string
	Held, Failed int64 // bytes that were written, and that could not be
	Need         int64 // about how many are needed in all
	Err          error
}

func (e *FullError) Error() string {
	return fmt.Sprintf("no space left for temporary files in %s: %s were written and %s more did not fit; about %s are needed in all: free that much, choose another folder with --temp, or allow more memory with --memory",
		e.Folder, FormatSize(e.Held), FormatSize(e.Failed), FormatSize(e.Need))
}

func (e *FullError) Unwrap() error { return e.Err }

// isFull reports whether an error means that a disk, or somebody's share of it, is full.
func isFull(err error) bool {
	const diskFull, handleDiskFull = syscall.Errno(112), syscall.Errno(39) // of Windows
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) ||
		runtime.GOOS == "windows" && (errors.Is(err, diskFull) || errors.Is(err, handleDiskFull))
}
