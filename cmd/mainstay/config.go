package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
	"mainstay/reports"
	"mainstay/segment"
)

// config is the whole configuration: what the YAML file holds, what flags override, and what
// --print-config shows. docs/config.md describes every key, and a test holds it to this struct.
type config struct {
	Transactions []string `yaml:"transactions"`
	Tables       `yaml:",inline"`
	Ingest       ingest.Config  `yaml:",inline"`
	Segment      segment.Config `yaml:",inline"`
	Out          string         `yaml:"out"`
	Language     string         `yaml:"language"`
	Strict       bool           `yaml:"strict"`
	Reference    string         `yaml:"reference"`
	Model        string         `yaml:"model"`
	Refit        string         `yaml:"refit"`
	Memory       string         `yaml:"memory"`
	TempDir      string         `yaml:"temp_dir"`
}

func defaultConfig() config {
	return config{
		Ingest: ingest.DefaultConfig(), Segment: segment.DefaultConfig(),
		Out: "mainstay-out", Language: "en", Memory: memoryAuto, Reference: previousRun, Refit: refitNightly,
	}
}

// load reads a YAML file over c. An unknown key is an error that shows the line and suggests the
// nearest key.
func (c *config) load(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return &ingest.ConfigError{Msg: fmt.Sprintf("config: %v: check the name", err)}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	if err = decodeYAML(data, c); err == nil {
		return nil
	}
	return &ingest.ConfigError{Msg: fmt.Sprintf("config %s: %s%s", path, goWords.ReplaceAllString(strings.TrimSpace(err.Error()), "the value cannot be read as $1"), configHint(err))}
}

// decodeYAML is the library, whose panics on malformed text (found by FuzzConfig) are errors of the file.
func decodeYAML(data []byte, c *config) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("it is not YAML that can be read")
		}
	}()
	return yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(c)
}

// goWords is how the YAML library names what does not fit.
var goWords = regexp.MustCompile(`cannot unmarshal \S+(?: \{\})? into Go (?:struct field|value) \S* ?of type (\S+)`)

// configHint says what to do about an error of the file.
func configHint(err error) string {
	var unknown *yaml.UnknownFieldError
	switch {
	case errors.As(err, &unknown):
		if near := spelling.Nearest(quoted(unknown.Message), configKeys(reflect.TypeFor[config]())); near != "" {
			return fmt.Sprintf("; did you mean %q?", near)
		}
		return "; the keys are in docs/config.md and in 'mainstay run --print-config'"
	case strings.Contains(err.Error(), "where sequence is expected"):
		return "; write a list: [first, second]"
	}
	return "; docs/config.md says what each key takes"
}

// yaml is the configuration as a file.
func (c *config) yaml() ([]byte, error) {
	return yaml.MarshalWithOptions(c, yaml.IndentSequence(true))
}

// printConfig shows the effective configuration.
func (a *app) printConfig(c *config) error {
	text, err := c.yaml()
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}

// validate checks what neither YAML nor flags can.
func (c *config) validate() error {
	if !knownLanguage(c.Language) {
		return &ingest.ConfigError{Msg: fmt.Sprintf("language is %q; expected en or zh", c.Language)}
	}
	if err := c.checkRefit(); err != nil {
		return err
	}
	if c.Ingest.Unit == ingest.UnitParent && len(c.Accounts.Source) == 0 {
		return &ingest.ConfigError{Msg: "unit parent: buying groups come from the accounts table: give it with --accounts"}
	}
	if len(c.Transactions) == 0 {
		return usageError{errors.New("no transactions given: name a file, folder or glob, for example 'mainstay run orders.parquet'")}
	}
	return nil
}

// configKeys lists every YAML key, at any depth.
func configKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
			keys = append(keys, name)
		}
		inner := f.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, configKeys(inner)...)
		}
	}
	return keys
}

// quoted is the text between the first pair of double quotes.
func quoted(s string) string {
	_, s, _ = strings.Cut(s, `"`)
	s, _, _ = strings.Cut(s, `"`)
	return s
}

// configFlags are the flags that say where the configuration comes from, shared by all commands
// that read transactions.
type configFlags struct {
	file  string
	print bool
}

func (o *configFlags) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.file, "config", "c", "", "YAML configuration `FILE`; flags override it (docs/config.md)")
	f.BoolVar(&o.print, "print-config", false, "print the effective configuration and stop")
}

// resolve loads the file, if any, under the flags that were set on the command line: flags are
// bound to c, so they are remembered, the file is loaded over c, and they are set again.
func (o *configFlags) resolve(c *config, flags *pflag.FlagSet, sources []string) error {
	if o.file != "" {
		given := givenFlags(flags)
		if err := c.load(o.file); err != nil {
			return err
		}
		for _, g := range given {
			if err := g.set(); err != nil {
				return usageError{err}
			}
		}
	}
	if len(sources) > 0 {
		c.Transactions = sources
	}
	return c.validate()
}

// over settles the configuration again, with other defaults of the input.
func (o *configFlags) over(c *config, flags *pflag.FlagSet, input *ingest.Config) error {
	given, sources := givenFlags(flags), c.Transactions
	c.Ingest = *input
	if o.file != "" {
		if err := c.load(o.file); err != nil {
			return err
		}
	}
	c.Transactions = sources
	for _, g := range given {
		if err := g.set(); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// givenFlag is a flag of the command line with what it was set to.
type givenFlag struct {
	value  pflag.Value
	text   string
	values []string // of a list
}

func givenFlags(flags *pflag.FlagSet) []givenFlag {
	var given []givenFlag
	flags.Visit(func(f *pflag.Flag) {
		g := givenFlag{value: f.Value, text: f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			g.values = list.GetSlice()
		}
		given = append(given, g)
	})
	return given
}

func (g givenFlag) set() error {
	if list, ok := g.value.(pflag.SliceValue); ok {
		return list.Replace(g.values)
	}
	return g.value.Set(g.text)
}

func knownLanguage(l string) bool { return l == reports.English || l == reports.Chinese }

// addLanguage adds the language of commands that read no configuration.
func addLanguage(f *pflag.FlagSet, language *string) {
	f.StringVar(language, "language", reports.English, "language of the tables: en or zh")
}
