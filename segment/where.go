package segment

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// maxNodes bounds the parsed condition: more than fits in maxCondition bytes of anything sensible.
const maxNodes = 1000

// whereBlock is how many members one worker tests at a time.
const whereBlock = 4096

// Where tells for every member whether a condition holds, for example
//
//	revenue_12m >= 500000 and not at_risk
//	industry in ('Public', 'Retail') OR region = 'North'
//
// over the Fields and any attribute by name (case does not matter, signs and spaces are "_", or the name
// in backquotes). Operators: = == != <> < <= > >=, and or not, in, contains, startsWith, endsWith, matches
// (a regular expression), + - * /. There are no functions. An empty condition always holds. Errors are
// *ingest.ConfigError.
func (b *Book) Where(condition string) ([]bool, error) {
	return b.where(condition)
}

// where is Where without the fields in forbidden.
func (b *Book) where(condition string, forbidden ...string) ([]bool, error) {
	holds := make([]bool, b.Members())
	if strings.TrimSpace(condition) == "" {
		for m := range holds {
			holds[m] = true
		}
		return holds, nil
	}
	program, columns, err := b.compile(condition, forbidden)
	if err == nil {
		err = b.test(program, columns, holds)
	}
	if err != nil {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("condition %q: %s", condition, err)}
	}
	return holds, nil
}

// compile binds the names of a condition and checks its types.
func (b *Book) compile(condition string, forbidden []string) (*vm.Program, []column, error) {
	code, names, err := translate(condition)
	if err != nil {
		return nil, nil, err
	}
	var types []string // for people
	columns := make([]column, len(names))
	env := make(map[string]any, len(names))
	for k, name := range names {
		for _, f := range forbidden {
			if identifier(name) == f {
				return nil, nil, fmt.Errorf("%s cannot be used in its own definition", f)
			}
		}
		if columns[k], err = b.columnOf(name); err != nil {
			return nil, nil, err
		}
		types = append(types, name+" is "+columns[k].kind())
		columns[k].read(env, variable(k), 0, b.Members() == 0)
	}
	program, err := expr.Compile(code, expr.Env(env), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes))
	if err != nil {
		msg := err.Error()
		if at := (*file.Error)(nil); errors.As(err, &at) {
			msg = at.Message
		}
		for k, name := range names {
			msg = strings.ReplaceAll(msg, variable(k), name)
		}
		return nil, nil, fmt.Errorf("%s (%s); write a comparison such as revenue_12m >= 1000, text in quotes", msg, strings.Join(types, ", "))
	}
	return program, columns, nil
}

// read puts the value of member m into env; zero stands in when there is no member to read the type from.
func (c column) read(env map[string]any, name string, m int, zero bool) {
	switch {
	case c.number != nil && zero:
		env[name] = 0.0
	case c.number != nil:
		env[name] = c.number(m)
	case c.text != nil && zero:
		env[name] = ""
	case c.text != nil:
		env[name] = c.text(m)
	case zero:
		env[name] = false
	default:
		env[name] = c.flag(m)
	}
}

// test runs the program over all members. The error of the first block that has one is returned.
func (b *Book) test(program *vm.Program, columns []column, holds []bool) error {
	failed := make([]error, len(holds)/whereBlock+1)
	num.Blocks(len(holds), whereBlock, b.Threads, func(block, lo, hi int) {
		var machine vm.VM
		env := make(map[string]any, len(columns))
		for m := lo; m < hi; m++ {
			for k, c := range columns {
				c.read(env, variable(k), m, false)
			}
			out, err := machine.Run(program, env)
			if err != nil {
				failed[block] = err
				return
			}
			holds[m] = out.(bool)
		}
	})
	for _, err := range failed {
		if err != nil {
			msg, _, _ := strings.Cut(err.Error(), "\n")
			return errors.New(msg)
		}
	}
	return nil
}
