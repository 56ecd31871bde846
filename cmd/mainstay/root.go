package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"mainstay/ingest/spelling"
	"mainstay/ingest/spill"
)

const rootLong = `mainstay learns from transaction exports (Parquet) how customers stay, grow and leave, and
writes for every customer and every segment what they are worth, how likely they are to leave, and
which service tier is recommended.

Start with:

  mainstay inspect orders.parquet              what is in the file, which column serves which role
  mainstay run orders.parquet                  the main job: scores, segments, tiers in a run folder
  mainstay segment orders.parquet --by abc     quick questions about groups
  mainstay explain C0042 orders.parquet        why one customer's score is what it is
  mainstay attrition orders.parquet            who has silently left, how often each will buy
  mainstay markov states.csv                   how anything moves between states, and where to
  mainstay selftest                            are published figures reproduced here?`

// run executes one command line and returns the exit code. It is the whole program: main only
// hands it the process's streams, and tests call it in-process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop, caught := withSignals(ctx)
	defer stop()
	app := &app{stdout: stdout, stderr: stderr}
	root := newRoot(app)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := execute(ctx, root)
	app.progress.clear()
	if err == nil {
		return exitOK
	}
	code := exitCode(err, caught())
	app.fail(err, code)
	return code
}

// execute turns a panic, which is always our mistake, into an error like any other: nothing half-written
// stays behind, and cron sees the exit code.
func execute(ctx context.Context, root *cobra.Command) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error, please report it: %v\n%s", r, debug.Stack())
		}
	}()
	return root.ExecuteContext(ctx)
}

// app is what every command shares: the streams, the logger, the terminal's progress line.
type app struct {
	stdout, stderr io.Writer
	progress       progressLine
	space          *spill.Space // memory and temporary files of the command
	logOptions     logOptions
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "mainstay",
		Short:         "what every customer is worth, how likely they are to leave, which service tier fits",
		Long:          rootLong,
		SilenceErrors: true,
		SilenceUsage:  true,

		PersistentPreRunE: func(*cobra.Command, []string) error { return a.logOptions.validate() },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	a.logOptions.addFlags(root.PersistentFlags())
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 100"))
	root.AddCommand(newRunCommand(a), newInspectCommand(a), newSegmentCommand(a), newExplainCommand(a),
		newLedgerCommand(a), newRegressCommand(a), newEvaluateCommand(a), newMarkovCommand(a), newAttritionCommand(a), newGenerateCommand(a), newSelftestCommand(a), newManCommand(a), newVersionCommand(a))
	for _, c := range append(commands(root), root) {
		c.SetFlagErrorFunc(flagError)
		addCompletions(c)
		c.Long = strings.TrimSpace(c.Long) + "\n\n" + exitTable
	}
	return root
}

// commands are the commands below parent, at any depth.
func commands(parent *cobra.Command) (all []*cobra.Command) {
	for _, c := range parent.Commands() {
		all = append(append(all, c), commands(c)...)
	}
	return all
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	hint := "run 'mainstay --help' for the commands"
	if _, err := os.Stat(name); err == nil {
		hint = fmt.Sprintf("it is a file; did you mean 'mainstay run %s'?", name)
	} else if near := spelling.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usageError{fmt.Errorf("unknown command %q: %s", name, hint)}
}

// flagError marks what pflag could not parse as a usage error, with the nearest flag when one is
// close.
func flagError(cmd *cobra.Command, err error) error {
	const unknown = "unknown flag: --"
	if name, ok := strings.CutPrefix(err.Error(), unknown); ok {
		if near := spelling.Nearest(name, flagNames(cmd)); near != "" {
			err = fmt.Errorf("%w: did you mean --%s?", err, near)
		}
	}
	return usageError{fmt.Errorf("%w (see '%s --help')", err, cmd.CommandPath())}
}
