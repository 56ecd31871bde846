package reports

import "time"

const timingsName = "timings.json"

// Timings is what differs between two runs of the same identity. It is written beside the manifest
// as timings.json and is neither hashed nor listed among the outputs.
type Timings struct {
	Started  time.Time     `json:"started"`
	Finished time.Time     `json:"finished"`
	Threads  int           `json:"threads"`
	Phases   []PhaseTiming `json:"phases"`
}

// PhaseTiming is how long one phase took.
type PhaseTiming struct {
	Phase   string  `json:"phase"`
	Seconds float64 `json:"seconds"`
}

// Add records a phase that began at start and has just ended.
func (t *Timings) Add(phase string, start time.Time) {
	t.Phases = append(t.Phases, PhaseTiming{Phase: phase, Seconds: time.Since(start).Seconds()})
}
