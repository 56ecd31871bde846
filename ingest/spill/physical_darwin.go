package spill

import (
	"encoding/binary"
	"syscall"
)

// physical is the memory of the machine.
func physical() int64 {
	text, err := syscall.Sysctl("hw.memsize") // a number, whose last zero bytes are taken for the end of a text
	if err != nil || len(text) > 8 {
		return 0
	}
	var b [8]byte
	copy(b[:], text)
	return int64(binary.LittleEndian.Uint64(b[:]))
}
