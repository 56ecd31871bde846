package ingest

import "syscall"

// adviseHuge lets the kernel map memory by huge pages where it lies on their boundaries. That it may refuse changes nothing.
func adviseHuge(b []byte) { _ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) }
