//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// beside are the commands of a suite of one peer in Python: this program by its job's word, and the peer by its script, in an environment with a package (name==version). The folders that
// they work in are made.
func (o *options) beside(job, peer, script string, source []byte, pkg string) (who []string, commands map[string][]string, err error) {
	for _, dir := range []string{"bin", "data", "peers"} {
		if err := os.MkdirAll(filepath.Join(o.work, dir), 0o755); err != nil {
			return nil, nil, err
		}
	}
	script = filepath.Join(o.work, "bin", script)
	if err := os.WriteFile(script, source, 0o644); err != nil {
		return nil, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	who, commands = []string{mainstay}, map[string][]string{mainstay: {self, job}}
	if slices.Equal(o.peers, nobody) {
		return who, commands, nil
	}
	python, err := pythonWith(filepath.Join(o.work, "peers", strings.Replace(pkg, "==", "-", 1)), pkg)
	if err != nil {
		return nil, nil, err
	}
	commands[peer] = []string{python, script}
	return append(who, peer), commands, nil
}

// sideSuite is a suite of fits beside peers, of which nothing is kept but the data.
type sideSuite struct {
	cases func() []sideCase
	peers func(*options) (who []string, commands map[string][]string, err error)
}

var sideSuites = map[string]sideSuite{
	suiteAttrition: {attritionSuite, (*options).attritionPeers},
	suiteCox:       {coxSuite, (*options).coxPeers},
	suiteHidden:    {hiddenSuite, (*options).hiddenPeers},
}

// sideCase is a case of such a suite: what writes its file, the words of its jobs after the file, and how many coefficients all must find, to tol.
type sideCase struct {
	name  string
	write func(*bufio.Writer)
	words []string
	size  int
	tol   float64
}

// sides measures every case of a suite in rounds, and prints medians and ratios.
func (o *options) sides(s sideSuite) error {
	cases := s.cases()
	if o.list {
		for _, c := range cases {
			fmt.Println(c.name)
		}
		return nil
	}
	who, commands, err := s.peers(o)
	if err != nil {
		return err
	}
	var failed error
	for _, c := range cases {
		file := filepath.Join(o.work, "data", c.name+".f64")
		err := once(file, c.write)
		if err == nil {
			err = o.sideBySide(c, file, who, commands)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// sideBySide measures one case in rounds, a process each.
func (o *options) sideBySide(c sideCase, file string, who []string, commands map[string][]string) error {
	args := append([]string{file}, c.words...)
	took := map[string][]record{}
	var coef []float64
	for range o.rounds {
		for _, w := range who {
			spent, said, err := measure(exec.Command(commands[w][0], append(slices.Clone(commands[w][1:]), args...)...))
			if err == nil && len(said.Coef) != c.size {
				err = fmt.Errorf("it says %d coefficients", len(said.Coef))
			}
			if err != nil {
				return fmt.Errorf("%s, %s: %w", c.name, w, err)
			}
			if coef == nil {
				coef = said.Coef
			}
			for j := range coef {
				if math.Abs(said.Coef[j]-coef[j]) > c.tol {
					return fmt.Errorf("%s: %s finds other coefficients: %v, not %v", c.name, w, said.Coef, coef)
				}
			}
			took[w] = append(took[w], record{cost: spent})
			fmt.Fprintf(os.Stderr, "  %s  %-10s %8.3f s (process %.1f CPU s, %d MB)\n", c.name, w, spent.Wall, spent.CPU, spent.Peak/1e6)
		}
	}
	median := func(w string) float64 { return middle(took[w], func(r *record) float64 { return r.Wall }) }
	fmt.Printf("\n%s: median of %d\n", c.name, o.rounds)
	for _, w := range who {
		fmt.Printf("  %-10s %8.3f s   mainstay takes %.3f of it\n", w, median(w), median(mainstay)/median(w))
	}
	return nil
}
