package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

const manLong = `Write the manual pages of all commands into FOLDER, one file each, for 'man' or a package. They say
what --help says. The same version writes the same bytes.`

func newManCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "write the manual pages",
		Long:  manLong,
		Example: `  mainstay man ~/.local/share/man/man1
  man mainstay-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%s takes one folder, and got %d arguments: name where the pages go", cmd.CommandPath(), len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return writeManual(cmd.Root(), args[0]) },
	}
}

// writeManual writes a page for the root and for every command.
func writeManual(root *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, c := range append(commands(root), root) {
		page, err := manualPage(c)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		if err := os.WriteFile(filepath.Join(folder, name), page, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manualPage is the page of one command. Its date is fixed, so that bytes follow from the version alone.
func manualPage(c *cobra.Command) ([]byte, error) {
	long := c.Long
	defer func() { c.Long = long }()
	c.Long = markdown(long)
	c.DisableAutoGenTag = true
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var page bytes.Buffer
	err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Source: "mainstay " + version, Manual: "Mainstay manual", Date: &date}, &page)
	return page.Bytes(), err
}

// markup is what Markdown would read as its own.
var markup = strings.NewReplacer("<", `\<`, ">", `\>`, "*", `\*`, "_", `\_`, "`", "\\`")

// markdown is the text of --help as the page's generator wants it: what is set in columns is indented, so that
// it keeps its lines, and the exit codes get a heading of their own.
func markdown(long string) string {
	var out strings.Builder
	column := false
	for line := range strings.Lines(long) {
		in := strings.HasPrefix(line, "  ")
		switch {
		case in && !column:
			out.WriteString("\n    ")
		case in:
			out.WriteString("    ")
		case strings.TrimSpace(line) == exitHeading:
			out.WriteString("# ")
		default:
			line = markup.Replace(line)
		}
		out.WriteString(line)
		column = in
	}
	return out.String()
}
