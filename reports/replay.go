package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"mainstay/ingest"
	"mainstay/segment"
)

// ReplaySchema is the version of the manifest of a replay.
const ReplaySchema = "mainstay.replay/1"

const replayTextName = "replay.txt"

// ReplayManifest says what a replay compared and what it wrote. Like a run's it holds no wall-clock time.
type ReplayManifest struct {
	Schema   string      `json:"schema"`
	Replay   string      `json:"replay"`
	ID       string      `json:"id"`
	Version  string      `json:"version"`
	From     string      `json:"from"`
	To       string      `json:"to"`
	Step     string      `json:"step"`
	DataAsOf string      `json:"data_as_of"` // what came is known until this day
	Language string      `json:"language"`
	Runs     []ReplayRun `json:"runs"`
	Outputs  []Output    `json:"outputs"`
}

// ReplayRun is one run of the replay, in the order of dates.
type ReplayRun struct {
	AsOf string `json:"as_of"`
	Run  string `json:"run"`
	ID   string `json:"id"`
}

// Replay is what a replay found, before it is written.
type Replay struct {
	Published []*segment.Published // by as-of date
	Outcomes  []segment.Outcome    // of each run in turn: churn, value over the label, value of 12 months, decline
	DataAsOf  ingest.Day
	Step      string
	Currency  string
}

// BeginReplay opens the folder OUT/replay-<from>-<to>-<id> with the guarantees of Begin; latest.json never points
// to it. The id is the SHA-256 of the manifest without outputs: of the runs' ids, the dates, the version.
func BeginReplay(ctx context.Context, out, temp string, m *ReplayManifest) (*Run, error) {
	m.Schema, m.Outputs = ReplaySchema, []Output{}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	m.ID = hex.EncodeToString(sum[:])
	m.Replay = "replay-" + m.From + "-" + m.To + "-" + m.ID[:idDigits]
	r := &Run{Out: out, Name: m.Replay, ID: m.ID, schema: ReplaySchema, Timings: Timings{Started: time.Now()}}
	if r.place, err = r.placeOf(ctx, temp); err != nil {
		return nil, err
	}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

// WriteReplay writes the tables and the text of a replay into its staging folder and publishes it. On error the
// caller's Abort removes what was staged.
func WriteReplay(ctx context.Context, r *Run, m *ReplayManifest, x *Replay, style Style) error {
	for _, t := range x.Tables() {
		if err := r.writeTable(ctx, t, ".parquet", WriteParquet); err != nil {
			return err
		}
		if err := r.writeTable(ctx, t, ".csv", WriteCSV); err != nil {
			return err
		}
	}
	style.Colour = false
	if err := r.writeFile(ctx, replayTextName, replayText(x, style)); err != nil {
		return err
	}
	m.Outputs = r.sortedOutputs()
	return r.commit(m)
}

// ShowReplay prints the published replay's text and where the files are.
func ShowReplay(w io.Writer, r *Run, style Style) error {
	b, err := r.Read(replayTextName)
	if err != nil {
		return err
	}
	p := newPageOf(style, "replay.label.")
	p.section("replay.label.files")
	where := "files"
	if r.Reused {
		where = "files.reused"
	}
	p.text(style.say(where, printable(r.Path())), 0)
	_, err = w.Write(append(b, p.out.Bytes()...))
	return err
}
