//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// readRegress reads measurements of regressions.
func readRegress(path string) (all []regressRecord, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var r regressRecord
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w (remove the line, or the file)", path, n, err)
		}
		all = append(all, r)
	}
	return all, lines.Err()
}

func appendRegress(path string, r *regressRecord) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// regressTable is a line for each contestant of the newest build, medians over rounds, with Mainstay's part of it.
func regressTable(all []regressRecord) string {
	if len(all) == 0 {
		return ""
	}
	build := all[len(all)-1].Build
	var lines [][]string
	for _, c := range regressCases {
		own := regressMedian(all, c, contestant{Tool: mainstay}, build)
		for _, who := range regressWays[c.Job] {
			m := regressMedian(all, c, who, build)
			if m == nil || own == nil {
				continue
			}
			line := []string{c.String(), label(who), fmt.Sprintf("%.3f", m.Wall), fmt.Sprintf("%.3f", m.CPU), mb(m.Peak), "", "", "",
				f2(float64(m.Peak) / float64(8*c.Rows*c.Columns))}
			if who.Tool != mainstay {
				line[5], line[6], line[7] = f2(own.Wall/m.Wall), f2(own.CPU/m.CPU), f2(float64(own.Peak)/float64(m.Peak))
			}
			lines = append(lines, line)
		}
	}
	return table([]string{"fit", "tool", "wall s", "CPU s", "peak MB", "Mainstay ÷ it: wall", "CPU", "peak", "peak ÷ design"}, lines) +
		fmt.Sprintf("\nMainstay %s, %s; medians of up to %d rounds.\n", build, all[len(all)-1].Machine, slices.MaxFunc(all, func(a, b regressRecord) int { return a.Round - b.Round }).Round)
}

// regressMedian is the median of the rounds; nil without.
func regressMedian(all []regressRecord, c regressCase, who contestant, build string) *cost {
	var list []record
	for _, r := range all {
		if r.Case == c && r.Who == who && r.Build == build {
			list = append(list, record{cost: r.cost})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &cost{
		Wall: middle(list, func(r *record) float64 { return r.Wall }),
		CPU:  middle(list, func(r *record) float64 { return r.CPU }),
		Peak: int64(middle(list, func(r *record) float64 { return float64(r.Peak) })),
	}
}

// publishRegress prints the table, and writes it where asked.
func (o *options) publishRegress(all []regressRecord) error {
	text := regressTable(all)
	fmt.Printf("\n## regress\n\n%s", text)
	if o.docs == "" || text == "" {
		return nil
	}
	page, err := os.ReadFile(o.docs)
	if err != nil {
		return err
	}
	const mark = "<!-- bench:regress -->"
	before, rest, found := strings.Cut(string(page), mark)
	_, after, closed := strings.Cut(rest, endMark)
	if !found || !closed {
		return fmt.Errorf("%s: no %s … %s", o.docs, mark, endMark)
	}
	return os.WriteFile(o.docs, []byte(before+mark+"\n"+text+endMark+after), 0o644)
}
