package spill

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

func TestParseSize(t *testing.T) {
	const total = 8 << 30
	for text, want := range map[string]int64{
		"2GiB": 2 << 30, "2gib": 2 << 30, "2 GiB": 2 << 30, "2g": 2 << 30, "2GB": 2e9, "1500MB": 15e8, "1.5GiB": 3 << 29, "512MiB": 512 << 20,
		"2147483648": 2 << 30, "64k": 64 << 10, "100B": 100, "50%": 4 << 30, "100 %": 8 << 30, "12.5%": 1 << 30,
	} {
		if got, err := ParseSize(text, total); err != nil || got != want {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "two", "2XB", "-1", "-2GiB", "0", "0%", "101%", "1e9", "1.2.3", "NaN", "Inf", "9999999TiB", "2GiBs", "0.1B"} {
		if got, err := ParseSize(text, total); err == nil || !strings.Contains(err.Error(), "2GiB") {
			t.Errorf("%q is %d (%v)", text, got, err)
		}
	}
	if _, err := ParseSize("50%", 0); err == nil || !strings.Contains(err.Error(), "is not known") {
		t.Errorf("a share of nothing known: %v", err)
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1 << 30: "1.0 GiB", 300 << 20: "300 MiB", 5 << 40: "5.0 TiB"} {
		if got := FormatSize(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestAvailable(t *testing.T) {
	const meminfo = "MemTotal:       16384 kB\nMemFree: 1 kB\n" // 16 MiB
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing known": {nil, 0},
		"a machine":     {map[string]string{"proc/meminfo": meminfo}, 16 << 20},
		"v2, of the container's own root": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "4194304\n", "sys/fs/cgroup/memory.high": "max\n"}, 4 << 20},
		"v2, high is below max": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "4194304\n", "sys/fs/cgroup/memory.high": "2097152\n"}, 2 << 20},
		"v2, a group above is narrower": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "1048576", "sys/fs/cgroup/a/b/memory.max": "2097152"}, 1 << 20},
		"v2, no limit": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max"}, 16 << 20},
		"v2, a path outside of what is mounted": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/../../docker/x\n", "sys/fs/cgroup/memory.max": "3145728"}, 3 << 20},
		"v1": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/x\n1:cpu:/other\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "5242880\n"}, 5 << 20},
		"v1, no limit": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "4:memory:/x\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "9223372036854771712\n"}, 16 << 20},
		"garbage": {map[string]string{"proc/meminfo": "MemTotal:\n:\n", "proc/self/cgroup": "\n:::\nx", "sys/fs/cgroup/memory.max": "-5"}, 0},
	} {
		root := fstest.MapFS{}
		for file, text := range c.files {
			root[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := available(root, 0); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := available(fstest.MapFS{}, 1<<30); got != 1<<30 {
		t.Errorf("a machine that tells: %d", got)
	}
}

func TestShares(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	s := New(1<<30, t.TempDir())
	s.HoldHeap()
	if got := s.Share(25); got != 1<<28 {
		t.Errorf("a quarter is %d", got)
	}
	if got := debug.SetMemoryLimit(-1); got >= 1<<30 || got < 1<<29 {
		t.Errorf("the runtime may take %d", got)
	}
	if err := s.Close(); err != nil || debug.SetMemoryLimit(-1) != before {
		t.Errorf("%v; afterwards the runtime may take %d, before %d", err, debug.SetMemoryLimit(-1), before)
	}
	var none *Space
	for _, s := range []*Space{none, New(0, "")} {
		if s.Memory() != math.MaxInt64 || s.Share(1) != math.MaxInt64 || s.Close() != nil {
			t.Errorf("without end is %d", s.Memory())
		}
	}
}
