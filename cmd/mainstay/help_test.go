package main

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command explains itself: what it is in a line, what it does, the exit codes, and examples that parse.
func TestEveryCommandTeaches(t *testing.T) {
	for _, c := range commands(newRoot(&app{})) {
		path := c.CommandPath()
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || !strings.Contains(c.Long, exitHeading) {
			t.Errorf("%s: wants a short description without a full stop, and the exit codes", path)
		}
		shown := 0
		for line := range strings.Lines(c.Example) {
			line, _, _ := strings.Cut(strings.TrimSpace(line), "  #")
			args, ours := strings.CutPrefix(line, path+" ")
			if line != path && !ours {
				continue
			}
			shown++
			fresh := find(t, path)
			fresh.Flags().AddFlagSet(fresh.InheritedFlags())
			if err := fresh.ParseFlags(shellFields(args)); err != nil {
				t.Errorf("%s: the example %q does not parse: %v", path, line, err)
			}
		}
		if shown == 0 {
			t.Errorf("%s: no example", path)
		}
	}
}

// find is a fresh command, without the flags of another example.
func find(t *testing.T, path string) *cobra.Command {
	t.Helper()
	c, _, err := newRoot(&app{}).Find(strings.Fields(path)[1:])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// complete asks the program as a shell does.
func complete(t *testing.T, args ...string) []string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), append([]string{cobra.ShellCompRequestCmd}, args...), strings.NewReader(""), &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	return strings.Split(strings.TrimSpace(stdout.String()), "\n")
}

func TestCompletion(t *testing.T) {
	orders, accounts := "../../testdata/orders.parquet", "../../testdata/accounts.parquet"
	csv := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(csv, []byte("客户;ends on\n"+strings.Repeat("1;\"2\n\"\n", 1<<15)+"1;\"never ends"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"segment\tdescribe customers by groups, in seconds", []string{"seg"}},
		{"zh", []string{"run", "--language", ""}},
		{"customer_id", []string{"run", orders, "--customer", ""}},
		{"size_class", []string{"run", orders, "--accounts", accounts, "--accounts-key", ""}},
		{"客户", []string{"markov", csv, "--id", ""}},
		{"客户", []string{"attrition", "contracts", csv, "--period", ""}},
		{"ends on", []string{"regress", csv, "a ~ b", "--cv-time", ""}},
		{"开始", []string{"regress", "../../ingest/table/testdata/workbook.xlsx", "--cluster", ""}},
		{"end=", []string{"run", orders, "--contracts", csv, "--contracts-columns", ""}},
		{"start=x,end=ends on", []string{"run", orders, "--contracts", csv, "--contracts-columns", "start=x,end="}},
		{"客户", []string{"run", orders, "--rates", csv, "--rates-rate", ""}},
		{":4", []string{"run", "nowhere.parquet", "--customer", ""}},
	} {
		found := false
		for _, line := range complete(t, c.args...) {
			found = found || line == c.want
		}
		if !found {
			t.Errorf("%q does not offer %q", c.args, c.want)
		}
	}
}

// familyFormulas are for families that won ~ x of the table below is no response of.
var familyFormulas = map[string]string{
	"gamma": "x ~ won", "km": "Surv(x, won) ~ 1", "cox": survived, "weibull": survived, "exponential": survived,
	"lognormal": survived, "loglogistic": survived, "discrete": survived,
}

const survived = "Surv(x, won) ~ p"

// refused are the flags of fits that the small tables below may refuse: their word was taken.
var refused = map[string]bool{"family": true, "every": true, "per": true}

// Completion offers what a flag really takes.
func TestChoicesAreTaken(t *testing.T) {
	used := map[string]bool{}
	for _, c := range commands(newRoot(&app{})) {
		c.Flags().VisitAll(func(f *pflag.Flag) { used[f.Name] = true })
		c.InheritedFlags().VisitAll(func(f *pflag.Flag) { used[f.Name] = true })
	}
	table := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(table, []byte("won,x,p\n0,1,0.1\n1,2,0.2\n0,3,0.3\n1,4,0.4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dated := filepath.Join(t.TempDir(), "dated.csv")
	if err := os.WriteFile(dated, []byte("id,time,state\n1,2024-01-01,a\n1,2024-03-01,b\n1,2024-07-01,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, words := range choices {
		if !used[name] {
			t.Errorf("--%s is no flag", name)
		}
		for _, word := range words {
			args := []string{"run", "x.parquet", "--print-config", "--" + name, word}
			switch name {
			case "rate-direction":
				args = append(args, "--rate-column", "rate", "--currency", "EUR")
			case "cohorts", "concentration":
				args = []string{"segment", "../../testdata/orders.parquet", "--" + name + "=" + word}
			case "every":
				args = []string{"attrition", "contracts", "../../testdata/contracts.csv", "--customer", "customer_id", "--" + name, word}
			case "gaps":
				args = []string{"markov", table, "--id", "won", "--time", "x", "--state", "p", "--absorbing", "0.3,0.4", "--" + name, word}
			case "per":
				args = []string{"markov", "continuous", dated, "--" + name, word}
			case "time-unit":
				args = []string{"attrition", "../../testdata/orders.parquet", "--model", "mbg/nbd", "--" + name, word}
			case "family":
				args = []string{"regress", table, cmp.Or(familyFormulas[word], "won ~ x"), "--family", word}
			case "kind":
				args = []string{"evaluate", table, "--actual", "won", "--predicted", "p", "--kind", word}
			case "robust":
				args = []string{"regress", table, "won ~ x", "--" + name, word}
			}
			var stdout, stderr bytes.Buffer
			if code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr); code != exitOK && !(code == exitQuality && refused[name]) {
				t.Errorf("--%s %s: exit code %d: %s", name, word, code, stderr.String())
			}
		}
	}
}

// The manual has a page per command that says what --help says, the same bytes every time.
func TestManual(t *testing.T) {
	pages := map[string][]byte{}
	for _, dir := range []string{filepath.Join(t.TempDir(), "new", "man1"), t.TempDir()} {
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), []string{"man", dir}, strings.NewReader(""), &stdout, &stderr); code != exitOK {
			t.Fatalf("exit code %d: %s", code, stderr.String())
		}
		for _, c := range append(commands(newRoot(&app{})), newRoot(&app{})) {
			name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
			page, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if before, again := pages[name]; again && !bytes.Equal(before, page) {
				t.Errorf("%s differs from the one before", name)
			}
			pages[name] = page
		}
	}
	for _, want := range []string{".SH EXIT STATUS", "mainstay run orders.parquet", `/<as-of>-<id>`, "4    quality gate not met"} {
		if page := string(pages["mainstay-run.1"]); !strings.Contains(page, want) {
			t.Errorf("the page of run lacks %q:\n%s", want, page)
		}
	}
}
