//go:build unix

// Command bench measures Mainstay against DuckDB and Polars on the same files, in turn, one process a measurement,
// and writes the tables of docs/performance.md. It is for developers: users have no need of it.
//
//	go run ./cmd/bench                      # the essential cases
//	go run ./cmd/bench --suite full         # every variant of the data
//	go run ./cmd/bench --suite regress      # fits, beside scikit-learn, statsmodels and glmnet
//	go run ./cmd/bench --suite cox          # Cox regressions, beside lifelines and R's survival
//	go run ./cmd/bench --suite hidden       # hidden Markov models, beside hmmlearn
//	go run ./cmd/bench --sizes 1M --ids uuid --jobs ledger,sums --rounds 3
//	go run ./cmd/bench --peers none         # Mainstay alone: needs only Go
//	go run ./cmd/bench --report --docs docs/performance.md
//
// Peers are installed in environments of their own below --work, never among Mainstay's dependencies. Whatever is
// made (data, environments, binaries, results) stays in --work and is used again: a run that is interrupted goes on
// where it stopped.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	work, suite        string
	custom             group // what is asked for by --sizes, --ids, …
	rounds             int
	peers              []string
	report, list       bool
	docs, csv, results string
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	f.StringVar(&o.work, "work", filepath.Join(cache, "mainstay-bench"), "`FOLDER` for data, peers, binaries and results; what it holds is used again")
	f.StringVar(&o.suite, "suite", "essential", "cases: "+strings.Join(suiteNames(), ", ")+", "+suiteRegress+" (fits beside scikit-learn, statsmodels, glmnet) or "+suiteCox+" (beside lifelines, R), "+suiteAttrition+" (beside scipy), "+suiteHidden+" (beside hmmlearn); the flags below ask for cases of one's own instead")
	lists := map[string]*[]string{}
	list := func(name, usage string) {
		lists[name] = new([]string)
		f.Var((*words)(lists[name]), name, "`LIST` "+usage)
	}
	list("sizes", "of rows: 100k, 1M, 10M, 100M, …")
	list("ids", "of customer keys: "+strings.Join(allIDs, ", "))
	list("writers", "of writers of the file: "+strings.Join(allWriters, ", "))
	list("compressions", "of compressions: "+strings.Join(allCompressions, ", "))
	list("orders", "of orders of rows: "+strings.Join(allOrders, ", "))
	list("dirt", "of "+strings.Join(allDirt, ", ")+" (1 % of rows with a null, 1 % with a value to be set aside)")
	list("jobs", "of jobs: "+strings.Join(jobNames(), ", "))
	list("threads", "of threads, for all tools: 1, 2, …")
	list("memory", "of limits for Mainstay such as 1GiB (an empty word: its default)")
	list("peers", "of NAME-VERSION, …; none measures Mainstay alone (default "+strings.Join(defaultPeers, ", ")+")")
	f.IntVar(&o.rounds, "rounds", 5, "measurements of each tool in each case")
	list("variants", "of other ways to ask a peer, too: float, window, bits, panel, all")
	f.BoolVar(&o.list, "list", false, "only list the cases")
	f.BoolVar(&o.report, "report", false, "measure nothing, only report")
	f.StringVar(&o.results, "results", "", "`FILE` of measurements, one a line, which are not made again (default results.jsonl in the folder of --work)")
	f.StringVar(&o.docs, "docs", "", "Markdown `FILE` whose tables, between markers, are written anew")
	f.StringVar(&o.csv, "csv", "", "`FILE` for the medians as CSV")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("%q is not a flag", f.Arg(0))
	}
	asked := false
	f.Visit(func(g *flag.Flag) { asked = asked || lists[g.Name] != nil && g.Name != "peers" })
	o.peers = *lists["peers"]
	if asked {
		o.suite = ""
		o.custom = group{Sizes: *lists["sizes"], IDs: *lists["ids"], Writers: *lists["writers"], Compressions: *lists["compressions"], Orders: *lists["orders"],
			Dirt: *lists["dirt"], Jobs: *lists["jobs"], Threads: *lists["threads"], Memory: *lists["memory"], Variants: *lists["variants"]}
	}
	return o, nil
}

// words is a flag that holds a list.
type words []string

func (w *words) String() string     { return strings.Join(*w, ",") }
func (w *words) Set(s string) error { *w = strings.Split(s, ","); return nil }

// fitJobs are Mainstay's sides of fits, processes of this program, by the word that asks for them.
var fitJobs = map[string]func(args []string) error{
	regressJobWord: regressJob, attritionJobWord: attritionJob, hiddenJobWord: hiddenJob, coxJobWord: coxJob,
}

func run(args []string) error {
	if len(args) > 0 {
		if job, ok := fitJobs[args[0]]; ok {
			return job(args[1:])
		}
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.suite == suiteRegress && o.list {
		for _, c := range regressCases {
			fmt.Println(c)
		}
		return nil
	}
	if o.suite == suiteRegress {
		all, failed := o.regressSuite()
		return errors.Join(o.publishRegress(all), failed)
	}
	if s, ok := sideSuites[o.suite]; ok {
		return o.sides(s)
	}
	cases, err := o.cases()
	if err != nil {
		return err
	}
	if o.list {
		for _, c := range cases {
			fmt.Println(c, c.contestants())
		}
		return nil
	}
	results := &results{path: cmp.Or(o.results, filepath.Join(o.work, "results.jsonl"))}
	if err := results.load(); err != nil {
		return err
	}
	if o.report {
		return o.publish(results)
	}
	b, err := newBench(o.work, results)
	if err != nil {
		return err
	}
	failed := b.all(cases, o.rounds)
	return errors.Join(o.publish(results), failed)
}

// cases are those of the suite, or those asked for.
func (o *options) cases() ([]benchCase, error) {
	groups := []group{o.custom}
	if o.suite != "" {
		var known bool
		if groups, known = suites[o.suite]; !known {
			return nil, fmt.Errorf("unknown --suite %q: %s", o.suite, strings.Join(suiteNames(), ", "))
		}
	}
	var all []benchCase
	for _, g := range groups {
		if len(o.peers) > 0 && !slices.Equal(g.Peers, nobody) {
			g.Peers = o.peers
		}
		if slices.Equal(o.peers, nobody) && len(g.Writers) == 0 { // peers make the other files
			g.Writers = []string{writerGenerate}
		}
		cases, err := g.cases()
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	return all, nil
}

// publish prints the tables, and writes them where asked.
func (o *options) publish(r *results) error {
	medians := r.medians()
	for _, s := range sections {
		fmt.Printf("\n## %s\n\n%s", s.name, cmp.Or(s.render(medians), "not measured\n"))
	}
	if o.csv != "" {
		if err := writeCSV(o.csv, medians); err != nil {
			return err
		}
	}
	if o.docs == "" {
		return nil
	}
	text, err := os.ReadFile(o.docs)
	if err != nil {
		return err
	}
	updated, err := rewrite(string(text), medians)
	if err != nil {
		return fmt.Errorf("%s: %w", o.docs, err)
	}
	return os.WriteFile(o.docs, []byte(updated), 0o644)
}
