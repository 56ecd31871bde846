//go:build !linux

package ingest

// adviseHuge is for Linux.
func adviseHuge([]byte) {}
