package spill

import (
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// Machine is how many bytes of memory there are for this process: what the machine has, or what its container may take
// where that is less. 0 = not known.
func Machine() int64 { return available(os.DirFS("/"), physical()) }

// Default is the memory that a process takes when nobody said: most of it, but not what the file cache and others need.
func Default() int64 { return Machine() / 100 * 65 }

// available takes the files of Linux from root, so that tests can give any.
func available(root fs.FS, machine int64) int64 {
	if machine <= 0 {
		machine = memTotal(root)
	}
	limit := cgroupLimit(root)
	if machine > 0 {
		limit = min(limit, machine)
	}
	if limit == math.MaxInt64 {
		return 0
	}
	return limit
}

// memTotal is the memory of the machine by /proc/meminfo; 0 = not known.
func memTotal(root fs.FS) int64 {
	for line := range strings.Lines(read(root, "proc/meminfo")) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// cgroupLimit is the least limit of the process's control groups and of those they are in. Version 2 is mounted at
// /sys/fs/cgroup with memory.max and memory.high, version 1 at /sys/fs/cgroup/memory with memory.limit_in_bytes. A
// container sees its own group as the root of the mount, whatever path /proc/self/cgroup gives.
func cgroupLimit(root fs.FS) int64 {
	limit := int64(math.MaxInt64)
	for line := range strings.Lines(read(root, "proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(parts) < 3 {
			continue
		}
		mount, names := "sys/fs/cgroup", []string{"memory.max", "memory.high"}
		if parts[1] != "" {
			mount, names = "sys/fs/cgroup/memory", []string{"memory.limit_in_bytes"}
			if !strings.Contains(","+parts[1]+",", ",memory,") {
				continue
			}
		}
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			for _, name := range names {
				limit = min(limit, limitIn(root, path.Join(mount, group, name)))
			}
			if group == "/" {
				break
			}
		}
	}
	return limit
}

// limitIn is the limit that a file holds; without a file, or where it says max, there is none.
func limitIn(root fs.FS, name string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(read(root, name)), 10, 64)
	if err != nil || n <= 0 {
		return math.MaxInt64
	}
	return n
}

// read is a small file, "" where there is none.
func read(root fs.FS, name string) string {
	b, _ := fs.ReadFile(root, name)
	return string(b)
}
