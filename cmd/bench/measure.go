//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// cost is what one process took.
type cost struct {
	Wall float64 `json:"wall"` // seconds: of the job where the process times it itself, else of the process
	CPU  float64 `json:"cpu"`  // seconds, user and system, of the process
	Peak int64   `json:"peak"` // bytes of resident memory at most, of the process
}

// reply is what a process says about its job.
type reply struct {
	Seconds float64            `json:"seconds"`
	Phases  map[string]float64 `json:"phases,omitempty"`
	Rows    int64              `json:"rows,omitempty"`
	Checks  map[string]int64   `json:"checks,omitempty"`
	Version string             `json:"version,omitempty"`
	CPU     float64            `json:"cpu,omitempty"`  // of a fit
	Coef    []float64          `json:"coef,omitempty"` // of a fit
}

// say prints the answer of a job of this program.
func (r reply) say() error {
	b, err := json.Marshal(r)
	fmt.Printf("BENCH %s\n", b)
	return err
}

// measure runs a command to its end, and reads the last line that begins with "BENCH ", if there is one.
func measure(cmd *exec.Cmd) (cost, reply, error) {
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	start := time.Now()
	err := cmd.Run()
	c := cost{Wall: time.Since(start).Seconds()}
	if err != nil {
		return c, reply{}, fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, tail(out.String()), tail(problems.String()))
	}
	c.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	c.Peak = peakOf(cmd)
	var r reply
	for _, line := range strings.Split(out.String(), "\n") {
		if text, ok := strings.CutPrefix(line, "BENCH "); ok {
			if err := json.Unmarshal([]byte(text), &r); err != nil {
				return c, r, fmt.Errorf("%s printed %q: %w", cmd.Path, line, err)
			}
		}
	}
	if r.Seconds > 0 {
		c.Wall = r.Seconds
	}
	return c, r, nil
}

// peakOf is the resident memory at most, in bytes, of a process that has ended.
func peakOf(cmd *exec.Cmd) int64 {
	most := int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS != "darwin" { // kilobytes everywhere else
		most *= 1024
	}
	return most
}

// tail is the end of what a process said.
func tail(s string) string {
	const most = 2000
	return s[max(0, len(s)-most):]
}

// machine says where it was measured.
func machine() string {
	model, memory := runtime.GOARCH, ""
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		model = field(string(text), "model name")
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kB int64
		if _, err := fmt.Sscan(field(string(text), "MemTotal"), &kB); err == nil {
			memory = fmt.Sprintf(", %.0f GiB of memory", float64(kB)/(1<<20))
		}
	}
	return fmt.Sprintf("%s, %d cores%s, %s/%s, %s", model, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// load is the load average of the last minute, 0 where it is not known.
func load() float64 {
	var one float64
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Sscan(string(text), &one)
	}
	return one
}

// field is the value of the first "name : value" line.
func field(text, name string) string {
	for _, line := range strings.Split(text, "\n") {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
